"""Where a ClickHouse server is: its address, parsed, and the TLS that it asks for."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

PORTS = {"clickhouse": 8123, "clickhouses": 8443}  # of ClickHouse's HTTP interface, without and with TLS
_FORM = "clickhouses://NAME@HOST:8443/DATABASE?passwordFile=FILE&tlsCaFile=FILE&cluster=NAME"
_OPTIONS = ("passwordFile", "tlsCaFile", "cluster")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_USER = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


class WrongAddress(Exception):
    """An address that cannot be used; the message says why, without its password."""


class Address(NamedTuple):
    """authority: the file of the authority that the server's certificate is checked by; None = the system's.

    cluster: the server's name for the cluster whose nodes hold the tables; "" = it is one server.
    """

    host: str
    port: int
    user: str
    password: str
    database: str
    tls: bool
    authority: Path | None
    cluster: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self}"

    def context(self) -> ssl.SSLContext | None:
        """TLS 1.2 or later, the server's name and certificate checked. None: without. Raises WrongAddress."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        except (OSError, ssl.SSLError) as error:
            raise WrongAddress(f"tlsCaFile {self.authority} cannot be used: {error.strerror or error}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


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
    options = _options(parts)
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
        _password(unquote(parts.password or ""), options.get("passwordFile")),
        database,
        parts.scheme == "clickhouses",
        Path(options["tlsCaFile"]) if "tlsCaFile" in options else None,
        cluster,
    )


def _options(parts: SplitResult) -> dict[str, str]:
    known = {name.lower(): name for name in _OPTIONS}
    found = dict[str, str]()
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() not in known:
            raise WrongAddress(
                f"the address of the warehouse has an unknown option {name[:40]}: known are {', '.join(_OPTIONS)}"
            )
        found[known[name.lower()]] = value
    if "tlsCaFile" in found and parts.scheme != "clickhouses":
        raise WrongAddress("tlsCaFile goes with clickhouses://: clickhouse:// is without TLS")
    return found


def _password(given: str, file: str | None) -> str:
    if file is None:
        return given
    try:
        return Path(file).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongAddress(f"passwordFile {file} cannot be read: {error}") from error
