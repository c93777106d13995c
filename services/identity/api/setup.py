"""The first start: the page behind the set-up link, the page behind an invitation, and what set-up posts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.authentication import Authentication
from services.identity.organisation import Language
from services.identity.setup import set_up_by_link
from shared.domain.command import VERBATIM, CommandModel
from shared.http.answers import Answer, model_answer
from shared.http.body import parse
from shared.http.openapi import answer, body_of, operation
from shared.http.problems import UnknownPath
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel

_FOLDER = Path(__file__).parents[1] / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SetUpSuite(CommandModel):
    token: Annotated[str, F(min_length=1, max_length=200)]
    organisation: Annotated[str, F(max_length=200)]
    name: Annotated[str, F(max_length=200)]
    email: Annotated[str, F(max_length=254)]
    password: Annotated[str, VERBATIM, F(max_length=1024)]
    language: Language = "en"

    model_config = {
        "str_strip_whitespace": False,
        "json_schema_extra": {
            "examples": [
                {
                    "token": "JZ1kT9",
                    "organisation": "Acme 有限公司",
                    "name": "李雷",
                    "email": "li.lei@example.com",
                    "password": "seven kinds of boxes",
                    "language": "zh",
                }
            ]
        },
    }


_SET_UP: TypeAdapter[SetUpSuite] = TypeAdapter(SetUpSuite)


class SetUp(Answer):
    tenant: str
    user: str


def setup_router(kernel: Kernel, authentication: Authentication) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    docs = operation(
        "setUp",
        "Create the organisation and its first administrator, once",
        "set-up",
        {201: answer("You may sign in now", SetUp), 403: {"$ref": "#/components/responses/Problem403"}},
        body=body_of(SetUpSuite),
        errors=(409, 413, 415, 422, 503),
        public=True,
    )

    @router.post("/setup", openapi_extra=docs)
    async def set_up(request: Request) -> Response:
        body = await parse(request, _SET_UP)
        done = await set_up_by_link(
            kernel,
            body.token,
            body.organisation.strip(),
            body.name.strip(),
            body.email.strip(),
            body.password,
            body.language,
            authentication.passwords,
        )
        await authentication.known_shown(done.tenant, done.user)
        return model_answer(SetUp(tenant=done.tenant, user=done.user), 201)

    return router


def pages_router() -> APIRouter:
    """`/setup` and `/invitation`, at the root too; the tokens stay in the address's fragment or in the page."""
    router = APIRouter(route_class=DirectRoute)
    page = (_FOLDER / "welcome.html").read_text("utf-8")
    assets = {p.name: _asset(p) for p in sorted(_FOLDER.iterdir()) if p.suffix in _MEDIA}

    for kind in ("setup", "invitation"):
        text = page.replace("@@kind@@", kind)
        found = {200: answer("A page", {"type": "string"}, media="text/html; charset=utf-8")}
        docs = operation(f"{kind}Page", f"The page behind the {kind} link", "set-up", found, errors=(), public=True)

        @router.get(f"/{kind}", openapi_extra=docs, name=kind)
        async def shown(request: Request, text: str = text) -> Response:
            return Response(text, 200, {"Content-Security-Policy": _POLICY}, "text/html; charset=utf-8")

    @router.get("/setup/assets/{name}", include_in_schema=False)
    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            raise UnknownPath()
        content, media = found
        return Response(content, 200, {"Cache-Control": "no-cache"}, media)

    return router


def _asset(path: Path) -> tuple[bytes, str]:
    return path.read_bytes(), f"{_MEDIA[path.suffix]}; charset=utf-8"
