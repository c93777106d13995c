"""Role: rights that an organisation defines, in addition to the built-in ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field as F

from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import Record, fold_values
from shared.domain.ways_back import FORMER_VALUES
from shared.errors import FieldError, Forbidden, Invalid
from shared.events import identity as events
from shared.events.envelope import Event
from shared.kernel.catalogue import Catalogue
from shared.kernel.lookups import Lookups
from shared.messages import say, shown
from shared.messages.named import type_named
from shared.security.permissions import ACTIONS, Access, Level, Role
from shared.security.reach import reaches_all, require_everyone, widened
from shared.security.roles import SEEN_BY_ALL
from shared.views.port import Collection, Field, Kind

LevelName = Literal["none", "own", "team", "below", "all"]
NEVER_HIDDEN = "archived"  # every list filters by it

Key = Annotated[str, F(max_length=64)]
Short = Annotated[str, F(min_length=1, max_length=100)]
Fields = Annotated[dict[Key, Annotated[list[Key], F(max_length=200)]], F(max_length=100)]
Grants = Annotated[dict[Key, Annotated[dict[Key, LevelName], F(max_length=20)]], F(max_length=100)]


# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RoleRecord(Record):
    zh: Annotated[Short, plain(Kind.TEXT, "中文名称", "Chinese name", indexed=True, searchable=True, required=True)] = (
        ""
    )
    en: Annotated[Short, plain(Kind.TEXT, "英文名称", "English name", indexed=True, searchable=True, required=True)] = (
        ""
    )
    description: Annotated[str, VERBATIM, F(max_length=1000), plain(Kind.TEXT, "说明", "Description")] = ""
    grants: Annotated[Grants, plain(Kind.JSON, "权限", "Rights")] = field(default_factory=dict)
    hidden: Annotated[Fields, plain(Kind.JSON, "隐藏字段", "Hidden fields")] = field(default_factory=dict)
    read_only: Annotated[Fields, plain(Kind.JSON, "只读字段", "Read-only fields")] = field(default_factory=dict)


def evolve(state: RoleRecord, event: Event) -> None:
    match event:
        case events.RoleDefined(zh=zh, en=en, description=description):
            state.zh, state.en, state.description = zh, en, description
            fold_values(state, {"grants": event.grants, "hidden": event.hidden, "read_only": event.read_only})


async def reach(before: RoleRecord, after: RoleRecord, lookups: Lookups) -> None:
    """Raises Forbidden unless the caller holds all that the role grants or stops hiding.

    Its users may move at the same moment, so a wider grant needs the right over all records.
    """
    access = lookups.access
    was, now = _in_force(before), _in_force(after)
    if was == now or before.version == 0:
        return
    require_cover(access, (was, now))
    if not access.may_free(was, now):
        raise Forbidden("the role would show or open fields that you may not see or change")
    if not reaches_all(access):
        require_everyone(access, widened(was, now), lookups.unowned())


def _in_force(state: RoleRecord) -> Role:
    """The rights of the role; an archived role gives none."""
    nothing: dict[str, Any] = {"grants": {}, "hidden": {}, "read_only": {}}
    return role_of({**asdict(state), **(nothing if state.archived else {}), "zh": "", "en": state.en})


ROLE = Aggregate(
    name="role",
    service="identity",
    noun="roles",
    state=RoleRecord,
    evolve=evolve,
    grants=SEEN_BY_ALL,
    collection=Collection(
        "roles",
        1,
        record_fields(
            RoleRecord,
            after={"": (Field("name", Kind.TEXT, "名称", "Name", indexed=True, writable=False),)},
            owned=False,
            sources={"name": ("zh", "en"), "zh": ("name",), "en": ("name",)},
        ),
        owner=None,
    ),
    not_undoable=frozenset({"identity.RoleChanged", "identity.RoleArchived", "identity.RoleRestored"}),
    reach=reach,
    shown=lambda role: {"name": role.zh if role.zh == role.en else f"{role.zh} · {role.en}"},
)

add_lifecycle(
    ROLE,
    "Role",
    Lifecycle(None, events.RoleTagsChanged, events.RoleArchived, events.RoleRestored, events.RoleChangeUndone),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class DefineRole(CommandModel, plain=RoleRecord, required=("zh", "en")):
    """grants: resource ("*" = any) → action ("*" = any) → how far. hidden, read_only: resource → fields."""

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "zh": "渠道经理",
                    "en": "Channel manager",
                    "grants": {"account": {"read": "all", "edit": "team"}, "opportunity": {"read": "below"}},
                    "hidden": {"opportunity": ["amount"]},
                    "read_only": {"account": ["tax_id"]},
                }
            ]
        }
    }


class ChangeRole(CommandModel, plain=RoleRecord):
    pass


Wanted = TypeVar("Wanted", bound=DefineRole | ChangeRole)


async def names_are_known(cmd: Wanted, lookups: Lookups) -> None:
    """Raises Invalid naming every resource, action and field that there is not."""
    check_names(asdict(cmd.onto(RoleRecord())), lookups.catalogue)


def check_names(wanted: Mapping[str, Any], catalogue: Catalogue) -> None:
    """The same, of the values of a role; those that are left out are none."""
    errors = [*_unknown_grants(wanted.get("grants", {}), catalogue)]
    for part in ("hidden", "read_only"):
        errors += _unknown_fields(part, wanted.get(part, {}), catalogue)
    if errors:
        raise Invalid("the role is not valid", errors=errors)


def _unknown_grants(grants: dict[str, dict[str, LevelName]], catalogue: Catalogue) -> Iterable[FieldError]:
    for resource, actions in grants.items():
        if resource != "*" and resource not in catalogue and resource not in catalogue.resources:
            yield FieldError(f"grants.{resource}", "unknown-resource", "there is no such record type")
        for action in actions:
            if action != "*" and action not in ACTIONS:
                yield FieldError(f"grants.{resource}.{action}", "unknown-action", "there is no such action")


def _unknown_fields(part: str, fields: dict[str, list[str]], catalogue: Catalogue) -> Iterable[FieldError]:
    for resource, names in fields.items():
        if resource not in catalogue:
            yield FieldError(f"{part}.{resource}", "unknown-resource", "there is no such record type")
            continue
        known = {f.name for f in catalogue[resource].collection.fields}
        for name in names:
            if name not in known and not name.startswith("custom."):
                yield FieldError(
                    f"{part}.{resource}",
                    "unknown-field",
                    say("{resource} has no field {name}", resource=type_named(resource), name=shown(name)),
                )
            elif name == NEVER_HIDDEN and part == "hidden":
                yield FieldError(f"{part}.{resource}", "not-hideable", say("{name} cannot be hidden", name=name))


@ROLE.command("DefineRole", action="create", verb="", creates=True, prepare=names_are_known)
def define(cmd: DefineRole, state: RoleRecord, ctx: Context) -> list[Event]:
    """A new role; it can give no more than its maker holds."""
    wanted = cmd.model_dump()
    require_cover(ctx.access, [role_of({"id": ctx.id, **wanted})])
    return [events.RoleDefined(**wanted)]


@ROLE.command("ChangeRole", action="edit", verb="PATCH", prepare=names_are_known, back=FORMER_VALUES)
def change(cmd: ChangeRole, state: RoleRecord, ctx: Context) -> list[Event]:
    require_live(state)
    wanted = cmd.model_dump(exclude_unset=True)
    changes = changed_fields(state, wanted)
    if not changes:
        return []
    before = asdict(state)
    require_cover(ctx.access, [role_of(before), role_of({**before, **wanted})])
    return [events.RoleChanged(changes)]


# --- what others ask about roles --------------------------------------------------------------------------------------


def role_of(document: Mapping[str, object]) -> Role:
    """A role of the organisation's own, from its document."""
    grants: dict[str, dict[str, str]] = document["grants"]  # type: ignore[assignment]
    hidden: dict[str, list[str]] = document["hidden"]  # type: ignore[assignment]
    read_only: dict[str, list[str]] = document["read_only"]  # type: ignore[assignment]
    return Role(
        str(document["id"]),
        str(document["zh"]),
        str(document["en"]),
        {resource: {a: Level[n.upper()] for a, n in actions.items()} for resource, actions in grants.items()},
        {resource: frozenset(names) for resource, names in hidden.items()},
        {resource: frozenset(names) for resource, names in read_only.items()},
    )


def require_cover(access: Access, roles: Iterable[Role]) -> None:
    """Raises Forbidden for a role that holds more than the caller: nobody gives or takes what they do not hold."""
    for role in roles:
        if not access.covers(role):
            raise Forbidden(say("the role {name} holds rights that you do not hold", name=shown(role.en)), role=role.id)


async def roles_of(lookups: Lookups, ids: Iterable[str], field: str = "roles") -> dict[str, Role]:
    """The live roles by id, built-in or own, read strongly. Raises Invalid for an id there is not."""
    found: dict[str, Role] = {}
    for id in ids:
        if (built_in := lookups.catalogue.roles.get(id)) is not None:
            found[id] = built_in
            continue
        state = await lookups.state(ROLE, id)
        if state.version == 0 or state.archived:
            raise Invalid.field(field, "unknown-reference", "there is no role with this id")
        found[id] = role_of(asdict(state))
    return found
