"""Checked conditions as SQL: how a row in hand is asked, and how the rows that answer are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from shared.views import collation
from shared.views.entries import entry_name, form
from shared.views.port import AnyOp, Kind
from shared.views.query import Checkable, Checked, Test, Tests
from shared.views.sqlite_table import Table, missing
from shared.views.wanted import Level, Wanted

Params = tuple[Any, ...]
Compared = tuple[str, Params]


_OPPOSITES: dict[str, AnyOp] = {"ne": "eq", "outside": "within", "none_of": "one_of"}
_SIGNS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. index: finds its rows. rows: a select that finds their ids instead; scans: by reading all of an
    index. covered: every index knows the answer. slow: a row in hand is asked by splitting its document into words.
    common: a cheaper select that finds some of its rows, enough to tell that they are many."""

    where: str
    params: Params
    index: str | None = None
    rows: str | None = None
    row_params: Params = ()
    covered: bool = False
    slow: bool = False
    common: Params | None = None
    scans: bool = False

    @property
    def finds(self) -> bool:
        """Whether rows can be found by it, not only asked."""
        return self.index is not None or self.rows is not None


class Clauses:
    """Makes the conditions on one table for a tenant. judge: about the share of rows that a condition finds."""

    def __init__(self, table: Table, tenant: int, judge: Callable[[Clause], float]) -> None:
        self._table, self._tenant, self._judge = table, tenant, judge

    def of(self, checked: Checked) -> list[Clause]:
        """Those of a query."""
        clauses = self._together(checked.where)
        return clauses if checked.wanted is None else [*clauses, self._text(checked.wanted, checked.near)]

    def _together(self, parts: Iterable[Checkable]) -> list[Clause]:
        """Parts that hold together. What one index finds together is one clause, as the two ends of a range are."""
        tests = [part for part in parts if isinstance(part, Test)]
        declared = [self._clause(test) for test in tests if not test.field.is_entry]
        groups = [self._group(part) for part in parts if isinstance(part, Tests)]
        return [*_joined(declared), *self._entries([test for test in tests if test.field.is_entry]), *groups]

    def _group(self, group: Tests) -> Clause:
        """Groups of which any part holds, or none. No value is NULL, so a part that does not hold is false."""
        branches = [
            self._together(part.parts if isinstance(part, Tests) and part.combine == "all" else [part])
            for part in group.parts
        ]
        asked = [" AND ".join(clause.where for clause in branch) or "1" for branch in branches]
        where = " OR ".join(f"({one})" for one in asked) or "0"
        params = tuple(p for branch in branches for clause in branch for p in clause.params)
        covered = all(clause.covered for branch in branches for clause in branch)
        if group.combine == "none":
            return Clause(f"NOT ({where})", params, covered=covered)
        found = self._union(branches)
        return Clause(
            f"({where})",
            params,
            rows=None if found is None else " UNION ALL ".join(sql for sql, _ in found),
            row_params=() if found is None else tuple(p for _, some in found for p in some),
            covered=covered,
            scans=any(clause.scans for branch in branches for clause in branch),
        )

    def _union(self, branches: Sequence[Sequence[Clause]]) -> list[Compared] | None:
        """A select of the ids that each branch finds; None where one of them finds nothing by itself."""
        found = []
        for branch in branches:
            finding = [clause for clause in branch if clause.finds]
            if not finding:
                return None
            driver = finding[0] if len(finding) == 1 else min(finding, key=self._judge)
            found.append(self._found(branch, driver))
        return found or None

    def _found(self, branch: Sequence[Clause], driver: Clause) -> Compared:
        if driver.rows is not None and len(branch) == 1:
            return driver.rows, driver.row_params
        sql, params = f"SELECT x.id FROM {self._table.name} AS x", list[Any]()
        if driver.rows is None:
            sql, params = f"{sql} INDEXED BY {driver.index} WHERE x.t = ?", [self._tenant]
        else:
            sql = f"{sql} NOT INDEXED WHERE x.id IN ({driver.rows})"
            params = [*driver.row_params]
        rest = [clause for clause in branch if clause is not driver or driver.rows is None]
        sql += "".join(f" AND {clause.where}" for clause in rest)
        return sql, (*params, *(p for clause in rest for p in clause.params))

    def scope(self, owners: Sequence[int]) -> Clause:
        """Visible to who may see these owners' documents."""
        where = "x.o IN (SELECT value FROM json_each(?))"
        return Clause(where, (orjson.dumps(owners).decode(),), self._table.owner_index("k"), covered=True)

    def _text(self, wanted: Wanted, near: bool) -> Clause:
        """Full text. The index tells quickly what it finds, but slowly whether it would find a given row: a row in hand
        is asked itself, by the function `holds`."""
        words, body = self._table.words, self._table.body
        match = matching(wanted.found(near))
        rows = f"SELECT rowid FROM {words} WHERE {words} MATCH ?"
        if not self._table.ready:
            return Clause(f"x.id IN ({rows})", (match,), slow=True)
        holds, whole = f"holds((SELECT body FROM {body} WHERE id = x.id))", matching(wanted.whole)
        return Clause(holds, (), rows=rows, row_params=(match,), slow=True, common=(whole,))

    def _clause(self, test: Test) -> Clause:
        if test.field.kind is Kind.KEYWORDS:
            return self._list_clause(test)
        column = self._table.column(test.field)
        index = self._table.index(column)
        if test.op == "prefix":
            return self._prefix(test, column)
        if test.op == "contains":
            return self._contains(test, column)
        where, params, finds = _comparison(test, column)
        covered = test.field.kind is Kind.BOOLEAN or column == "k"
        return Clause(where, params, index if finds and (self._table.ready or column == "k") else None, covered=covered)

    def _entries(self, tests: Sequence[Test]) -> list[Clause]:
        """Conditions on entries. What is asked of one value together is one clause, as the two ends of a range are."""
        found, together = [], dict[tuple[str, str], list[Compared]]()
        for test in tests:
            name, column = entry_name(test.field), form(test.field)
            if test.op in _OPPOSITES or (test.op == "empty" and test.value):
                opposite = _OPPOSITES.get(test.op)
                inner, params = _compared(column, replace(test, op=opposite)) if opposite else _there(column)
                found.append(Clause(f"NOT EXISTS ({self._held(inner)})", (name, *params)))
            elif test.field.kind is Kind.KEYWORDS and test.op != "empty":
                asked = replace(test, op="eq") if test.op == "contains" else test
                found.append(self._entry(name, column, [_compared(column, asked)]))
            else:
                column = "low" if test.op in ("prefix", "contains") else column
                together.setdefault((name, column), []).append(_compared(column, test))
        return found + [self._entry(name, column, parts) for (name, column), parts in together.items()]

    def _held(self, condition: str) -> str:
        return f"SELECT 1 FROM {self._table.entries} AS e WHERE e.id = x.id AND e.name = ? AND {condition}"

    def _entry(self, name: str, column: str, parts: Sequence[Compared]) -> Clause:
        inner = " AND ".join(sql for sql, _ in parts)
        params = tuple(p for _, some in parts for p in some)
        where, there = f"EXISTS ({self._held(inner)})", f"e.t = ? AND e.name = ? AND e.{column} <> ''"
        entries = self._table.entries
        rows = f"SELECT e.id FROM {entries} AS e INDEXED BY {entries}_{column} WHERE {there} AND {inner}"
        ready = self._table.ready
        return Clause(
            where,
            (name, *params),
            rows=rows if ready else None,
            row_params=(self._tenant, name, *params) if ready else (),
        )

    def _list_clause(self, test: Test) -> Clause:
        number, lists = self._table.list_fields[test.field.name], self._table.lists
        head, params = "t = ? AND field = ?", (self._tenant, number)
        if test.op == "empty":
            if test.value:
                return Clause(f"x.n{number} = 0", ())
            return Clause(f"x.n{number} > 0", (), rows=f"SELECT id FROM {lists} WHERE {head}", row_params=params)
        held, values = ("value = ?", (test.value,)) if isinstance(test.value, str) else _among("value", test.value)
        where = f"EXISTS (SELECT 1 FROM {lists} WHERE {head} AND {held} AND id = x.id)"
        if test.op in _OPPOSITES:
            return Clause(f"NOT {where}", (*params, *values))
        rows = f"SELECT id FROM {lists} WHERE {head} AND {held}"
        return Clause(where, (*params, *values), rows=rows, row_params=(*params, *values))

    def _prefix(self, test: Test, column: str) -> Clause:
        """Compared case-folded: TEXT and keys are stored so; other KEYWORDs have a second column where the folded form
        differs."""
        if test.field.kind is Kind.TEXT:
            return self._text_prefix(test.value, column)
        within, params = between(f"x.{column}", test.value)
        low = self._table.columns[test.field.name].folded
        if low is None:
            return Clause(within, params, self._table.index(column) if self._table.ready else None)
        folded, _ = between(f"x.{low}", test.value)
        where = f"(x.{low} = '' AND {within} OR {folded})"
        if not self._table.ready:
            return Clause(where, (*params, *params))
        name, index = self._table.name, self._table.index
        plain = f"SELECT x.id FROM {name} AS x INDEXED BY {index(column)} WHERE x.t = ? AND {within} AND x.{low} = ''"
        other = f"SELECT x.id FROM {name} AS x INDEXED BY {index(low)} WHERE x.t = ? AND x.{low} <> '' AND {folded}"
        found = (self._tenant, *params)
        return Clause(where, (*params, *params), rows=f"{plain} UNION ALL {other}", row_params=(*found, *found))

    def _contains(self, test: Test, column: str) -> Clause:
        """Its rows are found by reading the whole index of the field, which is smaller than the rows are."""
        if test.field.kind is Kind.TEXT:
            where, params = text_holds(f"x.{column}", test.value)
        elif (low := self._table.columns[test.field.name].folded) is None:
            where, params = f"instr(x.{column}, ?)", (test.value,)
        else:  # only the table has both columns
            where, params = f"instr(iif(x.{low} = '', x.{column}, x.{low}), ?)", (test.value,)
            return Clause(where, params)
        if not self._table.ready:
            return Clause(where, params)
        rows = f"SELECT x.id FROM {self._table.name} AS x INDEXED BY {self._table.index(column)} WHERE x.t = ?"
        return Clause(where, params, rows=f"{rows} AND {where}", row_params=(self._tenant, *params), scans=True)

    def _text_prefix(self, prefix: str, column: str) -> Clause:
        """Of all that begin with the same base letters, those that begin with the same letters."""
        where, params = text_begins(f"x.{column}", prefix)
        return Clause(where, params, self._table.index(column) if self._table.ready else None)


def matching(level: Level) -> str:
    """A level as the full text's own expression. Tokens hold no signs."""
    groups = (" OR ".join(f'"{token}"*' if begin else f'"{token}"' for token, begin in leaves) for leaves in level)
    return " AND ".join(f"({group})" for group in groups)


def _joined(clauses: Sequence[Clause]) -> list[Clause]:
    by_index: dict[str, Clause] = {}
    others = []
    for clause in clauses:
        if clause.index is None:
            others.append(clause)
        elif (known := by_index.get(clause.index)) is None:
            by_index[clause.index] = clause
        else:
            where, params = f"{known.where} AND {clause.where}", (*known.params, *clause.params)
            by_index[clause.index] = replace(known, where=where, params=params)
    return [*by_index.values(), *others]


def _comparison(test: Test, column: str) -> tuple[str, Params, bool]:
    """The condition, its parameters, and whether an index on the column finds what it wants."""
    nothing, name = missing(test.field), f"x.{column}"
    match test.op:
        case "empty":
            return f"{name} {'=' if test.value else '<>'} ?", (nothing,), test.value
        case "in":
            return f"{name} IN ({', '.join('?' * len(test.value))})", tuple(test.value), True
        case "one_of":
            return *_among(name, test.value), True
        case "none_of":
            return *_among(f"{name} NOT", test.value), False
        case "ne":
            return f"{name} <> ?", (test.value,), False
        case "within" | "outside":
            ranges = " OR ".join(f"{name} BETWEEN ? AND ?" for _ in test.value) or "0"
            params = tuple(end for range in test.value for end in range)
            return f"{'NOT ' if test.op == 'outside' else ''}({ranges})", params, False
        case "lt" | "le":
            return f"({name} > ? AND {name} {_SIGNS[test.op]} ?)", (nothing, test.value), True
        case _:
            return f"{name} {_SIGNS[test.op]} ?", (test.value,), True


def _among(name: str, values: Sequence[Any]) -> Compared:
    """Any number of values, as one parameter."""
    return f"{name} IN (SELECT value FROM json_each(?))", (orjson.dumps(values).decode(),)


def _there(column: str) -> Compared:
    return f"e.{column} <> ''", ()


def _compared(column: str, test: Test) -> Compared:
    """A condition on a value that is there. "" has no order among values."""
    name = f"e.{column}"
    match test.op:
        case "empty":
            return _there(column)
        case "in" | "one_of":
            return _among(name, test.value)
        case "within":
            ranges = " OR ".join(f"{name} BETWEEN ? AND ?" for _ in test.value) or f"{name} = ''"
            return f"({ranges})", tuple(end for range in test.value for end in range)
        case "prefix":
            return text_begins(name, test.value)
        case "contains":
            return text_holds(name, test.value)
        case "lt" | "le":
            return f"({name} <> '' AND {name} {_SIGNS[test.op]} ?)", (test.value,)
    return f"{name} {_SIGNS[test.op]} ?", (test.value,)


def text_begins(name: str, prefix: str) -> Compared:
    """Of keys of texts (see collation): those whose text begins so."""
    within, params = between(name, collation.stem(prefix))
    wanted, whole = prefix.encode(), f"CAST({name} AS BLOB)"
    where = f"({within} AND substr({whole}, instr({whole}, ?) + 1, ?) = ?)"
    return where, (*params, collation.SEPARATOR.encode(), len(wanted), wanted)


def text_holds(name: str, part: str) -> Compared:
    """Of keys of texts (see collation): those whose text has the part anywhere. Bytes are compared: UTF-8 finds no part
    of a character. Of no bytes, substr makes NULL."""
    whole = f"CAST({name} AS BLOB)"
    held = f"instr(substr({whole}, instr({whole}, ?) + 1), ?)"
    return f"({name} <> '' AND {held})", (collation.SEPARATOR.encode(), part.encode())


def between(name: str, prefix: str) -> tuple[str, Params]:
    """Every text that begins so: a range of the index."""
    end = collation.successor(prefix)
    return (f"({name} >= ? AND {name} < ?)", (prefix, end)) if end else (f"{name} >= ?", (prefix,))
