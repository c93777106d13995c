"""Where an EventStoreDB is: its connection string, parsed, and the TLS that it asks for."""

from __future__ import annotations

import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from shared.addresses import WrongAddress, flag_of, options_of, password_of, tls_of

PORT = 2113
SCHEMES = ("esdb", "esdb+discover")
MILLISECONDS = "10000"  # of a deadline, and between two signs of life, where the address says nothing
_OPTIONS = ("tls", "tlsCaFile", "passwordFile", "keepAliveInterval", "defaultDeadline")
_WHERE = "the address of the event store has an "
_FORM = "esdb://NAME@HOST:2113?passwordFile=FILE&tlsCaFile=FILE"


class Node(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Address(NamedTuple):
    """nodes: those named. discovers: the leader is to be asked for. keep_alive, deadline: seconds."""

    nodes: tuple[Node, ...]
    discovers: bool
    user: str
    password: str
    tls: ssl.SSLContext | None
    keep_alive: float
    deadline: float


def parse_address(url: str) -> Address:
    """Raises WrongAddress."""
    try:
        parts = urlsplit(url)
        credentials, _, named = parts.netloc.rpartition("@")
        nodes = tuple(_node(name) for name in named.split(",") if name)
    except ValueError as error:
        raise WrongAddress(f"the address of the event store cannot be read ({error}): it is {_FORM}") from error
    if parts.scheme not in SCHEMES or not nodes or parts.path.strip("/"):
        raise WrongAddress(f"the address of the event store is no {_FORM}")
    options = options_of(parts.query, _OPTIONS, _WHERE)
    user, _, password = credentials.partition(":")
    return Address(
        nodes,
        parts.scheme == "esdb+discover" or len(nodes) > 1,
        unquote(user),
        password_of(unquote(password), options),
        _tls(options) if flag_of(options, "tls", "true") else None,
        _seconds(options, "keepAliveInterval"),
        _seconds(options, "defaultDeadline"),
    )


def _node(name: str) -> Node:
    parts = urlsplit(f"//{name}")
    if not parts.hostname:
        raise ValueError(f"{name!r} is no host")
    return Node(parts.hostname, parts.port or PORT)


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    context = tls_of(options)
    context.set_alpn_protocols(["h2"])
    return context


def _seconds(options: dict[str, str], name: str) -> float:
    given = options.get(name, MILLISECONDS)
    if not given.isdecimal() or not 100 <= int(given) <= 600_000:
        raise WrongAddress(f"{name} in the address of the event store is 100 to 600000 milliseconds, not {given!r}")
    return int(given) / 1000
