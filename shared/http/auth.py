"""From the bearer token to the caller's Access."""

from __future__ import annotations

from fastapi import Request

from shared.errors import Unauthenticated
from shared.http.headers import header
from shared.platform import Platform
from shared.security.permissions import Access


class Authenticator:
    """Verifies tokens locally and looks the user's rights up; suspended users and ended sessions are refused."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def access(self, request: Request) -> Access:
        """Raises Unauthenticated, without telling why."""
        scheme, _, token = header(request, b"authorization").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("send Authorization: Bearer <access token>")
        access = await self._platform.directory.caller(self._platform.verifier.verify(token))
        if access is None:
            raise Unauthenticated("the session has ended")
        request.scope["access"] = access  # the log tells who was refused
        return access
