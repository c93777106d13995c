"""Where a ClickHouse server is: its address, parsed, and the TLS that it asks for."""

from __future__ import annotations

import re
import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from shared.addresses import WrongAddress, options_of, password_of, tls_of

PORTS = {"clickhouse": 8123, "clickhouses": 8443}  # of ClickHouse's HTTP interface, without and with TLS
_FORM = "clickhouses://NAME@HOST:8443/DATABASE?passwordFile=FILE&tlsCaFile=FILE&cluster=NAME"
_WHERE = "the address of the warehouse has an "
_OPTIONS = ("passwordFile", "tlsCaFile", "cluster")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_USER = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


class Address(NamedTuple):
    """tls: None = without.

    cluster: the server's name for the cluster whose nodes hold the tables; "" = it is one server.
    """

    host: str
    port: int
    user: str
    password: str
    database: str
    tls: ssl.SSLContext | None
    cluster: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self}"


def parse_address(url: str) -> Address:
    """Raises WrongAddress."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WrongAddress(f"the address of the warehouse cannot be read ({error}): it is {_FORM}") from None
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in PORTS or not host or not _NAME.fullmatch(database):
        raise WrongAddress(f"the address of the warehouse is no {_FORM}")
    options = options_of(parts.query, _OPTIONS, _WHERE)
    if "tlsCaFile" in options and parts.scheme != "clickhouses":
        raise WrongAddress("tlsCaFile goes with clickhouses://: clickhouse:// is without TLS")
    user = unquote(parts.username or "")
    if not _USER.fullmatch(user):
        raise WrongAddress(f"the address of the warehouse names no user: it is {_FORM}")
    cluster = options.get("cluster", "")
    if "cluster" in options and not _NAME.fullmatch(cluster):
        raise WrongAddress("cluster in the address of the warehouse is the name of a cluster that the server knows")
    return Address(
        host,
        port or PORTS[parts.scheme],
        user,
        password_of(unquote(parts.password or ""), options),
        database,
        tls_of(options) if parts.scheme == "clickhouses" else None,
        cluster,
    )
