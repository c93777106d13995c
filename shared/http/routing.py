"""Routes by table: a request finds its operation in a few dictionary steps, however many records a service has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

Handler = Callable[[Request], Awaitable[Response]]


def path_of(scope: Scope) -> str:
    """A request's path below the application's prefix, which ASGI calls `root_path`."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class DirectRoute(Route):
    """`async def handler(request) -> Response`, called and made without the framework's parameter machinery.

    Its OpenAPI operation is `openapi_extra`, whole (see shared.http.openapi.operation), or what `described` makes when
    the document is asked for.
    """

    endpoint: Handler
    described: Callable[[], dict[str, Any]] | None = None

    def __init__(
        self,
        path: str,
        endpoint: Handler,
        *,
        methods: Collection[str],
        openapi_extra: dict[str, Any] | None = None,
        include_in_schema: bool = True,
        **_framework: Any,
    ) -> None:
        """The framework's further arguments describe what it would do for a route of its own."""
        super().__init__(path, endpoint, methods=methods, include_in_schema=include_in_schema)
        self.methods = set(methods)  # a GET is no HEAD here
        self.openapi_extra = openapi_extra

    @property
    def operation(self) -> dict[str, Any] | None:
        return self.described() if self.described else self.openapi_extra


AnyRoute = APIRoute | DirectRoute


class DirectRouter(APIRouter):
    """A router of direct routes."""

    def __init__(self) -> None:
        # the framework takes any class that is made with the same arguments
        super().__init__(route_class=cast(type[APIRoute], DirectRoute))


class DescribedRouter(DirectRouter):
    """One whose routes are described, like the components they refer to, when the document is asked for.

    To describe all record types takes as long as the rest of a start.
    """

    def __init__(self, components: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
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
        self.methods: dict[str, tuple[AnyRoute, tuple[str, ...]]] = {}


class Table:
    """Plain `/noun/{id}/verb` paths; a literal segment goes before a parameter."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, route: AnyRoute) -> None:
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

    def find(self, method: str, path: str) -> tuple[AnyRoute, dict[str, Any]] | list[str] | None:
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
