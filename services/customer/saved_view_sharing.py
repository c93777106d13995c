"""Whom a saved view is shared with. They read the view alone: its records stay under their own rights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as F

from services.customer.saved_view import SAVED_VIEW, SavedView
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context, live
from shared.domain.lifecycle import require_live
from shared.domain.types import Reference
from shared.events import customer_views as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.audience import named

COMMANDS = Commands(SAVED_VIEW, __name__)
MOST_NAMED = 50  # users, roles and teams each, with whom a view is shared
Whom = Annotated[list[Reference], F(max_length=MOST_NAMED)]


class ShareSavedView(CommandModel):
    """Offer it to these users, to who has one of these roles and to who is in one of these teams; with nobody named,
    to everyone in the organisation. It takes the place of what was said before."""

    users: Whom = F(default_factory=list)
    roles: Whom = F(default_factory=list)
    teams: Whom = F(default_factory=list)


async def they_exist(cmd: ShareSavedView, lookups: Lookups) -> None:
    for number, user in enumerate(cmd.users):
        await lookups.exists(f"users.{number}", "user", user)
    for number, team in enumerate(cmd.teams):
        await lookups.exists(f"teams.{number}", "team", team)
    for number, role in enumerate(cmd.roles):
        if role not in lookups.catalogue.roles:
            await lookups.exists(f"roles.{number}", "role", role)


@COMMANDS.command(
    "ShareSavedView", action="edit", verb="share", prepare=they_exist, sets=("shared", "shared_with"), when=live()
)
def share(cmd: ShareSavedView, state: SavedView, ctx: Context) -> list[Event]:
    require_live(state)
    wanted = {kind: list(dict.fromkeys(ids)) for kind, ids in cmd.model_dump().items()}
    if not named(wanted):
        return [] if state.shared and not named(state.shared_with) else [events.SavedViewShared()]
    return [] if state.shared and state.shared_with == wanted else [events.SavedViewSharedWith(**wanted)]


class UnshareSavedView(CommandModel):
    """Offer it to its owner alone again."""


@COMMANDS.command(
    "UnshareSavedView", action="edit", verb="unshare", sets=("shared", "shared_with"), when=live(shared=(True,))
)
def unshare(cmd: UnshareSavedView, state: SavedView, ctx: Context) -> list[Event]:
    require_live(state)
    return [events.SavedViewWithdrawn()] if state.shared else []
