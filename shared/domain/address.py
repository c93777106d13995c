"""E-mail addresses: validation, the stored form, and the comparison key.

Local part: PRECIS UsernameCasePreserved (RFC 8265 §3.4). Domain: IDNA 2008 with UTS #46 mapping, kept as Unicode.
Both: letters of recommended scripts (UTS #39), scripts and digits that are written together.
"""

from __future__ import annotations

import re
import unicodedata

import idna
from precis_i18n import get_profile

from shared.texts import clean_line, fold, is_restricted, mixes_scripts, skeleton, words_of

MAX_LENGTH = 254
_ADDRESS = re.compile(
    r"[^@\s\"(),:;<>\[\\\]]{1,64}@(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})",
    re.IGNORECASE | re.ASCII,
)  # the domain in ASCII
_LOCAL = get_profile("UsernameCasePreserved")


class BadAddress(ValueError):
    """code: `email` = not an address; `mixed-scripts` = its letters mix scripts that no language mixes."""

    def __init__(self, code: str = "email") -> None:
        super().__init__(code)
        self.code = code


def address(text: str) -> str:
    """The form in which an address is kept. Idempotent; the case of its letters stays. Raises BadAddress."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", clean_line(text).replace("＠", "@"))
    if len(text) > MAX_LENGTH:
        raise BadAddress()
    local, at, domain = text.rpartition("@")
    if not text.isascii():
        local = _local(local)
    encoded, domain = _host(domain)
    whole = local + at + domain
    if len(whole) > MAX_LENGTH or not _ADDRESS.fullmatch(local + at + encoded):
        raise BadAddress()
    if is_restricted(whole):
        raise BadAddress()
    if any(mixes_scripts(part) for part in (*words_of(local), *domain.split("."))):
        raise BadAddress("mixed-scripts")
    return whole


def _host(name: str) -> tuple[str, str]:
    """A domain's name in ASCII and in Unicode, mapped by UTS #46. Raises BadAddress."""
    if name.isascii() and "xn--" not in name.lower():
        return name, name
    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode()
        return encoded, idna.decode(encoded)
    except (idna.IDNAError, UnicodeError) as error:
        raise BadAddress() from error


def host_key(name: str) -> str:
    """The comparison key of a host, the same for Unicode and Punycode. Total: other text is only folded."""
    folded = fold(name).strip()
    try:
        return skeleton(_host(folded)[1])
    except BadAddress:
        return skeleton(folded)


def email_key(text: str) -> str:
    """The comparison key of an address, for uniqueness and search: folded, look-alikes as one. Total, idempotent."""
    local, at, domain = fold(text).strip().rpartition("@")
    return skeleton(local) + at + host_key(domain)


def _local(text: str) -> str:
    try:
        return str(_LOCAL.enforce(text))
    except UnicodeEncodeError as error:
        raise BadAddress() from error
