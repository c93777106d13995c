"""From the bearer token to the caller's Access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import Request

from shared.errors import ProjectionBehind, SecondFactorNeeded, Unauthenticated
from shared.http.body import ON_LONG_BODY
from shared.http.headers import header
from shared.http.params import CALENDAR
from shared.http.problems import LANGUAGE, asked_language
from shared.kernel.kernel import Kernel
from shared.security.apikeys import PREFIX
from shared.security.permissions import Access
from shared.security.quota import LONG_BODIES
from shared.security.tokens import COMMAND_LINE, Claims

READS = "reads"  # in the scope of a request: the log of what was read and refused
KEY = "program"  # in the scope of a request: the key that it was sent with
Check = Callable[[Access], Awaitable[object]]


class Authenticator:
    """Verifies tokens locally, or an API key by the log, and looks the rights up; who was suspended is refused.

    A user who must have a second factor and has none is refused by every route that does not say `setting_up`. Not
    asked are API keys, which a person made while signed in, and commands on the data directory.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def access(self, request: Request, *, setting_up: bool = False) -> Access:
        """Raises Unauthenticated, without telling why; SecondFactorNeeded; ProjectionBehind: nobody can tell yet.

        setting_up: the route is open to those who have to set up a second factor first.
        """
        scheme, _, token = header(request, b"authorization").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("send Authorization: Bearer <access token>")
        if token.startswith(PREFIX):
            request.scope[KEY] = token
        else:
            request.scope["claims"] = self._kernel.verifier.verify(token)
        request.scope["access"] = access = await self._current(request)  # so that the log names who was refused
        request.scope[READS] = self._kernel.reads
        request.scope[CALENDAR] = await self._kernel.directory.calendar(access.tenant, access.user)
        if not access.key and asked_language(request.scope) is None:
            request.scope[LANGUAGE] = await self._kernel.directory.language(access.tenant, access.user)
        request.scope[ON_LONG_BODY] = partial(LONG_BODIES.take, self._kernel.limits, access.user)
        return access if setting_up else _proven(request, access)

    async def again(self, request: Request) -> Access:
        """The caller's rights by now, during a long answer; the token may expire meanwhile. Raises Unauthenticated,
        SecondFactorNeeded."""
        return _proven(request, await self._current(request))

    def while_allowed(self, request: Request, check: Check) -> Callable[[], Awaitable[None]]:
        """A check to repeat during a long answer: it raises once the session or the right has ended.

        check: raises unless these rights are enough. The token may expire meanwhile.
        """

        async def allowed() -> None:
            await check(_proven(request, await self._current(request)))

        return allowed

    async def _current(self, request: Request) -> Access:
        if (key := request.scope.get(KEY)) is not None:
            return await self._kernel.api_keys.access(key, request.client.host if request.client else "")
        claims: Claims = request.scope["claims"]
        access = await self._kernel.directory.caller(claims)
        if access is not None:
            return access
        if await self._kernel.directory.is_unseen(claims, self._kernel.store):
            raise ProjectionBehind
        raise Unauthenticated("the session has ended")


def _proven(request: Request, access: Access) -> Access:
    """Raises SecondFactorNeeded."""
    if access.unproven and not access.key and request.scope["claims"].session != COMMAND_LINE:
        raise SecondFactorNeeded
    return access
