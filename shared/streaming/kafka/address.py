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
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

SCHEME: Final = "kafka://"
MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
_FORM: Final = "it looks like kafka://host:9092, with more hosts after commas"
_OPTIONS: Final = ("tls", "tlsCaFile", "certFile", "keyFile", "passwordFile", "mechanism")
_SERVER = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+)):\d{1,5}")


class WrongUrl(ValueError):
    """The URL cannot be used. The message says why, and what to do, without its password."""


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
    """Raises WrongUrl."""
    authority, _, query = url.removeprefix(SCHEME).partition("?")
    credentials, at, named = authority.rpartition("@")
    found = [_SERVER.fullmatch(one) for one in named.split(",")]
    if not url.startswith(SCHEME) or not all(found) or (at and not credentials):
        raise WrongUrl(_FORM)
    options = _options(query)
    name, _, password = credentials.partition(":")
    secret = _read("passwordFile", options) if "passwordFile" in options else unquote(password)
    if name and not secret:
        raise WrongUrl(f"{unquote(name)} has no password: name the file that holds it, by passwordFile=FILE")
    mechanism = options.get("mechanism", MECHANISMS[0])
    if mechanism not in MECHANISMS:
        raise WrongUrl(f"mechanism is {', '.join(MECHANISMS)}, not {mechanism}")
    here = all(_is_here(one["six"] or one["name"]) for one in found if one)
    context = _context(options, named, here=here and not name)
    if name and context is None and mechanism == "PLAIN" and not here:
        raise WrongUrl("mechanism PLAIN sends the password as it is: use TLS, or SCRAM-SHA-512")
    return Address(tuple(named.split(",")), context, unquote(name), secret, mechanism)


def _options(query: str) -> dict[str, str]:
    known = {name.lower(): name for name in _OPTIONS}
    given = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() not in known:
            raise WrongUrl(f"unknown option {name}: known are {', '.join(_OPTIONS)}")
        given[known[name.lower()]] = value
    if given.get("tls", "true") not in ("true", "false"):
        raise WrongUrl("tls is true or false")
    if ("certFile" in given) != ("keyFile" in given):
        raise WrongUrl("certFile and keyFile go together")
    return given


def _read(option: str, options: Mapping[str, str]) -> str:
    try:
        return Path(options[option]).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUrl(f"{option} {options[option]} cannot be read: {error}") from error


def _is_here(host: str) -> bool:
    """Whether a host is this machine's loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(options: Mapping[str, str], named: str, *, here: bool) -> ssl.SSLContext | None:
    """TLS 1.2 or later, the servers' names and certificates checked. Raises WrongUrl."""
    files = [name for name in ("tlsCaFile", "certFile", "keyFile") if name in options]
    if options.get("tls") == "false":
        if files:
            raise WrongUrl(f"{files[0]} needs TLS, and tls=false asks for none")
        return None
    if not files and "tls" not in options:
        if here:
            return None
        raise WrongUrl(
            f"{named} is not this machine, or wants a password: say tls=true, with tlsCaFile=FILE for an authority of "
            "your own, or tls=false where the network is trusted"
        )
    try:
        context = ssl.create_default_context(cafile=options.get("tlsCaFile"))
        if "certFile" in options:
            context.load_cert_chain(options["certFile"], options["keyFile"])
    except (OSError, ssl.SSLError) as error:
        raise WrongUrl(f"{' and '.join(files)} cannot be used: {error.strerror or error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
