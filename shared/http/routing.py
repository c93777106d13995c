"""Routes by table: a request finds its operation in a few dictionary steps, however many records a service has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import Parameter, Signature, isfunction
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Scope

Handler = Callable[[Request], Awaitable[Response]]
_SIGNATURE = Signature([Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)])


def path_of(scope: Scope) -> str:
    """A request's path below the application's prefix, which ASGI calls `root_path`."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class DirectRoute(APIRoute):
    """`async def handler(request) -> Response`, called without the framework's parameter machinery.

    Its OpenAPI operation is `openapi_extra`, whole (see shared.http.openapi.operation), or what `described` makes when
    the document is asked for.
    """

    described: Callable[[], dict[str, Any]] | None = None

    def __init__(self, path: str, endpoint: Handler, **more: Any) -> None:
        if isfunction(endpoint):  # the framework would compile the annotations of each, the most of building a service
            endpoint.__signature__ = _SIGNATURE  # type: ignore[attr-defined]
        super().__init__(path, endpoint, **more)

    @property
    def operation(self) -> dict[str, Any] | None:
        return self.described() if self.described else self.openapi_extra


class DescribedRouter(APIRouter):
    """A router of direct routes that are described, like the components they refer to, when the document is asked for.

    To describe all record types takes as long as the rest of a start.
    """

    def __init__(self, components: Callable[[], dict[str, Any]]) -> None:
        super().__init__(route_class=DirectRoute)
        self.components = components

    def add(self, method: str, path: str, handler: Handler, described: Callable[[], dict[str, Any]]) -> None:
        self.add_api_route(path, handler, methods=[method])
        route = self.routes[-1]
        assert isinstance(route, DirectRoute)
        route.described = described


class _Node:
    __slots__ = ("children", "methods", "parameter")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.methods: dict[str, tuple[APIRoute, tuple[str, ...]]] = {}


class Table:
    """Plain `/noun/{id}/verb` paths; a literal segment goes before a parameter."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, route: APIRoute) -> None:
        """Paths with typed parameters (`{path:path}`) stay with the framework."""
        if ":" in route.path:
            return
        node, names = self._root, []
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, _Node())
        for method in route.methods or ():
            if method in node.methods:
                raise TypeError(f"{method} {route.path} is routed twice")
            node.methods[method] = route, tuple(names)

    def find(self, method: str, path: str) -> tuple[APIRoute, dict[str, Any]] | list[str] | None:
        """The route and its path parameters; or the methods that the path does take; or None, an unknown path."""
        node, values = self._root, []
        for segment in path.split("/")[1:]:
            child = node.children.get(segment)
            if child is None:
                child = node.parameter
                if child is None or not segment:
                    return None
                values.append(segment)
            node = child
        found = node.methods.get(method)
        if found is None:
            return sorted(node.methods) or None
        return found[0], dict(zip(found[1], values, strict=True))
