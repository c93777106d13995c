"""One collection as SQL tables. Every SQL name is made of numbers: no declared and no user-made name reaches SQL.

`c7` narrow rows of index values · `c7_body` the documents · `c7_lists` entries of KEYWORDS fields · `c7_gone`
tombstones · `c7_words` full text · `c7_entries` what the open field holds. No value is NULL: what is missing is '' in
text columns and -Infinity in numbers, so that it sorts first, row values compare, and a keyset needs no special case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shared.messages import say
from shared.views.entries import FORMS, entry_name, form
from shared.views.port import BadQuery, Collection, Field, Kind
from shared.views.text import Place
from shared.views.values import IndexValue, list_fields, scalar_fields

Cell = IndexValue | float

NO_TEXT = ""
NO_NUMBER = float("-inf")
NOBODY = 0  # the owner number of a document without an owner
_CODES = (Kind.KEYWORD, Kind.BOOLEAN)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN)


def missing(field: Field) -> Cell:
    return NO_NUMBER if field.kind in _NUMBERS and not field.is_entry else NO_TEXT


def cell(field: Field, value: IndexValue | None) -> Cell:
    return missing(field) if value is None else value


def whose(tenant: int, owner: int | None = None) -> str:
    """The token in the full text of a tenant's documents, or of those of one owner."""
    return f"{Place.SCOPE}{tenant}x{'' if owner is None else owner}"


@dataclass(frozen=True, slots=True)
class Column:
    """An indexed field's column. folded: the column of its case-folded form, where that differs (a KEYWORD without
    a key)."""

    field: Field
    name: str
    folded: str | None


class Table:
    """The shape of one stored collection, from its declaration alone."""

    def __init__(self, number: int, declaration: Collection, *, ready: bool, filled: bool, stale: bool = False) -> None:
        """ready: its indexes stand. filled: its full text is kept. stale: the program declares it otherwise now."""
        self.number, self.declaration = number, declaration
        self.ready, self.filled, self.stale = ready, filled, stale
        self.name = f"c{number}"
        self.body, self.words = f"{self.name}_body", f"{self.name}_words"
        self.lists, self.gone = f"{self.name}_lists", f"{self.name}_gone"
        self.columns = {
            f.name: Column(f, f"f{i}", f"p{i}" if f.kind is Kind.KEYWORD and f.key is None else None)
            for i, f in enumerate(scalar_fields(declaration))
        }
        self.list_fields = {f.name: i for i, f in enumerate(list_fields(declaration))}
        self.searchable = declaration.searchable
        self.entries = f"{self.name}_entries" if declaration.open else ""
        self.boards = {name: self.columns[name].name for name in declaration.boards}
        self.owned = declaration.owner is not None

    @property
    def cells(self) -> list[str]:
        """The columns a document fills, in their order."""
        names = ["o", *(c.name for c in self.columns.values())]
        names += [c.folded for c in self.columns.values() if c.folded]
        return names + [f"n{i}" for i in self.list_fields.values()]

    def column(self, field: Field) -> str:
        """The column of a checked field. Raises BadQuery for a name that is not declared: the second look."""
        if field.name == "id":
            return "k"
        found = self.columns.get(field.name)
        if found is None:
            raise BadQuery(field.name, say("is no field of {name}", name=self.declaration.name))
        return found.name

    def value(self, field: Field) -> tuple[str, tuple[str, ...]]:
        """The value that row x has of a checked field, as SQL with its parameters."""
        if not field.is_entry:
            return f"x.{self.column(field)}", ()
        held = f"SELECT e.{form(field)} FROM {self.entries} AS e WHERE e.id = x.id AND e.name = ?"
        return f"ifnull(({held}), '')", (entry_name(field),)

    def index(self, column: str) -> str:
        return f"{self.name}_{column}"

    def owner_index(self, column: str) -> str | None:
        """The index that holds each owner's documents in the order of a column, if there is one."""
        return f"{self.name}_o{column}" if self.owned and column in self._owner_sorts else None

    @cached_property
    def _owner_sorts(self) -> list[str]:
        return ["k", *(c.name for c in self.columns.values() if c.field.kind not in _CODES)]

    @property
    def optimize(self) -> str:
        """The statement that makes the full text one part, without what was deleted."""
        return f"INSERT INTO {self.words}({self.words}) VALUES('optimize')"

    def create(self) -> list[str]:
        """The statements that make the empty tables. Without indexes writing is fast; `indexes` follow."""
        columns = ["t INTEGER", "k TEXT", "v INTEGER", *self.cells]
        row = ", ".join(f"{column} NOT NULL" for column in columns)
        statements = [
            f"CREATE TABLE {self.name}(id INTEGER PRIMARY KEY, {row})",
            f"CREATE TABLE {self.body}(id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
            f"CREATE TABLE {self.gone}(t INTEGER, k TEXT, v INTEGER NOT NULL, PRIMARY KEY(t, k)) WITHOUT ROWID",
            f"CREATE INDEX {self.index('k')} ON {self.name}(t, k{self._tail('')})",
        ]
        if self.list_fields:
            statements.append(
                f"CREATE TABLE {self.lists}(t INTEGER, field INTEGER, value TEXT, id INTEGER,"
                " PRIMARY KEY(t, field, value, id)) WITHOUT ROWID"
            )
        if self.entries:
            forms = "".join(f", {one} TEXT NOT NULL" for one in FORMS)
            statements.append(
                f"CREATE TABLE {self.entries}(id INTEGER, name TEXT, place INTEGER{forms}, t INTEGER NOT NULL,"
                " k TEXT NOT NULL, PRIMARY KEY(id, name, place)) WITHOUT ROWID"
            )
        if self.searchable:
            statements.append(
                f"CREATE VIRTUAL TABLE {self.words} USING fts5(words, content='', detail=none, columnsize=0,"
                " tokenize='ascii', prefix='2 3')"
            )
        return statements

    def indexes(self) -> list[str]:
        """The statements that make it fast to search: every sort order, and each owner's (but by codes).

        Each index ends with the owner and the flags, so that walking it answers both without touching a row.
        """
        statements = []
        for one in FORMS if self.entries else ():
            order = f"t, name, {one}, k"
            statements.append(f"CREATE INDEX {self.entries}_{one} ON {self.entries}({order}) WHERE {one} <> ''")
        for c in self.columns.values():
            order = f"t, {c.name}, k{self._tail(c.name)}"
            statements.append(f"CREATE INDEX {self.index(c.name)} ON {self.name}({order})")
            if c.folded:
                where = f"WHERE {c.folded} <> ''"
                statements.append(f"CREATE INDEX {self.index(c.folded)} ON {self.name}(t, {c.folded}) {where}")
        if self.boards:
            order = ", ".join((*self.boards.values(), *(["o"] if self.owned else [])))
            statements.append(f"CREATE INDEX {self.index('board')} ON {self.name}(t, {order})")
        for column in self._owner_sorts if self.owned else []:
            order = "k" if column == "k" else f"{column}, k"
            flags = "".join(f", {f}" for f in self._flags if f != column)
            statements.append(f"CREATE INDEX {self.name}_o{column} ON {self.name}(t, o, {order}{flags})")
        return statements

    @property
    def _flags(self) -> list[str]:
        return [c.name for c in self.columns.values() if c.field.kind is Kind.BOOLEAN]

    def _tail(self, column: str) -> str:
        covered = [*(["o"] if self.owned else []), *(f for f in self._flags if f != column)]
        return "".join(f", {name}" for name in covered)

    @property
    def _all(self) -> list[str]:
        tables = [self.name, self.body, self.gone]
        tables += [self.lists] if self.list_fields else []
        tables += [self.entries] if self.entries else []
        return tables + ([self.words] if self.searchable else [])

    def drop(self) -> list[str]:
        return [f"DROP TABLE {name}" for name in self._all]

    def probes(self) -> list[str]:
        """Statements that fail where a table or a column is not there."""
        return [f"SELECT t, k, v, {', '.join(self.cells)} FROM {self.name} LIMIT 0"] + [
            f"SELECT 1 FROM {name} LIMIT 0" for name in self._all
        ]
