"""What a change of a role, a team or a user would mean, asked before it is made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.preview import MOST as MOST_PEOPLE
from services.identity.preview import MOST_COUNTED, FieldsChanged, PersonChanged, Preview, RecordsChanged, RightChanged
from services.identity.role import Fields, Grants, check_names
from services.identity.user import Places
from shared.domain.command import CommandModel
from shared.domain.types import Reference
from shared.errors import NotFound
from shared.http import params
from shared.http.answers import Answer, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import answer, body_of, operation
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import Action, Level

LevelName = Annotated[str, F(json_schema_extra={"enum": [level.name.lower() for level in Level]})]


class RoleIf(CommandModel):
    """What is left out stays as it is."""

    grants: Grants = F(default_factory=dict)
    hidden: Fields = F(default_factory=dict)
    read_only: Fields = F(default_factory=dict)
    archived: bool = False

    model_config = {"json_schema_extra": {"examples": [{"grants": {"account": {"read": "all", "edit": "team"}}}]}}


class TeamIf(CommandModel):
    """What is left out stays as it is."""

    parent: Reference | None = None
    leads: Annotated[list[Reference], F(max_length=50)] = F(default_factory=list)
    archived: bool = False

    model_config = {"json_schema_extra": {"examples": [{"archived": True}]}}


class UserIf(CommandModel):
    """What is left out stays as it is."""

    roles: Places = F(default_factory=list)
    teams: Places = F(default_factory=list)
    manager: Reference | None = None

    model_config = {"json_schema_extra": {"examples": [{"roles": ["sales_rep"]}]}}


class RightIf(Answer):
    resource: str
    action: str
    before: LevelName
    after: Annotated[LevelName, F(description="The same level: it reaches other people's records")]


class FieldsIf(Answer):
    resource: str
    shown: list[str]
    hidden: list[str]
    opened: Annotated[list[str], F(description="May be changed from then on")]
    locked: list[str]


class RecordsIf(Answer):
    resource: str
    before: Annotated[int, F(description="Records that the person reads")]
    after: int


class PersonIf(Answer):
    id: Annotated[str, F(description="Empty where you may not see the user")]
    name: Annotated[str, F(description="Empty where you may not see the user")]
    gains: list[RightIf]
    losses: list[RightIf]
    fields: list[FieldsIf]
    records: Annotated[
        list[RecordsIf], F(description=f"Of record types that you read whole; of the first {MOST_COUNTED} people")
    ]


class Foreseen(Answer):
    people: Annotated[int, F(description="For whom something changes")]
    gaining: int
    losing: int
    items: Annotated[
        list[PersonIf], F(description=f"The first {MOST_PEOPLE}, by name; last, those whom you may not see")
    ]


_SAID = "Nothing is changed. It is decided by the code that decides live, over the rights as they are now."
_ID = {"name": "id", "in": "path", "required": True, "description": "Its id", "schema": {"type": "string"}}
_ROUTES: tuple[tuple[str, str, Action, type[CommandModel]], ...] = (
    ("role", "roles", "edit", RoleIf),
    ("team", "teams", "edit", TeamIf),
    ("user", "users", "manage", UserIf),
)


def preview_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    for name, noun, action, model in _ROUTES:
        _add(router, kernel, (name, noun, action), model)
    return router


def _add(router: APIRouter, kernel: Kernel, what: tuple[str, str, Action], model: type[CommandModel]) -> None:
    name, noun, action = what
    authenticator = Authenticator(kernel)
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    described = operation(
        f"preview_{name}",
        "Who would gain and who would lose what by a change, before it is made",
        noun,
        {200: answer("People, rights, fields and numbers of records", Foreseen)},
        description=_SAID,
        parameters=[_ID],
        body=body_of(model, required=False),
        errors=(400, 401, 403, 404, 413, 415, 422, 503),
    )

    @router.post(f"/{noun}/{{id}}/preview", openapi_extra=described)
    async def preview(request: Request) -> Response:
        access, id = await authenticator.access(request), path_id(request)
        params.only(params.pairs_of(request), ())
        access.scope(name, action)
        wanted = (await parse(request, adapter)).model_dump(exclude_unset=True)
        check_names(wanted, kernel.catalogue)
        if id not in (await kernel.directory.documents(access.tenant))[name]:
            raise NotFound()
        found = await Preview(kernel, access).of(name, id, wanted)
        return model_answer(
            Foreseen(
                people=len(found),
                gaining=sum(one.gaining for one in found),
                losing=sum(one.losing for one in found),
                items=[_person(one) for one in found[:MOST_PEOPLE]],
            )
        )


def _person(one: PersonChanged) -> PersonIf:
    return PersonIf(
        id=one.id,
        name=one.name,
        gains=[_right(right) for right in one.gains],
        losses=[_right(right) for right in one.losses],
        fields=[_fields(each) for each in one.fields],
        records=[_records(each) for each in one.records],
    )


def _right(one: RightChanged) -> RightIf:
    before, after = one.before.name.lower(), one.after.name.lower()
    return RightIf(resource=one.resource, action=one.action, before=before, after=after)


def _fields(one: FieldsChanged) -> FieldsIf:
    return FieldsIf(resource=one.resource, shown=one.shown, hidden=one.hidden, opened=one.opened, locked=one.locked)


def _records(one: RecordsChanged) -> RecordsIf:
    return RecordsIf(resource=one.resource, before=one.before, after=one.after)
