"""The last administrator: an organisation keeps an active one, even when two demote each other at the same moment."""

from __future__ import annotations

from services.identity.user import USER, User
from shared.domain.rules import Rule
from shared.events import identity as events
from shared.events.envelope import Event, Recorded
from shared.kernel.lookups import Lookups
from shared.views.port import Condition, Query

ADMINISTRATOR = "administrator"
NEEDS_ADMINISTRATOR = "the organisation needs an active administrator"


async def other_administrators(lookups: Lookups, user: str) -> bool:
    """Whether another user is an active administrator: candidates from the view, each confirmed by the store."""
    where = (Condition("roles", "contains", ADMINISTRATOR), Condition("status", "eq", "active"))
    for document in await lookups.find("users", Query(where=where, limit=200)):
        if document["id"] != user and administers(await lookups.state(USER, document["id"])):
            return True
    return False


def administers(state: User) -> bool:
    return state.status == "active" and not state.archived and ADMINISTRATOR in state.roles


# --- the rule (ADR 8) -------------------------------------------------------------------------------------------------


def _demotes(event: events.UserRolesAssigned | events.UserSuspended | events.UserDeactivated) -> bool:
    if isinstance(event, events.UserRolesAssigned):
        return ADMINISTRATOR in event.previous and ADMINISTRATOR not in event.roles
    return True


async def _none_left(state: User, event: object, lookups: Lookups) -> bool:
    """Whether a demoted administrator was the last one. The views may miss a new one: then every user is read."""
    demoted = isinstance(event, events.UserRolesAssigned) or ADMINISTRATOR in state.roles
    if not demoted or administers(state):
        return False
    if lookups.position is None and await other_administrators(lookups, state.id):
        return False
    async for user in lookups.each(USER):
        if administers(user):
            return False
    return True


async def _administrator_again(state: User, target: Recorded, lookups: Lookups) -> list[Event]:
    """Give back the roles; if they changed again since, add the administrator's. Make the user active."""
    back: list[Event] = []
    event = target.event
    if isinstance(event, events.UserRolesAssigned) and ADMINISTRATOR not in state.roles:
        roles = event.previous if state.roles == event.roles else [*state.roles, ADMINISTRATOR]
        back.append(events.UserRolesAssigned(roles, state.roles))
    if state.status in ("suspended", "deactivated"):
        back.append(events.UserReactivated("active"))
    return back


RULES = (
    Rule(
        "last-administrator",
        NEEDS_ADMINISTRATOR,
        (events.UserRolesAssigned, events.UserSuspended, events.UserDeactivated),
        _none_left,
        when=_demotes,
        repair=_administrator_again,
    ),
)
