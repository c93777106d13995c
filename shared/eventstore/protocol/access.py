"""Who may use the server: TLS, names and passwords, and how much one message may hold."""

from __future__ import annotations

import asyncio
import hmac
import ssl
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from grpclib import GRPCError
from grpclib.const import Status
from grpclib.events import RecvRequest
from grpclib.server import Stream

MAX_MESSAGE = 4 << 20  # bytes
PAUSE = 0.5  # seconds that a wrong password costs
OPEN = {  # clients ask where the node is and what it can do before they sign in
    "/event_store.client.gossip.Gossip/Read",
    "/event_store.client.server_features.ServerFeatures/GetSupportedMethods",
}
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class Unusable(Exception):
    """A file that the server needs cannot be used; the message names it and says what it must hold."""


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """Raises Unusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["h2"])
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Unusable(
            f"certificate {certificate} with key {key} cannot be used ({error.strerror or error}): "
            "name two PEM files that belong together"
        ) from error
    return context


def read_users(file: Path) -> dict[str, bytes]:
    """Digests of passwords by name, from lines `name:password`. Raises Unusable."""
    try:
        if file.stat().st_mode & 0o077:
            raise Unusable(f"{file} holds passwords and can be read by others: chmod 600 {file}")
        lines = [line for line in file.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"the file of users {file} cannot be read: {error}") from error
    users: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        name, colon, password = line.partition(":")
        if not (name and colon and password):
            raise Unusable(f"{file} line {number}: each line is name:password")
        users[name] = sha256(password.encode()).digest()
    if not users:
        raise Unusable(f"{file} names nobody: each line is name:password")
    return users


class Guard:
    """Asked before each call. users: None = everybody may."""

    def __init__(self, users: Mapping[str, bytes] | None) -> None:
        self._users = users

    async def admit(self, event: RecvRequest) -> None:
        """Raises GRPCError (UNAUTHENTICATED)."""
        event.method_func = _bounded(event.method_func)
        given = str(event.metadata.get("authorization", ""))
        if self._users is None or event.method_name in OPEN or self._knows(given):
            return
        await asyncio.sleep(PAUSE)
        raise GRPCError(Status.UNAUTHENTICATED, "the name or the password is wrong")

    def _knows(self, authorization: str) -> bool:
        kind, _, given = authorization.partition(" ")
        if kind.lower() != "basic" or self._users is None:
            return False
        try:
            name, _, password = b64decode(given, validate=True).decode().partition(":")
        except (NotBase64, UnicodeDecodeError):
            return False
        return hmac.compare_digest(sha256(password.encode()).digest(), self._users.get(name, b""))


def _bounded(handler: Any) -> Any:
    """The handler, for messages of at most MAX_MESSAGE bytes: grpclib takes any that a client announces."""

    async def handle(stream: Stream[Any, Any]) -> None:
        received = stream._stream.recv_data

        async def receive(size: int) -> bytes:
            if size > MAX_MESSAGE:
                raise GRPCError(Status.RESOURCE_EXHAUSTED, f"a message holds at most {MAX_MESSAGE} bytes")
            return await received(size)

        stream._stream.recv_data = receive  # type: ignore[method-assign]
        await handler(stream)

    return handle
