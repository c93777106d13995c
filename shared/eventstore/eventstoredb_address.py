"""Where an EventStoreDB is: its connection string, parsed, and the TLS that it asks for."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

PORT = 2113
SCHEMES = ("esdb", "esdb+discover")
_FORM = "esdb://NAME@HOST:2113?passwordFile=FILE&tlsCaFile=FILE"


class WrongAddress(Exception):
    """A connection string that cannot be used; the message says why, without its password."""


class Node(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Address(NamedTuple):
    """nodes: those named. discovers: the leader is to be asked for. keep_alive, deadline: seconds.

    authority: the file of the authority that the servers' certificates are checked by; None = the system's.
    """

    nodes: tuple[Node, ...]
    discovers: bool
    user: str
    password: str
    tls: bool
    authority: Path | None
    keep_alive: float
    deadline: float

    def context(self) -> ssl.SSLContext | None:
        """TLS 1.2 or later, the server's name and certificate checked. None: without. Raises WrongAddress."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        except (OSError, ssl.SSLError) as error:
            raise WrongAddress(f"tlsCaFile {self.authority} cannot be used: {error.strerror or error}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        return context


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
    options = _options(parts)
    user, _, password = credentials.partition(":")
    return Address(
        nodes,
        parts.scheme == "esdb+discover" or len(nodes) > 1,
        unquote(user),
        _password(unquote(password), options.get("passwordfile")),
        options.get("tls", "true") == "true",
        Path(options["tlscafile"]) if "tlscafile" in options else None,
        _seconds(options, "keepaliveinterval"),
        _seconds(options, "defaultdeadline"),
    )


def _node(name: str) -> Node:
    parts = urlsplit(f"//{name}")
    if not parts.hostname:
        raise ValueError(f"{name!r} is no host")
    return Node(parts.hostname, parts.port or PORT)


_KNOWN = {"tls": "true", "tlscafile": "", "passwordfile": "", "keepaliveinterval": "10000", "defaultdeadline": "10000"}


def _options(parts: SplitResult) -> dict[str, str]:
    given = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    unknown = sorted(given.keys() - _KNOWN.keys())
    if unknown:
        raise WrongAddress(
            f"the address of the event store has an unknown option {unknown[0]}: known are tls, tlsCaFile, "
            "passwordFile, keepAliveInterval and defaultDeadline (milliseconds)"
        )
    if given.get("tls", "true") not in ("true", "false"):
        raise WrongAddress("tls in the address of the event store is true or false")
    return given


def _password(given: str, file: str | None) -> str:
    if file is None:
        return given
    try:
        return Path(file).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongAddress(f"passwordFile {file} cannot be read: {error}") from error


def _seconds(options: dict[str, str], name: str) -> float:
    given = options.get(name, _KNOWN[name])
    if not given.isdecimal() or not 100 <= int(given) <= 600_000:
        raise WrongAddress(f"{name} in the address of the event store is 100 to 600000 milliseconds, not {given!r}")
    return int(given) / 1000
