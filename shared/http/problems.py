"""RFC 9457 problem details: one shape, one place where an error becomes an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope
from typing_extensions import TypedDict

from shared.errors import CrmError, FieldError, Invalid, Unavailable
from shared.events.envelope import Undecodable
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.http.codes import all_codes, problem_types
from shared.http.headers import header
from shared.messages import Message, say
from shared.messages.findings import field_error
from shared.messages.languages import ENGLISH, Language, in_language, negotiated
from shared.security.keyring import KeyMissing, KeysUnavailable
from shared.views.port import ViewsUnavailable

MEDIA_TYPE = "application/problem+json"
LANGUAGE = "language"  # in the scope of a request: what its user has chosen
MAX_ERRORS = 100  # reported by field; an answer is never larger than what it refuses


_EXAMPLE: dict[str, Any] = {
    "type": "/problems/invalid",
    "title": "The request is not valid",
    "status": 422,
    "detail": "1 field(s) are not valid",
    "errors": [{"field": "name", "code": "missing", "message": "this field is needed"}],
}


class FieldProblem(TypedDict):
    """params: the values in the message, by name."""

    field: str
    code: Annotated[str, Field(json_schema_extra={"enum": [*all_codes()]})]
    message: str
    params: NotRequired[dict[str, Any]]


class Problem(BaseModel):
    """RFC 9457 problem details. `type` and `code` never change; title, detail and messages are in the language of
    `Accept-Language` (en, zh-CN, zh-TW), else in that of the user's preferences."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_EXAMPLE]})

    type: Annotated[
        str,
        Field(examples=["/problems/invalid"], json_schema_extra={"enum": [f"/problems/{t}" for t in problem_types()]}),
    ]
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


_NAMED = frozenset(Problem.model_fields)  # what RFC 9457 and the suite name is never an extension


def problem(error: CrmError, language: Language = ENGLISH) -> Response:
    extra = {name: value for name, value in error.extra.items() if name not in _NAMED}
    if "code" in extra and isinstance(error.detail, Message) and error.detail.params:
        extra.setdefault("params", _params(error.detail, language))
    body = Problem(
        type=f"/problems/{error.type}",
        title=in_language(error.title, language),
        status=error.status,
        detail=in_language(error.detail, language),
        **extra,
    )
    if error.errors:
        body.errors = [field_problem(e, language) for e in error.errors]
    headers: dict[str, str] = {"Content-Language": language}
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body.model_dump_json(exclude_unset=True), error.status, headers, MEDIA_TYPE)


def field_problem(error: FieldError, language: Language) -> FieldProblem:
    """One error by field, in a language."""
    problem = FieldProblem(field=error.field, code=error.code, message=in_language(error.message, language))
    if isinstance(error.message, Message) and error.message.params:
        problem["params"] = _params(error.message, language)
    return problem


def _params(message: Message, language: Language) -> dict[str, object]:
    return {name: _plain(value, language) for name, value in message.params.items()}


def _plain(value: object, language: Language) -> object:
    if isinstance(value, str):
        return in_language(value, language) if isinstance(value, Message) else str(value)
    return value if isinstance(value, int | float | None) else str(value)


def language_of(scope: Scope) -> Language:
    """The language of the answer to a request, by its ASGI scope: what the request asks for, else the user's choice
    (`Authenticator`), else English."""
    return asked_language(scope) or scope.get(LANGUAGE) or ENGLISH


def asked_language(scope: Scope) -> Language | None:
    """None: the request names no language that we have."""
    return negotiated(header(Request(scope), b"accept-language"))


def invalid_from(error: ValidationError | RequestValidationError) -> Invalid:
    """Pydantic's findings as errors by field, in our own words."""
    all_of_them: Sequence[Any]
    if isinstance(error, ValidationError):
        all_of_them, where = error.errors(include_url=False), 0
    else:
        all_of_them, where = error.errors(), 1  # the framework begins with body, query, path or header
    errors = [field_error(found, found["loc"][where:]) for found in all_of_them[:MAX_ERRORS]]
    return Invalid(say("{count} field(s) are not valid", count=len(all_of_them)), errors=errors)


class MethodNotAllowed(CrmError):
    """`allow` goes into the header."""

    status = 405
    type = "method-not-allowed"
    title = "This path does not take this method"


class UnknownPath(CrmError):
    status = 404
    type = "not-found"
    title = "There is nothing at this path"


def error_of(error: Exception) -> CrmError | None:
    """The answer to an expected failure; None for one that nobody foresaw."""
    match error:
        case CrmError():
            return error
        case ValidationError() | RequestValidationError():
            return invalid_from(error)
        case ViewsUnavailable() | StoreUnavailable() | StoreBroken() | KeysUnavailable() | KeyMissing():
            return Unavailable(str(error))
        case Undecodable():  # its record is parked where views are written, and operators see it there
            return Unavailable(say("this record has an event that this program cannot read: a newer one may"))
        case HTTPException(status_code=404):
            return UnknownPath()
        case HTTPException(status_code=405):
            return MethodNotAllowed()
        case HTTPException():
            plain = CrmError(str(error.detail))
            plain.status, plain.type, plain.title = error.status_code, "http", str(error.detail)
            return plain
    return None


def failure_text(error: Exception, language: Language) -> str:
    """What a stream says of the failure that ended it."""
    known = error_of(error)
    detail = say("it failed: {problem}; the log tells more", problem=type(error).__name__)
    return in_language(detail if known is None else known.detail, language)


def add_handlers(app: FastAPI) -> None:
    """The same answers for routes that run inside the framework."""

    async def answer(request: Request, error: Exception) -> Response:
        known = error_of(error) or CrmError()
        response = problem(known, language_of(request.scope))
        for name, value in (getattr(error, "headers", None) or {}).items():
            response.headers[name] = value
        return response

    for expected in (CrmError, ValidationError, RequestValidationError, HTTPException, ViewsUnavailable):
        app.add_exception_handler(expected, answer)
