"""One user's connections to a ClickHouse server, made when they are needed; each statement runs in a thread."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager

from shared.errors import Unavailable
from shared.warehouse.clickhouse_address import Address
from shared.warehouse.port import QueryFailed
from shared.warehouse.session import CLIENT_ERRORS, first_line

T = TypeVar("T")
Settings = Mapping[str, str]

OLDEST = (24, 8)  # version of the server
CONNECT_SECONDS = 5
_IDLE, _BETWEEN, _TIMES = 10, 5, 3  # seconds until a connection is tried, and after how many tries it is given up
_CREDENTIALS = frozenset({192, 193, 194, 516})  # ClickHouse's error numbers


class Link:
    """threads: statements at the same time. seconds: an answer is waited for as long. optional: settings that a server
    of an earlier version need not know."""

    def __init__(
        self, address: Address, user: str, password: str, threads: int, seconds: int, optional: frozenset[str]
    ) -> None:
        self._address, self._user, self._password = address, user, password
        self._seconds, self._optional = seconds, optional
        self._pool = get_pool_manager(_BETWEEN, _TIMES, _IDLE, maxsize=threads, ssl_context=address.tls)
        self._threads = ThreadPoolExecutor(threads, f"clickhouse-{user}")
        self._making = threading.Lock()
        self._client: Any = None
        self._closed = False

    async def run(self, act: Callable[[Any, Callable[[Settings], dict[str, str]]], T]) -> T:
        """What `act` gives, of the client and what leaves out the settings that the server does not know.

        Raises QueryFailed: the server refused; Unavailable: it was not reached, or refuses this user.
        """
        if self._closed:
            raise Unavailable("the warehouse is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, act)

    def _run(self, act: Callable[[Any, Callable[[Settings], dict[str, str]]], T]) -> T:
        try:
            client = self._connected()
            return act(client, lambda given: self._known(client, given))
        except CLIENT_ERRORS as error:
            raise self._failure(error) from None  # its chain holds the statement and its values

    def _connected(self) -> Any:
        with self._making:
            if self._client is None:
                client = clickhouse_connect.get_client(
                    host=self._address.host,
                    port=self._address.port,
                    interface="https" if self._address.tls else "http",
                    username=self._user,
                    password=self._password,
                    pool_mgr=self._pool,
                    compress=False,
                    autogenerate_session_id=False,
                    connect_timeout=CONNECT_SECONDS,
                    send_receive_timeout=self._seconds,
                )
                version = client.server_version or ""
                if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
                    raise Unavailable(
                        f"the warehouse at {self._address} is ClickHouse {version}: this program needs "
                        f"{'.'.join(map(str, OLDEST))} or newer"
                    )
                client.database = self._address.database
                self._client = client
            return self._client

    def _known(self, client: Any, given: Settings) -> dict[str, str]:
        return {n: v for n, v in given.items() if n not in self._optional or n in client.server_settings}

    def _failure(self, error: BaseException) -> Exception:
        code = getattr(error, "code", None) if isinstance(error, ClickHouseError) else None
        if code in _CREDENTIALS:
            remedy = "see the name and the password (passwordFile) in its address"
            if self._user != self._address.user:
                remedy = "the process with the role warehouse makes it when it starts"
            return Unavailable(f"the warehouse at {self._address} refuses the user {self._user}: {remedy}")
        if code:
            return QueryFailed(first_line(error), code)
        return Unavailable(f"the warehouse at {self._address} {_trouble(error)}")

    async def close(self) -> None:
        """Wait for the statements that run. Repeatable."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._pool.clear()


def _trouble(error: BaseException) -> str:
    """Why no answer came. The client's own text holds the whole request."""
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that is not trusted ({cause.verify_message}): tlsCaFile in its address names the "
            "authority that it is checked by"
        )
    if isinstance(cause, ssl.SSLError):
        return f"does not speak TLS as asked ({cause.reason}): clickhouse:// is without, clickhouses:// with it"
    if isinstance(cause, OSError):
        return f"is not reached: {cause.strerror or cause or type(cause).__name__}: start it, or correct its address"
    return f"is no ClickHouse server, or not reached ({type(cause).__name__}): correct its address"


def _cause(error: BaseException) -> BaseException:
    """The error of the system that the libraries' errors stand for."""
    seen: BaseException | None = error
    last = error
    for _ in range(12):
        if seen is None:
            break
        if isinstance(seen, OSError) and not type(seen).__module__.startswith("urllib3"):
            return seen
        last = seen
        reason = getattr(seen, "reason", None)
        wrapped = next((a for a in seen.args if isinstance(a, BaseException)), None)
        seen = reason if isinstance(reason, BaseException) else wrapped or seen.__cause__ or seen.__context__
    return last
