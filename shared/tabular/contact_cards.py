"""vCard in: cards as rows of a table of people, with the same columns for every file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from shared.errors import Invalid
from shared.tabular.encoding import detect_encoding
from shared.tabular.vcard import Card, Property, move_folds, read_cards

BETWEEN = " ::: "  # several values of a cell
_ADDRESS = ("Street", "City", "State", "Postal Code", "Country")
_NAMES = ("Family Name", "Given Name", "Middle Name", "Name Prefix", "Name Suffix")
_PRIVATE, _MOBILE, _FAX = frozenset({"home"}), frozenset({"cell", "iphone"}), frozenset({"fax"})
_OTHER = frozenset({"pager", "modem", "bbs", "isdn", "textphone", "x-other", "other"})
COLUMNS = (
    *("Full Name", *_NAMES, "Nickname", "Organization Name", "Department", "Job Title"),
    *("E-mail", "Home E-mail", "Phone", "Mobile Phone", "Home Phone", "Fax", "Other Phone"),
    *(f"{whose} {part}" for whose in ("Business", "Home") for part in _ADDRESS),
    *("Birthday", "Website", "Categories", "Notes", "Language", "UID"),
)
_WANTED = frozenset(
    "FN N NICKNAME ORG TITLE ROLE EMAIL TEL ADR BDAY URL CATEGORIES NOTE LANG UID KIND X-ADDRESSBOOKSERVER-KIND".split()
)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?", re.ASCII)
_UNKNOWN_YEAR = "1604"  # stands for none in Apple's cards
_UTF8 = ("", "utf-8", "utf8")  # as senders name it; "" = they do not
_SCHEME = re.compile(r"(?:mailto|tel|urn:uuid):", re.IGNORECASE)


def cards_to_csv(path: Path, name: str, target: Path, encoding: str = "") -> None:
    """Write each card as a row of UTF-8 CSV. Groups of people are left out. encoding: what its sender says it is in.

    Raises Invalid naming the file and the line: broken cards, a limit, an encoding that is broken or uncertain.
    """
    path, known = _encoded(path, name, encoding)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for card in read_cards(path, name, known, _WANTED):
                if not _is_group(card):
                    row = _row(card)
                    writer.writerow([row.get(column, "") for column in COLUMNS])
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _encoded(path: Path, name: str, encoding: str) -> tuple[Path, str]:
    """The file to read, and its encoding: a copy where some program folded lines within letters of UTF-8."""
    try:
        return path, detect_encoding(path, name, encoding).encoding
    except Invalid:
        if encoding.casefold() not in _UTF8:
            raise
        mended = path.with_name(path.name + ".unfolded")
        move_folds(path, mended)
        try:
            return mended, detect_encoding(mended, name, "utf-8").encoding
        except Invalid:
            mended.unlink()
        raise


def _is_group(card: Card) -> bool:
    return any(p.text.casefold() == "group" for n in ("KIND", "X-ADDRESSBOOKSERVER-KIND") for p in card.named(n))


def _row(card: Card) -> dict[str, str]:
    row = {
        **_named(card),
        "Nickname": _first(card, "NICKNAME"),
        **_organisation(card),
        "Job Title": _first(card, "TITLE") or _first(card, "ROLE"),
        **_by_column(map(_email, card.named("EMAIL"))),
        **_by_column(map(_phone, card.named("TEL"))),
        "Birthday": _birthday(_first(card, "BDAY")),
        "Website": _first(card, "URL"),
        "Categories": ";".join(c for p in card.named("CATEGORIES") for c in p.parts(",") if c),
        "Notes": "\n".join(p.text for p in card.named("NOTE")),
        "Language": _first(card, "LANG"),
        "UID": _without_scheme(_first(card, "UID")),
    }
    for entry in reversed(card.named("ADR")):  # of several of a kind the preferred one
        row |= _address(entry)
    return row


def _first(card: Card, name: str) -> str:
    return next((text for p in card.named(name) if (text := p.text.strip())), "")


def _named(card: Card) -> dict[str, str]:
    """A card without any name goes by its nickname, its organisation or its e-mail address."""
    names = next(iter(card.named("N")), Property("N", "")).parts()
    row = {column: " ".join(text.split()) for column, text in zip(_NAMES, names, strict=False)}
    usual = (_first(card, n) for n in ("FN", "NICKNAME", "ORG", "EMAIL"))
    if full := _first(card, "FN") or ("" if any(row.values()) else next(filter(None, usual), "")):
        row["Full Name"] = full
    return row


def _organisation(card: Card) -> dict[str, str]:
    found = next(iter(card.named("ORG")), Property("ORG", "")).parts()
    return {"Organization Name": found[0], "Department": ", ".join(filter(None, found[1:]))}


def _by_column(entries: Iterable[tuple[str, str]]) -> dict[str, str]:
    """(column, value) as cells: several values of a column in one, each once."""
    row: dict[str, dict[str, None]] = {}
    for column, value in entries:
        if value:
            row.setdefault(column, {})[value] = None
    return {column: BETWEEN.join(values) for column, values in row.items()}


def _email(entry: Property) -> tuple[str, str]:
    return "Home E-mail" if entry.types & _PRIVATE else "E-mail", _without_scheme(entry.text)


def _phone(entry: Property) -> tuple[str, str]:
    """A fax at home is a fax, a mobile phone at home is a mobile phone."""
    number, _, extension = _without_scheme(entry.text).partition(";ext=")
    text = f"{number} ext. {extension}" if extension else number
    kinds = ((_FAX, "Fax"), (_MOBILE, "Mobile Phone"), (_OTHER, "Other Phone"), (_PRIVATE, "Home Phone"))
    return next((column for types, column in kinds if entry.types & types), "Phone"), text


def _address(entry: Property) -> dict[str, str]:
    whose = "Home" if entry.types & _PRIVATE else "Business"
    box, further, street, *rest = [", ".join(part.split("\n")) for part in (entry.parts() + [""] * 7)[:7]]
    values = (", ".join(filter(None, (street, further, box))), *rest)
    return {f"{whose} {part}": value for part, value in zip(_ADDRESS, values, strict=True)} if any(values) else {}


def _birthday(text: str) -> str:
    """As YYYY-MM-DD. A day without a year stays as it is, so that it is reported."""
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    year = "-" if found[1] == _UNKNOWN_YEAR else found[1]
    return f"{year}-{found[2]}-{found[3]}"


def _without_scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return text[found.end() :].strip() if found else text.strip()
