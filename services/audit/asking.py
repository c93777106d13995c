"""What a search of the log may ask, beyond HTTP: its terms by name, and what the index does not know."""

from __future__ import annotations

from services.audit.heads import Heads
from shared.events.envelope import Stored, category_of, id_of
from shared.events.registry import ANYTHING, UnknownEvent, type_named
from shared.explorer.explorer import Judge
from shared.explorer.terms import YES, Kind
from shared.security.permissions import Access
from shared.texts import fold

TERMS: dict[str, tuple[Kind, str]] = {
    "actor": ("actor", "Who did it, or in whose name: a user's id, `system`, `key-…`"),
    "record": ("record", "The record, as its stream is named: `account-0192…`"),
    "about": ("about", "The id of a person or a record: events of it, and those that name it in fields you see"),
    "type": ("type", "The type of event: `customer.AccountCreated`"),
    "category": ("category", "The record type, or the other kind of stream"),
    "command": ("command_name", "The command: `customer.CreateAccount`"),
    "correlation": ("chain", "All that one act led to; of an import or a bulk act, its id"),
}
REASON = "reason"  # a part of it; the index knows whether there is one
WITHOUT = "without"  # a type of event


def terms(given: dict[str, str]) -> tuple[tuple[Kind, str], ...]:
    """What the index finds events by. given: by name of condition."""
    found: list[tuple[Kind, str]] = [(kind, given[name]) for name, (kind, _) in TERMS.items() if given.get(name)]
    if given.get(REASON):
        found.append(("reason", YES))
    return tuple(found)


def judge_of(heads: Heads, access: Access, given: dict[str, str]) -> Judge | None:
    """What the index does not know: what the caller may learn of an event, and its reason."""
    about, wanted, without = (given.get(name, "") for name in ("about", REASON, WITHOUT))

    async def judge(event: Stored) -> bool:
        if event.type == without:
            return False
        if about and not _tells(event, about, access):
            return False
        if not wanted:
            return True
        reason = (await heads.metadata(event)).reason
        return fold(wanted) in fold(reason) and event.stream in await heads.readable([event])

    return judge if about or wanted or without else None


def _tells(event: Stored, about: str, access: Access) -> bool:
    """Whether the caller may learn that an event names a record: not where fields are hidden that may name it."""
    return id_of(event.stream) == about or not any(access.masks(resource) for resource in carried(event))


def carried(stored: Stored) -> tuple[str, ...]:
    """The record types whose fields an event may carry."""
    try:
        return category_of(stored.stream), *type_named(stored.type).carries
    except UnknownEvent:
        return (ANYTHING,)
