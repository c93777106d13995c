"""Where Kafka is and how it is spoken to, by the URL of CRM_KAFKA.

`kafka://NAME@HOST:9093[,HOST:9093]?passwordFile=FILE&tlsCaFile=FILE`. Without TLS only on this machine, unless
`tls=false` asks for it. NAME signs in by SASL (SCRAM-SHA-512, or what `mechanism` says), a client without one by the
certificate of `certFile` and `keyFile`.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote

from shared.addresses import WrongAddress, flag_of, options_of, password_of, tls_of

SCHEME: Final = "kafka://"
MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
_FORM: Final = "it looks like kafka://host:9092, with more hosts after commas"
_OPTIONS: Final = ("tls", "tlsCaFile", "certFile", "keyFile", "passwordFile", "mechanism")
_SERVER = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+)):\d{1,5}")


@dataclass(frozen=True, slots=True)
class Address:
    """servers: to begin with, as `host:port`. tls: None = without. user: "" = nobody signs in."""

    servers: tuple[str, ...]
    tls: ssl.SSLContext | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = MECHANISMS[0]

    def __str__(self) -> str:
        return SCHEME + (f"{self.user}@" if self.user else "") + ",".join(self.servers)

    @property
    def protocol(self) -> str:
        """As clients of Kafka name it."""
        return ("SASL_" if self.user else "") + ("PLAINTEXT" if self.tls is None else "SSL")


def parse_address(url: str) -> Address:
    """Raises WrongAddress."""
    authority, _, query = url.removeprefix(SCHEME).partition("?")
    credentials, at, named = authority.rpartition("@")
    found = [_SERVER.fullmatch(one) for one in named.split(",")]
    if not url.startswith(SCHEME) or not all(found) or (at and not credentials):
        raise WrongAddress(_FORM)
    options = _options(query)
    name, _, password = credentials.partition(":")
    secret = password_of(unquote(password), options)
    if name and not secret:
        raise WrongAddress(f"{unquote(name)} has no password: name the file that holds it, by passwordFile=FILE")
    mechanism = options.get("mechanism", MECHANISMS[0])
    if mechanism not in MECHANISMS:
        raise WrongAddress(f"mechanism is {', '.join(MECHANISMS)}, not {mechanism}")
    here = all(_is_here(one["six"] or one["name"]) for one in found if one)
    context = _context(options, named, here=here and not name)
    if name and context is None and mechanism == "PLAIN" and not here:
        raise WrongAddress("mechanism PLAIN sends the password as it is: use TLS, or SCRAM-SHA-512")
    return Address(tuple(named.split(",")), context, unquote(name), secret, mechanism)


def _options(query: str) -> dict[str, str]:
    given = options_of(query, _OPTIONS)
    if ("certFile" in given) != ("keyFile" in given):
        raise WrongAddress("certFile and keyFile go together")
    return given


def _is_here(host: str) -> bool:
    """Whether a host is this machine's loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(options: Mapping[str, str], named: str, *, here: bool) -> ssl.SSLContext | None:
    """TLS 1.2 or later, the servers' names and certificates checked. Raises WrongAddress."""
    files = [name for name in ("tlsCaFile", "certFile", "keyFile") if name in options]
    if not flag_of(options, "tls", "true"):
        if files:
            raise WrongAddress(f"{files[0]} needs TLS, and tls=false asks for none")
        return None
    if not files and "tls" not in options:
        if here:
            return None
        raise WrongAddress(
            f"{named} is not this machine, or wants a password: say tls=true, with tlsCaFile=FILE for an authority of "
            "your own, or tls=false where the network is trusted"
        )
    return tls_of(options)
