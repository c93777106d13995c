"""RFC 9457 problem details: one shape, one place where an error becomes an answer."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.errors import CrmError, FieldError, Invalid

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("crm.http")


def problem(error: CrmError) -> Response:
    body: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        **error.extra,
    }
    if error.errors:
        body["errors"] = [{"field": e.field, "code": e.code, "message": e.message} for e in error.errors]
    headers = {}
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), error.status, headers, MEDIA_TYPE)


def invalid_from(error: ValidationError | RequestValidationError) -> Invalid:
    """Pydantic's findings as errors by field; the offending input itself is never repeated."""
    errors = []
    for found in error.errors():
        path = [str(p) for p in found["loc"] if p not in ("body", "query", "path", "header")]
        errors.append(FieldError(".".join(path), found["type"].replace("_", "-"), found["msg"]))
    return Invalid(f"{len(errors)} field(s) are not valid", errors=errors)


class _Plain(CrmError):
    """An HTTP error of the framework (unknown path, wrong method) in the same shape."""

    def __init__(self, status: int, title: str) -> None:
        self.status, self.title = status, title  # type: ignore[misc]
        self.type = {404: "not-found", 405: "method-not-allowed"}.get(status, "http")  # type: ignore[misc]
        super().__init__(title)


def add_handlers(app: FastAPI) -> None:
    @app.exception_handler(CrmError)
    async def known(_: Request, error: CrmError) -> Response:
        return problem(error)

    @app.exception_handler(ValidationError)
    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, error: ValidationError) -> Response:
        return problem(invalid_from(error))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        answer = problem(_Plain(error.status_code, str(error.detail)))
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    @app.exception_handler(Exception)
    async def unknown(_: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return problem(CrmError())
