"""The application of one service: routing by table, errors as problem details, security headers, spans, OpenAPI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from shared.errors import CrmError, Unavailable
from shared.http.compression import Compressing, accepted
from shared.http.conditional import conditional
from shared.http.openapi import Components, document
from shared.http.problems import MethodNotAllowed, add_handlers, error_of, language_of, problem
from shared.http.reading import REFUSAL, note_refusal
from shared.http.routing import AnyRoute, DescribedRouter, DirectRoute, DirectRouter, Handler, Table, path_of
from shared.http.tracing import name_span, note_status, server_span
from shared.security.apikeys import without_secrets
from shared.telemetry.spans import tracing_is_on

log = logging.getLogger("crm.http")

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"vary", b"Accept-Encoding"),
)
_UNLESS_SET = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cache-control", b"no-store"),
)
_REFUSALS = (403, 429)  # of what a caller has no right to, or tries too often
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class ServiceApp(FastAPI):
    """A FastAPI application whose DirectRoutes are answered without the framework's layers in between.

    The routers' paths are relative to the service's prefix. compressed: the first segments of the paths whose GETs may
    be compressed, in a service that answers with secrets; None where every answer may.
    """

    def __init__(
        self,
        title: str,
        description: str,
        routers: Iterable[APIRouter],
        compressed: Collection[str] | None = None,
    ) -> None:
        super().__init__(
            title=title,
            description=description,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        )
        self._tracing = tracing_is_on()  # telemetry is set up before the applications are built
        self._table = Table()
        self._compressed = compressed
        self._described: list[Callable[[], Components]] = []
        self._api_routes: list[AnyRoute] = []
        add_handlers(self)
        for router in (_openapi_router(self), *routers):
            self._take(router)

    def _take(self, router: APIRouter) -> None:
        """Include a router, with the OpenAPI components it may carry."""
        self.include_router(router)
        for route in router.routes:
            if isinstance(route, AnyRoute):
                self._table.add(route)
                self._api_routes.append(route)
        if isinstance(router, DescribedRouter):
            self._described.append(router.components)

    @property
    def segments(self) -> frozenset[str]:
        """The first segments of its paths."""
        return frozenset(route.path.split("/")[1] for route in self._api_routes)

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            self.openapi_schema = document(self, self._api_routes, [components() for components in self._described])
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif self._tracing:
            with server_span(scope) as span:

                async def noted(message: Message) -> None:
                    note_status(span, message)
                    await send(message)

                await self._guarded(scope, receive, noted)
        else:
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every answer gets the security headers, every unforeseen error a 500 that tells nothing."""
        state = ""
        if self._compresses(scope):
            send = Compressing(send)

        async def guarded(message: Message) -> None:
            nonlocal state
            if message["type"] == "http.response.start":
                state = "started"
                message["headers"] = secured(scope["scheme"], message["headers"])
                if message["status"] in _REFUSALS:
                    self._note_refusal(scope, message["status"])
            elif not message.get("more_body"):
                state = "done"
            await send(message)

        try:
            await self._dispatch(scope, receive, guarded)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:  # the process stops and waits no longer
            if state:
                raise
            await problem(Unavailable("the suite is stopping: try again"), language_of(scope))(scope, receive, guarded)
        except Exception as error:
            if state == "done":
                return  # the framework has answered, and raised for the server's log
            log.error("%s %s failed", scope["method"], without_secrets(scope["path"]), exc_info=error)
            if state == "started":
                raise
            await problem(CrmError(), language_of(scope))(scope, receive, guarded)

    def _compresses(self, scope: Scope) -> bool:
        if "gzip" not in accepted(scope) or scope["method"] == "HEAD":
            return False
        if self._compressed is None:
            return True
        return scope["method"] == "GET" and path_of(scope)[1:].partition("/")[0] in self._compressed

    def _note_refusal(self, scope: Scope, status: int) -> None:
        """Who was refused what: by the route's path, for into the request's own a caller may write anything."""
        found = self._table.find(scope["method"], path_of(scope))
        path = scope.get("root_path", "") + (found[0].path if isinstance(found, tuple) else "")
        access = scope.get("access")
        who = f"user {access.user} of {access.tenant}" if access else "nobody known"
        log.warning("%s %s refused with %d: %s", scope["method"], path, status, who)
        if access and status == 403:
            note_refusal(scope, access, path)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        method = scope["method"]
        found = self._table.find(method, path_of(scope))
        if isinstance(found, tuple):
            route, scope["path_params"] = found
            if self._tracing:
                name_span(method, route.path)
            if not isinstance(route, DirectRoute):
                await super().__call__(scope, receive, send)
                return
            request = Request(scope, receive, send)
            response = conditional(request, await _answer(route.endpoint, request))
        elif found is None:
            await super().__call__(scope, receive, send)  # a path with typed parameters, or an unknown one
            return
        else:
            response = problem(MethodNotAllowed(), language_of(scope))
            response.headers["Allow"] = ", ".join(found)
        await response(scope, receive, send)


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except ClientDisconnect:
        raise
    except Exception as error:
        known = error_of(error)
        if known is None:
            raise
        if known.status == 403:
            request.scope[REFUSAL] = known.extra
        return problem(known, language_of(request.scope))


def secured(scheme: str, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those that every answer carries."""
    found = [*headers, *_ALWAYS]
    given = {name for name, _ in found}
    found += [h for h in _UNLESS_SET if h[0] not in given]
    if scheme == "https":
        found.append(_HSTS)
    return found


def _openapi_router(app: ServiceApp) -> APIRouter:
    router = DirectRouter()

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        body = {**app.openapi(), "servers": [{"url": root or "/"}]}
        return Response(orjson.dumps(body), 200, {"Cache-Control": "no-cache"}, "application/json")

    return router
