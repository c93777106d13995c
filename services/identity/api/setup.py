"""The first start: what the page behind the set-up link posts."""

from __future__ import annotations

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
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel


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
    router = DirectRouter()
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
