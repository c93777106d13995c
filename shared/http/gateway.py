"""All services in one process: a request goes to the service its first path segment names, else to the root."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Gateway:
    """services: first path segment → application. at_root: the same for paths that a service serves without its prefix.

    The root answers unknown paths and runs the lifespan.
    """

    def __init__(
        self, root: ASGIApp, services: Mapping[str, ASGIApp], at_root: Mapping[str, ASGIApp] | None = None
    ) -> None:
        self._root, self._services, self._at_root = root, dict(services), dict(at_root or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._root
        if scope["type"] == "http":
            prefix = scope.get("root_path", "")
            segment = scope["path"].removeprefix(prefix)[1:].partition("/")[0]
            if (service := self._services.get(segment)) is not None:
                app, scope = service, {**scope, "root_path": f"{prefix}/{segment}"}
            else:
                app = self._at_root.get(segment, app)
        await app(scope, receive, send)
