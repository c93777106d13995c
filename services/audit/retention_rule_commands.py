"""The commands of a retention rule and their decisions."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field as F

from services.audit.approving import is_known_since
from services.audit.retention_rule import RETENTION_RULE, Basis, RetentionRule, needed
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context, live
from shared.domain.lifecycle import changed_fields, require_live
from shared.domain.ways_back import FORMER_VALUES, NoWay, Way
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import audit_retention as events
from shared.events.envelope import Event
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.kept_conditions import Askable
from shared.kernel.lookups import Lookups
from shared.kernel.meaning import ME, MY_TEAM
from shared.messages import say
from shared.security.apikeys import require_person
from shared.security.permissions import Access, Level
from shared.views.filter_tree import where_of
from shared.views.port import leaves
from shared.views.tree_model import Conditions

COMMANDS = Commands(RETENTION_RULE, __name__)
DEACTIVATE = Way("deactivate", say("Deactivate the rule"), holds=lambda now, event: now.status != "inactive")
ACTIVATE = Way("activate", say("Activate the rule"), holds=lambda now, event: now.status == "inactive")
REMOVED = NoWay("removed", "a removed rule stays removed; make a new one")
WHILE_INACTIVE = live(status=("inactive",))

Name = Annotated[str, F(min_length=1, max_length=200)]
Age = Annotated[int, F(ge=1, le=36_500)]
Notice = Annotated[int, F(ge=1, le=365)]


class RuleContent(CommandModel):
    """See RetentionRule."""

    conditions: Conditions | None = None
    basis: Basis = "used"
    notice_days: Notice = 14


class CreateRetentionRule(RuleContent):
    """It does nothing until it is activated. resource: a record type about people, such as contact or lead."""

    name: Name
    resource: Annotated[str, F(min_length=1, max_length=60)]
    days: Age

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "name": "Leads nobody needs",
                    "resource": "lead",
                    "conditions": {"all": [{"field": "status", "op": "eq", "value": "disqualified"}]},
                    "basis": "used",
                    "days": 730,
                    "notice_days": 14,
                }
            ]
        }
    }


async def fits(cmd: CreateRetentionRule, lookups: Lookups) -> None:
    await require_askable(of_people(lookups.catalogue, cmd.resource), cmd, lookups)


def of_people(catalogue: Catalogue, resource: str) -> AnyAggregate:
    """The record type of a rule. Raises Invalid."""
    if resource not in catalogue or not catalogue[resource].person:
        raise Invalid.field("resource", "no-person", "records of this type are not about one person")
    return catalogue[resource]


async def require_askable(aggregate: AnyAggregate, content: RuleContent, lookups: Lookups) -> None:
    """Raises Invalid with an error for each condition that lists do not answer, or not for the caller."""
    tree = content.conditions
    if tree is None:
        return
    askable = await Askable.of(aggregate, lookups, custom=True)
    if errors := list(askable.mistakes(tree)):
        raise Invalid("the conditions do not fit the record type", errors=errors)
    for one in leaves(where_of(aggregate.collection, tree, "conditions")):
        if not {ME, MY_TEAM}.isdisjoint(one.value if isinstance(one.value, list) else [str(one.value)]):
            raise Invalid.field("conditions", "nobody-asks", "nobody asks for a rule: name the users")


@COMMANDS.command(
    "CreateRetentionRule",
    action="create",
    verb="",
    creates=True,
    prepare=fits,
    back=Way("remove", say("Remove the rule")),
)
def create(cmd: CreateRetentionRule, state: RetentionRule, ctx: Context) -> list[Event]:
    return [events.RetentionRuleCreated(cmd.name, cmd.resource, cmd.conditions, cmd.basis, cmd.days, cmd.notice_days)]


class ChangeRetentionRule(RuleContent):
    """While it is inactive: what was announced and approved stays what it was."""

    name: Name = ""
    days: Age = 1


async def still_fits(cmd: ChangeRetentionRule, lookups: Lookups) -> None:
    rule = await lookups.state(RETENTION_RULE, lookups.id)
    if rule.version:
        await require_askable(of_people(lookups.catalogue, rule.resource), cmd, lookups)


@COMMANDS.command(
    "ChangeRetentionRule", action="edit", verb="PATCH", prepare=still_fits, when=WHILE_INACTIVE, back=FORMER_VALUES
)
def change(cmd: ChangeRetentionRule, state: RetentionRule, ctx: Context) -> list[Event]:
    _require_inactive(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.RetentionRuleChanged(changes)] if changes else []


class Approvals(NamedTuple):
    """needed: people. counted: who approved and may do so now. joined_later: the caller came after them."""

    needed: int
    counted: list[str]
    joined_later: bool = False


class ActivateRetentionRule(CommandModel):
    """From now on it announces every day. Where people are erased by request alone, two people activate it.

    Each has to have the right to erase every record of the type.
    """


async def approvals_of(cmd: ActivateRetentionRule, lookups: Lookups) -> Approvals:
    rule = await lookups.state(RETENTION_RULE, lookups.id)
    require_whole(lookups.access, lookups.catalogue[rule.resource])
    by_request = bool(getattr(await lookups.record("organisation", lookups.tenant), "erase_by_request", False))
    counted = [user for user in rule.approvals if await _still_may(user, rule, lookups)]
    later = bool(counted) and not await is_known_since(rule.updated_at, lookups)
    return Approvals(needed(by_request), counted, later)


def require_whole(access: Access, aggregate: AnyAggregate) -> None:
    """Raises Forbidden unless the caller may erase every record of the type."""
    if not _erases_all(access, aggregate):
        raise Forbidden("a rule erases records of everybody: you may not erase every record of this type")


def _erases_all(access: Access, aggregate: AnyAggregate) -> bool:
    levels = [access.level(aggregate.name, action) for action in ("read", "erase")]
    least = Level.ALL if aggregate.collection.owner is not None else Level.OWN
    return min(levels) >= least


async def _still_may(user: str, rule: RetentionRule, lookups: Lookups) -> bool:
    access = await lookups.access_of(user)
    if access is None or access.level(RETENTION_RULE.name, "manage") is Level.NONE:
        return False
    return _erases_all(access, lookups.catalogue[rule.resource])


@COMMANDS.command(
    "ActivateRetentionRule",
    action="manage",
    verb="activate",
    prepare=approvals_of,
    sets=("status", "approvals"),
    when=live(),
    back=DEACTIVATE,
)
def activate(cmd: ActivateRetentionRule, state: RetentionRule, ctx: Context[Approvals]) -> list[Event]:
    require_live(state)
    by, counted = require_person(ctx.access).user, ctx.facts.counted
    done = state.status == "active" and len(state.approvals) >= ctx.facts.needed
    if done or by in counted:
        return []
    if ctx.facts.joined_later:
        raise Rejected("who approves has to be a user since before the rule was proposed", code="joined-later")
    return [events.RetentionRuleApproved(by, len(counted) + 1 >= ctx.facts.needed, counted)]


class DeactivateRetentionRule(CommandModel):
    """It announces nothing more, and what it has announced is not erased."""


@COMMANDS.command(
    "DeactivateRetentionRule",
    action="manage",
    verb="deactivate",
    sets=("status", "approvals"),
    when=live(status=("proposed", "active")),
    back=ACTIVATE,
)
def deactivate(cmd: DeactivateRetentionRule, state: RetentionRule, ctx: Context) -> list[Event]:
    require_live(state)
    return [] if state.status == "inactive" else [events.RetentionRuleDeactivated()]


class RemoveRetentionRule(CommandModel):
    """The log keeps what it did."""


@COMMANDS.command(
    "RemoveRetentionRule", action="archive", verb="remove", sets=("archived",), when=WHILE_INACTIVE, back=REMOVED
)
def remove(cmd: RemoveRetentionRule, state: RetentionRule, ctx: Context) -> list[Event]:
    if state.archived:
        return []
    _require_inactive(state)
    return [events.RetentionRuleRemoved()]


def _require_inactive(state: RetentionRule) -> None:
    require_live(state)
    if state.status != "inactive":
        raise Rejected("the rule is active or waits for approval; deactivate it first", code="active")
