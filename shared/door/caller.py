"""What another process has, asked through its door (see shared.door.server)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import orjson

from shared.clock import Clock
from shared.door.server import ANSWER, BEAT, FOREIGN, Call
from shared.errors import Unavailable
from shared.security.keyring import Wrapper

CONNECTED_SECONDS = 3.0
SILENT_SECONDS = 5.0  # without a byte: the process is gone, hangs, or starts


class Unreached(Unavailable):
    """Nobody answers at the address now."""


class Misdirected(Unavailable):
    """The address is that of something else, and stays so until a setting is corrected."""


class Caller:
    """what: messages name it so. address: of the door, without a path's end. seal: for the door's purpose.

    failure: the error that an answer with `failed` stands for. waited: seconds for an answer.
    """

    def __init__(
        self,
        what: str,
        address: str,
        seal: Wrapper,
        clock: Clock,
        failure: Callable[[Call], Exception],
        waited: float,
    ) -> None:
        self._what, self._seal, self._clock = f"{what} at {address}", seal, clock
        self._address, self._failure, self._waited = address, failure, waited
        fresh = httpx.Limits(max_keepalive_connections=0)  # a kept one may lead to a process that is gone
        self._client = httpx.AsyncClient(limits=fresh, trust_env=False)

    async def call(self, method: str, *, endless: bool = False, silent: float | None = None, **given: Any) -> Any:
        """What the method answers. endless: wait as long as it is worked on. silent: seconds without a byte that are
        borne, where they are more than SILENT_SECONDS.

        Raises Unavailable, Unreached, Misdirected, and what `failure` makes.
        """
        nonce = secrets.token_hex(16)
        call = {"method": method, "nonce": nonce, "at": self._clock.now(), **given}
        answer = await self._answer(self._seal.wrap(orjson.dumps(call)), None if endless else self._waited, silent)
        if answer.get("to") != nonce:
            raise Unavailable(f"{self._what} answered another request")
        if "failed" in answer:
            raise self._failure(answer)
        return answer["found"]

    async def close(self) -> None:
        """Every later call raises Unavailable."""
        await self._client.aclose()

    async def _answer(self, body: bytes, waited: float | None, silent: float | None) -> Any:
        """Raises Unavailable, Unreached, Misdirected."""
        try:
            async with asyncio.timeout(waited):
                times = httpx.Timeout(silent or SILENT_SECONDS, connect=CONNECTED_SECONDS)
                response = await self._client.post(self._address, content=body, timeout=times)
        except (httpx.HTTPError, TimeoutError, RuntimeError) as error:  # the client is closed, too
            reason = str(error) or type(error).__name__
            raise Unreached(f"{self._what} is not reached: {reason}") from None
        if response.status_code == 404:
            raise Misdirected(f"{self._what} is not there, but a process without its role: correct the address")
        if response.status_code == 403 and response.text == FOREIGN:
            raise Misdirected(f"{self._what} is another installation's, with another key ring: correct the address")
        if response.status_code != 200:
            reason = response.text.strip() or f"status {response.status_code}"
            raise Unavailable(f"{self._what} refused a request: {reason[:200]}")
        try:
            return orjson.loads(self._seal.unwrap(response.content.lstrip(BEAT).removeprefix(ANSWER)))
        except ValueError:
            raise Misdirected(
                f"{self._what} is another installation's, with another key ring: correct the address"
            ) from None
