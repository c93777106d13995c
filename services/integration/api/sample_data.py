"""Routes of sample data: whether it is there, put it in, take it out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.integration.sample_data import SampleData, State, state_of
from shared.domain.command import CommandModel
from shared.http.answers import Answer, model_answer
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.headers import call_of
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation, parameter
from shared.http.params import only, pairs_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.messages.languages import Language
from shared.security.permissions import require_user
from shared.views.port import Document

DEALS = 200


class PutInSampleData(CommandModel):
    language: Language
    size: Annotated[int, F(ge=10, le=2_000, description="Deals to make; the rest follows from that")] = DEALS


class SampleDataState(Answer):
    state: State
    import_: Annotated[
        str | None, F(alias="import", description="The import that put it in; its progress is `/imports/{id}/events`")
    ] = None
    created: Annotated[int | None, F(description="Records made")] = None
    left: Annotated[
        int | None,
        F(description="Records that stayed when it was taken out, since people changed them: `/imports/{id}/left.csv`"),
    ] = None


_PUT_IN = TypeAdapter(PutInSampleData)
_TAG = "sample data"
_ANSWER = answer("How it stands with sample data", SampleDataState)
_GET = operation("sample_data", "Whether there is sample data", _TAG, {200: _ANSWER})
_POST = operation(
    "put_in_sample_data",
    "Put sample data in",
    _TAG,
    {202: _ANSWER},
    description="An import of a made-up company in the background: people, products, accounts, contacts, leads, deals "
    "and activities. `source` and a tag say what they are. Asks for the right to import each of these, people too. "
    "409 `sample-data-present` while there is some.",
    parameters=[parameter("IdempotencyKey")],
    body=body_of(PutInSampleData, {"language": "en"}),
    errors=WRITE_ERRORS,
)
_DELETE = operation(
    "take_out_sample_data",
    "Take sample data out",
    _TAG,
    {202: _ANSWER},
    description="Reverts the import, in the background. What people changed since is left, and listed.",
    errors=(401, 403, 404, 409, 422, 503),
)


def sample_data_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    access_of, samples = Authenticator(kernel).access, SampleData(kernel)

    @router.get("/sample-data", openapi_extra=_GET)
    async def state(request: Request) -> Response:
        access = await access_of(request)
        only(pairs_of(request), ())
        return _answer(await samples.last(access), 200)

    @router.post("/sample-data", openapi_extra=_POST)
    async def put_in(request: Request) -> Response:
        access = await access_of(request)
        require_user(access)
        access.scope("import", "create")
        wish = await parse(request, _PUT_IN)
        key = call_of(request, access, None).key
        return _answer(await samples.put_in(access, wish.language, wish.size, key), 202)

    @router.delete("/sample-data", openapi_extra=_DELETE)
    async def take_out(request: Request) -> Response:
        access = await access_of(request)
        require_user(access)
        only(pairs_of(request), ())
        return _answer(await samples.take_out(access), 202)

    return router


def _answer(last: Document | None, status: int) -> Response:
    if last is None:
        return model_answer(SampleDataState(state="off"), status)
    left = (last.get("reverted") or {}).get("left")
    found = {"import": last["id"], "created": last.get("created"), "left": left}
    return model_answer(SampleDataState(state=state_of(last), **found), status)
