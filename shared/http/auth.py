"""From the bearer token to the caller's Access."""

from __future__ import annotations

from fastapi import Request

from shared.errors import Unauthenticated
from shared.http.headers import header
from shared.platform import Platform
from shared.security.permissions import Access


class Authenticator:
    """Verifies tokens locally and looks the user's rights up; suspended users and old epochs are refused."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def access(self, request: Request) -> Access:
        """Raises Unauthenticated, without telling why."""
        scheme, _, token = header(request, b"authorization").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("send Authorization: Bearer <access token>")
        claims = self._platform.verifier.verify(token)
        access = await self._platform.directory.access(claims.tenant, claims.user)
        if access is None or access.epoch != claims.epoch:
            raise Unauthenticated("the session has ended")
        return access
