"""The account hierarchy without cycles, merges, and the rules over several accounts and deals."""

from __future__ import annotations

from typing import Any

from services.customer.account import ACCOUNT, Account, count_open
from services.customer.merging import MergeEvents, add_merging
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.hierarchy import Hierarchy
from shared.domain.lifecycle import require_live
from shared.domain.rules import Rule, touches
from shared.domain.types import Reference
from shared.errors import Invalid
from shared.events import customer as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups

COMMANDS = Commands(ACCOUNT, __name__)

TREE = Hierarchy(
    ACCOUNT,
    "parent",
    "an account cannot stand below itself",
    top=lambda previous: events.AccountParentSet(None, previous),
    above=lambda account: account.merged_into or account.parent,
)


class SetParentAccount(CommandModel):
    """Place the account under another one; null = at the top."""

    parent: Reference | None


@COMMANDS.command("SetParentAccount", action="edit", verb="parent", prepare=TREE.wanted_line, edits=("parent",))
def set_parent(cmd: SetParentAccount, state: Account, ctx: Context[list[str]]) -> list[Event]:
    require_live(state)
    if cmd.parent == state.parent:
        return []
    TREE.check(ctx.id, ctx.facts)
    return [events.AccountParentSet(cmd.parent, state.parent)]


# --- merges -----------------------------------------------------------------------------------------------------------

MERGES = MergeEvents(events.AccountsMerged, events.AccountsUnmerged, events.AccountAbsorbed, events.AccountReleased)


async def combine(survivor: Account, others: dict[str, Account], lookups: Lookups) -> dict[str, Any]:
    """Tags of all; a parent that is absorbed gives way to its own. Raises Invalid for a cycle further up."""
    tags = sorted({tag for account in (survivor, *others.values()) for tag in account.tags})
    parent = survivor.parent
    while parent in others:
        parent = others[parent].parent
    if parent == survivor.id or set(await TREE.line(parent, lookups)) & {survivor.id, *others}:
        raise Invalid.field("absorb", "cycle", "one of them stands above the account that is to absorb it")
    return {"tags": tags, "parent": parent}


async def part(survivor: str, event: events.AccountsUnmerged, lookups: Lookups) -> None:
    """Raises Invalid when a released account would stand above itself."""
    apart = {id: (await lookups.state(ACCOUNT, id)).parent for id in event.released}
    back = {survivor: event.changes["parent"]["to"]} if "parent" in event.changes else {}
    for id, parent in apart.items():
        if id in await TREE.line(parent, lookups, {**apart, **back}):
            raise Invalid.field("release", "cycle", "one of them would stand above itself; move what is below it first")


add_merging(COMMANDS, "Account", "Accounts", MERGES, combine, part)


# --- rules over several records (ADR 8) -------------------------------------------------------------------------------


async def has_open_deals(state: Account, event: events.AccountArchived, lookups: Lookups) -> bool:
    return state.archived and await count_open(state, lookups) > 0


RULES = (
    TREE.rule([events.AccountParentSet, events.AccountChangeUndone], when=touches("parent")),
    TREE.rule(
        [events.AccountsMerged, events.AccountsUnmerged, events.AccountReleased],
        when=touches("parent"),
        name="cycle-by-merge",
        repair=TREE.to_the_top,
        refuses=False,
    ),
    TREE.rule([events.AccountAbsorbed], name="cycle-by-absorbing", field="", repair=None),
    Rule(
        "open-opportunities",
        "an opportunity was opened for the account at this moment",
        (events.AccountArchived,),
        has_open_deals,
        when=lambda event: not event.forced,
        asks_views=True,
    ),
)
