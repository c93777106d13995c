"""How a collection's past lies in tables: which column a field has, and the values that stand there.

`v` a row per version · `s` runs of equal values in the order of values, to sort by · `h` the same in the order of
time within a value, to filter by · `rec` a row per record · `ch` signed changes of what boards count · `sh` the
combinations of values that boards group by · `fr`, `tot` totals at moments · `den` events per quarter of an hour.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import orjson

from shared.clock import from_rfc3339, to_rfc3339
from shared.past.port import NotCovered
from shared.views import collation
from shared.views.port import Collection, Document, Field, Kind
from shared.views.sqlite_table import NO_NUMBER, NO_TEXT
from shared.views.values import conversion, keywords, list_fields, scalar_fields

Cell = int | float | str | bytes
QUARTER = 900_000_000  # microseconds
FORMAT = 3  # of what is stored: another one is filled whole

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.DATETIME)
_SORTED = (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)


def number_of(key: str) -> int:
    """The number that a record gets if it is free: the order of numbers is that of ids."""
    if len(key) == 36 and key[8] == "-" and key.replace("-", "").isalnum():  # int() takes signs, too
        try:
            return int(key[:8] + key[9:13] + key[14:18], 16) - (1 << 63)
        except ValueError:
            pass
    return int.from_bytes(key.encode()[:8].ljust(8, b"\0")) - (1 << 63)


def compact(text: str) -> str | bytes:
    """An id in half its length; any other text as it is."""
    if len(text) == 36 and text[8] == "-":
        try:
            packed = bytes.fromhex(text.replace("-", ""))
        except ValueError:
            return text
        return packed if len(packed) == 16 and spelled(packed) == text else text
    return text


def spelled(value: Any) -> Any:
    """What `compact` was given."""
    if not isinstance(value, bytes):
        return value
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def stored(field: Field, value: Any) -> Cell:
    """An index value (see views.values) as a column holds it: moments in microseconds, ids packed."""
    if field.kind is Kind.DATETIME:
        return from_rfc3339(value)
    if field.kind in (Kind.KEYWORD, Kind.KEYWORDS) and field.key is None and isinstance(value, str):
        return compact(value)
    found: Cell = value
    return found


def shown(field: Field, cell: Any) -> Any:
    """The index value of a column's value; None where there is none."""
    if cell == nothing(field):
        return None
    return to_rfc3339(cell) if field.kind is Kind.DATETIME else spelled(cell)


def nothing(field: Field) -> Cell:
    """What stands for a missing value: it sorts first."""
    return NO_NUMBER if field.kind in _NUMBERS else NO_TEXT


@lru_cache(maxsize=4096)
def _micros(text: str) -> int:
    return from_rfc3339(text)


class Layout:
    """The shape of one stored collection, from its declaration alone."""

    def __init__(self, number: int, declaration: Collection) -> None:
        self.number, self.declaration = number, declaration
        self.fields = scalar_fields(declaration)
        self.lists = list_fields(declaration)
        self.places = {f.name: n for n, f in enumerate(self.fields)}
        self.list_places = {f.name: len(self.fields) + n for n, f in enumerate(self.lists)}
        self.sorts = [n for n, f in enumerate(self.fields) if f.kind in _SORTED]
        self.filters = [n for n, f in enumerate(self.fields) if f.kind not in _SORTED]
        self.dims = [n for n, f in enumerate(self.fields) if _groups(declaration, f)]
        self.measures = [n for n, f in enumerate(self.fields) if f.kind in (Kind.DECIMAL, Kind.INTEGER) and not f.price]
        self._convert = [(f, f.name, conversion(f), nothing(f)) for f in self.fields]
        self.width = len(self.fields) + len(self.lists)

    def name(self, table: str) -> str:
        """A table's name: made of numbers, no declared name reaches SQL."""
        return f"p{self.number}_{table}"

    def column(self, field: Field) -> str:
        """The column of a checked field. Raises NotCovered: it has none."""
        place = self.places.get(field.name, self.list_places.get(field.name))
        if place is None:
            raise NotCovered(field.name)
        return f"c{place}"

    def cells(self, document: Document) -> tuple[Any, ...]:
        """The columns of a document: scalars, then lists as JSON. Raises ValueError: it does not fit."""
        found: list[Any] = []
        for field, name, convert, missing in self._convert:
            value = document.get(name)
            if value is None or value == "":
                found.append(missing)
                continue
            if field.kind is Kind.DATETIME:
                found.append(_micros(value))
                continue
            made = convert(field, value)
            found.append(missing if made == "" else stored(field, made))
        for field in self.lists:
            listed = keywords(field, document.get(field.name))
            found.append(orjson.dumps(listed).decode() if listed else NO_TEXT)
        return tuple(found)

    def entries(self, place: int, cell: str) -> list[Cell]:
        """The entries of a list's column, as runs hold them."""
        field = self.lists[place - len(self.fields)]
        return [stored(field, one) for one in orjson.loads(cell)] if cell else []

    @cached_property
    def fingerprint(self) -> bytes:
        """What the stored rows depend on."""
        one = self.declaration
        fields = [[f.name, f.kind, f.key] for f in (*self.fields, *self.lists)]
        return orjson.dumps([FORMAT, one.version, one.owner, collation.VERSION, fields, self.dims, self.measures])


def _groups(declaration: Collection, field: Field) -> bool:
    """Whether totals are kept by a field: closed sets of values, and what the declaration adds."""
    if field.kind is Kind.BOOLEAN or (field.kind is Kind.KEYWORD and field.options):
        return True
    if field.kind is not Kind.KEYWORD or field.key is not None or field.personal:
        return False
    return field.name in declaration.totals or any(f.currency == field.name for f in declaration.fields)
