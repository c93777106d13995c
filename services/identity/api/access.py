"""Roles to choose from, why somebody sees a record, and the keys that tokens are verified with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from services.identity.role import ROLE, role_of
from shared.errors import Invalid, NotFound
from shared.http.answers import Answer, json_answer, model_answer, one_of
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import ACTIONS, Access, Action, Level, Role
from shared.views.port import MAX_PAGE, Condition, Query

Fields = dict[str, list[str]]  # record type → fields
LevelName = Annotated[str, Field(json_schema_extra={"enum": [level.name.lower() for level in Level]})]


class RoleChoice(Answer):
    id: str
    zh: str
    en: str
    built_in: bool
    grants: Annotated[dict[str, dict[str, str]], Field(description="record type → action → level")]
    hidden: Fields
    read_only: Fields


class RoleChoices(Answer):
    items: list[RoleChoice]


class Right(Answer):
    action: Annotated[str, one_of(*ACTIONS)]
    level: LevelName
    allowed: bool
    roles: Annotated[list[str], Field(description="The roles that give this level")]


class Explained(Answer):
    resource: str
    id: str
    owner: str | None
    user: str
    relation: Literal["own", "team", "below", "none"]
    visible: bool
    rights: list[Right]
    hidden: list[str]
    read_only: list[str]


_LISTING = operation(
    "listRoleChoices", "Every role there is, built-in ones first", "access", {200: answer("Roles", RoleChoices)}
)
_EXPLAINING = operation(
    "explainAccess",
    "Why can somebody see a record, and what may they do with it?",
    "access",
    {200: answer("By which role, and how far", Explained)},
    parameters=[
        query("resource", "The record type", required=True),
        query("id", "The record", required=True),
        query("user", "Whose rights; your own if left out"),
    ],
    errors=(401, 403, 404, 422, 503),
)
_KEYS = operation(
    "jwks",
    "The public keys of access tokens",
    "keys",
    {200: answer("RFC 7517", {"type": "object"})},
    errors=(),
    public=True,
)


def access_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/access/roles", openapi_extra=_LISTING)
    async def roles(request: Request) -> Response:
        access = await authenticator.access(request)
        access.scope("role")
        own = [_shown(role, built_in=False) async for role in _own_roles(kernel, access)]
        built_in = [_shown(role, built_in=True) for role in kernel.catalogue.roles.values()]
        return model_answer(RoleChoices(items=built_in + own))

    @router.get("/access/explain", openapi_extra=_EXPLAINING)
    async def explain(request: Request) -> Response:
        access = await authenticator.access(request)
        given = request.query_params
        for name in ("resource", "id"):
            if not given.get(name):
                raise Invalid.field(name, "missing", "this parameter is needed")
        user = given.get("user") or access.user
        if user != access.user:
            access.scope("user", "manage")
        return model_answer(await explanation(kernel, access, given["resource"], given["id"], user))

    @router.get("/.well-known/jwks.json", openapi_extra=_KEYS)
    async def jwks(request: Request) -> Response:
        assert kernel.signer is not None
        return json_answer(kernel.signer.jwks(), headers={"Cache-Control": "public, max-age=300"})

    return router


async def _own_roles(kernel: Kernel, access: Access) -> AsyncIterator[Role]:
    cursor = None
    while True:
        wanted = Query((Condition("archived", "eq", False),), limit=MAX_PAGE, cursor=cursor)
        page = await kernel.queries.find(ROLE, wanted, access)
        for document in page.items:
            yield role_of({"grants": {}, "hidden": {}, "read_only": {}, "zh": "", "en": "", **document})
        if (cursor := page.next) is None:
            return


def _shown(role: Role, *, built_in: bool) -> RoleChoice:
    return RoleChoice(
        id=role.id,
        zh=role.zh,
        en=role.en,
        built_in=built_in,
        grants={r: {a: Level(n).name.lower() for a, n in actions.items()} for r, actions in role.grants.items()},
        hidden={r: sorted(names) for r, names in role.hidden.items()},
        read_only={r: sorted(names) for r, names in role.read_only.items()},
    )


async def explanation(kernel: Kernel, asking: Access, resource: str, id: str, user: str) -> Explained:
    """Raises NotFound: no such record type, record or active user, or a record the asking one does not see."""
    aggregate = kernel.catalogue[resource]
    record = await kernel.repository.load(aggregate, asking.tenant, id)
    if record.version == 0:
        raise NotFound()
    owner = record.owner if aggregate.collection.owner is not None else ""
    reader = aggregate.reader(record)
    asking.check(resource, "read", reader)
    access = asking if user == asking.user else await kernel.directory.access(asking.tenant, user)
    if access is None:
        raise NotFound("there is no active user with this id")
    return Explained(
        resource=resource,
        id=id,
        owner=record.owner,
        user=user,
        relation=_relation(access, record.owner),
        visible=access.allows(resource, "read", reader),
        rights=[_right(access, resource, a, reader if a == "read" else owner) for a in ACTIONS],
        hidden=sorted(access.hidden(resource)),
        read_only=sorted(access.locked(resource)),
    )


def _relation(access: Access, owner: str | None) -> Literal["own", "team", "below", "none"]:
    if owner == access.user:
        return "own"
    if owner in access.team:
        return "team"
    return "below" if owner in access.below else "none"


def _right(access: Access, resource: str, action: Action, owner: str | None) -> Right:
    level = access.level(resource, action)
    giving = [r.id for r in access.roles if Access(access.tenant, access.user, (r,)).level(resource, action) == level]
    return Right(
        action=action,
        level=level.name.lower(),
        allowed=access.allows(resource, action, owner),
        roles=giving if level is not Level.NONE else [],
    )
