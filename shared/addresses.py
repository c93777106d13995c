"""What the addresses of servers have in common: their options, TLS, and passwords in files."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import parse_qsl


class WrongAddress(ValueError):
    """An address that cannot be used; the message says why and what to do, without its password."""


def options_of(query: str, known: Collection[str], where: str = "") -> dict[str, str]:
    """The options of an address, by their names as `known` spells them; their case does not matter.

    where: what has them, for the message. Raises WrongAddress.
    """
    spelled, found = {name.lower(): name for name in known}, dict[str, str]()
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() not in spelled:
            raise WrongAddress(f"{where}unknown option {name[:40]}: known are {', '.join(known)}")
        found[spelled[name.lower()]] = value
    return found


def flag_of(options: Mapping[str, str], name: str, default: str) -> bool:
    """An option that is true or false. Raises WrongAddress."""
    given = options.get(name, default)
    if given not in ("true", "false"):
        raise WrongAddress(f"{name} is true or false, not {given[:40]}")
    return given == "true"


def password_of(given: str, options: Mapping[str, str]) -> str:
    """The password in the file that the option `passwordFile` names, else the one given. Raises WrongAddress."""
    file = options.get("passwordFile")
    if file is None:
        return given
    try:
        return Path(file).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongAddress(f"passwordFile {file} cannot be read: {error}") from error


def tls_of(options: Mapping[str, str]) -> ssl.SSLContext:
    """TLS 1.2 or later, the server's name and certificate checked. Raises WrongAddress.

    `tlsCaFile` names the authority, the system's without it; `certFile` and `keyFile` the client's own certificate.
    """
    files = [name for name in ("tlsCaFile", "certFile", "keyFile") if name in options]
    try:
        context = ssl.create_default_context(cafile=options.get("tlsCaFile"))
        if "certFile" in options:
            context.load_cert_chain(options["certFile"], options["keyFile"])
    except (OSError, ssl.SSLError) as error:
        named = " and ".join(f"{name} {options[name]}" for name in files)
        raise WrongAddress(f"{named} cannot be used: {error.strerror or error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
