"""vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350): the properties of each card, read line by line in bounded memory."""

from __future__ import annotations

import quopri
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import Invalid
from shared.messages import say, shown
from shared.tabular.encoding import is_known

MAX_CARDS = 200_000
MAX_PROPERTIES = 1_000  # of a card
MAX_LINE = 1_000_000  # characters of a property that is taken; pictures may have more
_SHOWN = 200
_NAME_LENGTH = 20  # of an encoding, in a message
_FRAME = frozenset({"BEGIN", "END", "VERSION", "AGENT"})
_FIRST = re.compile(
    rb"[\s\x00\xef\xbb\xbf\xfe\xff]*" + rb"\x00?".join(bytes([b]) for b in b"BEGIN:VCARD"), re.IGNORECASE
)
_NAME = re.compile(r"(?:[\w-]+\.)*([A-Za-z0-9-]+)\s*(?=[;:])", re.ASCII)
_PARAMETER = re.compile(r';\s*([\w-]+)\s*(?:=((?:"[^"]*"|[^";:])*))?', re.ASCII)
_QUOTED = re.compile(r"ENCODING=\"?QUOTED-PRINTABLE|;QUOTED-PRINTABLE[;:]", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_REST_OF_LETTER = re.compile(rb"[ \t]([\x80-\xbf]{1,3})")
_BINARY = frozenset({"b", "base64"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property. types: in small letters (`home`, `cell`, `pref`). preference: 1 is the best, 101 = none is given.

    value: with its escapes, as `parts_of` takes it.
    """

    name: str
    value: str
    types: frozenset[str] = frozenset()
    preference: int = 101

    @property
    def text(self) -> str:
        return _plain(self.value)

    def parts(self, sign: str = ";") -> list[str]:
        """The components of a structured value, or the entries of a list."""
        return [_plain(part).strip() for part in _split(self.value, sign)]


@dataclass(slots=True)
class Card:
    line: int  # where it begins
    properties: list[Property] = field(default_factory=list)
    count: int = 0  # of all its properties, with those that are not taken

    def named(self, name: str) -> list[Property]:
        """The properties of a name, the preferred ones first."""
        return sorted((p for p in self.properties if p.name == name), key=lambda p: p.preference)


def is_vcard(head: bytes) -> bool:
    """Whether a file that begins so holds cards, in any usual encoding."""
    return bool(_FIRST.match(head))


def read_cards(path: Path, name: str, encoding: str, wanted: Container[str]) -> Iterator[Card]:
    """The cards of a file, with the properties wanted. Cards within cards (agents) are left out.

    Raises Invalid naming the file and the line: a card without end, a line that is no property, a limit, NUL.
    """
    card: Card | None = None
    depth = cards = 0
    after_agent = False
    for number, line in _unfolded(path, name, encoding, wanted):
        word = line[:_SHOWN].strip().upper()
        if word == "BEGIN:VCARD":
            if card is not None and not after_agent:
                raise _unended(name, card.line)
            depth, after_agent = depth + 1, False
            card = card or Card(number)
        elif card is None:
            raise _no_property(name, number, line)
        elif word == "END:VCARD":
            depth -= 1
            if depth == 0:
                cards += 1
                if cards > MAX_CARDS:
                    raise _too_much(name, number, "too-many-cards", MAX_CARDS)
                yield card
                card = None
        else:
            card.count += 1
            if card.count > MAX_PROPERTIES:
                raise _too_much(name, number, "too-many-properties", MAX_PROPERTIES)
            found = _property(line, name, number, encoding, wanted)
            if found is not None and depth == 1:
                card.properties.append(found)
            after_agent = word.startswith("AGENT")
    if card is not None:
        raise _unended(name, card.line)


def move_folds(path: Path, target: Path) -> None:
    """Write the file with each fold that stands within a letter of UTF-8 behind that letter; all lines stay lines."""
    with path.open("rb") as file, target.open("wb") as out:
        held = b""
        for line in file:
            if held and (rest := _REST_OF_LETTER.match(line)):
                body = held.rstrip(b"\r\n")
                held, line = body + rest[1] + held[len(body) :], line[:1] + line[rest.end() :]
            out.write(held)
            held = line
        out.write(held)


def _unfolded(path: Path, name: str, encoding: str, wanted: Container[str]) -> Iterator[tuple[int, str]]:
    """Lines with those that go on in them, each with the number of its first one; without empty ones."""
    begun, parts, length, taken, quoted, goes_on = 0, list[str](), 0, True, False, False
    for number, line, ends in _lines(path, name, encoding):
        if goes_on:
            body = line
        elif line[:1] in (" ", "\t"):
            body = line[1:]
        else:
            head = _NAME.match(line)
            if head is None and not taken and line.strip():  # a picture of 2.1
                continue
            if parts:
                yield begun, "".join(parts)
            begun, parts, length, body = number, [], 0, line
            taken = head is None or head[1].upper() in wanted or head[1].upper() in _FRAME
            quoted = bool(_QUOTED.search(line.partition(":")[0] + ":"))
        soft = quoted and ends and body.endswith("=")
        goes_on = soft or not ends
        body = body[:-1] if soft else body
        length += len(body)
        if taken and length > MAX_LINE:
            raise _too_much(name, number, "endless-line", MAX_LINE)
        if body.strip() and (taken or not parts):
            parts.append(body if taken else body[:_SHOWN])
    if parts:
        yield begun, "".join(parts)


def _lines(path: Path, name: str, encoding: str) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number, and whether it ends here: a long one comes in pieces."""
    number = 1
    with path.open(encoding=encoding) as file:
        while line := file.readline(MAX_LINE):
            if "\0" in line:
                why = say("line {line} holds a NUL character: this is no text file", line=number)
                raise Invalid.field(name, "nul", why)
            ends = line.endswith("\n")
            yield number, line.removesuffix("\n"), ends
            number += ends


def _property(line: str, name: str, number: int, encoding: str, wanted: Container[str]) -> Property | None:
    head = _NAME.match(line)
    if head is None:
        raise _no_property(name, number, line)
    if head[1].upper() not in wanted:
        return None
    at, types, preference, given = head.end(), set[str](), 101, {}
    while found := _PARAMETER.match(line, at):
        key, value, at = found[1].casefold(), (found[2] or "").replace('"', "").strip(), found.end()
        if found[2] is None or key == "type":  # 2.1 gives bare types
            types |= {t.strip() for t in (value or key).casefold().split(",")}
        else:
            given[key] = value
    if line[at : at + 1] != ":":
        raise _no_property(name, number, line)
    how = given.get("encoding", "").casefold()
    if how in _BINARY or types & _BINARY:
        return None
    value = line[at + 1 :]
    if how == "quoted-printable" or "quoted-printable" in types:
        value = _unquoted(value, given.get("charset", ""), encoding, name, number)
    if "pref" in types:
        preference = 1
    if given.get("pref", "").isdecimal():
        preference = int(given["pref"][:3])
    return Property(head[1].upper(), value.strip(), frozenset(types), preference)


def _unquoted(value: str, charset: str, encoding: str, name: str, number: int) -> str:
    """Quoted-printable text in its charset. Signs beyond ASCII, which it should not have, stay."""
    usual = "utf-8" if encoding.startswith("utf-16") else encoding
    spelled = charset if is_known(charset) else usual  # of a charset that nobody knows: as the rest of the file
    try:
        raw = value.encode("ascii" if value.isascii() else spelled)
        return quopri.decodestring(raw).decode(spelled).replace("\r\n", "\n")
    except ValueError:
        why = say(
            "line {line} is not valid {encoding}; save the file as UTF-8, or name its encoding",
            line=number,
            encoding=(charset or spelled)[:_NAME_LENGTH].upper(),
        )
        raise Invalid.field(name, "broken-encoding", why) from None


def _split(value: str, sign: str) -> list[str]:
    """The parts between signs that no backslash stands before."""
    parts, start, at = [], 0, 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == sign:
            parts.append(value[start:at])
            start = at + 1
        at += 1
    return [*parts, value[start:]]


def _plain(value: str) -> str:
    """A text without its escapes."""
    return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value) if "\\" in value else value


def _unended(name: str, line: int) -> Invalid:
    why = say("the card that begins on line {line} has no end; add END:VCARD, or remove the card", line=line)
    return Invalid.field(name, "broken-vcard", why)


def _no_property(name: str, number: int, line: str) -> Invalid:
    why = say(
        "line {line} is no part of a vCard: {value}; write it as in NAME:value, or remove it",
        line=number,
        value=shown(line.strip()),
    )
    return Invalid.field(name, "broken-vcard", why)


def _too_much(name: str, number: int, code: str, limit: int) -> Invalid:
    why = say(
        "line {line}: the limit of {limit} is passed; split the file or shorten the card", line=number, limit=limit
    )
    return Invalid.field(name, code, why)
