"""The analysts' SQL door: read-only, bounded, and scoped to what the caller may see.

The caller's text never reaches the engine. It is parsed and checked, each view is replaced by its scoped form, the
statement is written anew from the tree, the engine's own parser is asked what it reads in it, and only then it runs,
in a session that cannot write, change settings or reach files and network.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from services.analytics.facts import TABLES
from services.analytics.functions import ENGINE_FUNCTIONS
from services.analytics.people import People
from services.analytics.statement import Analyst, Statement, read, refuse
from services.analytics.sums import ROLLUP
from services.analytics.view import Scoping
from services.analytics.views import JOINS, VIEWS, within_reach
from shared.errors import Forbidden, Invalid, TooManyRequests, Unavailable
from shared.security.permissions import Access
from shared.warehouse.client import Answer, QueryFailed, Warehouse

PHYSICAL: frozenset[str] = frozenset({ROLLUP.name, *(t.name for table in TABLES for t in table.tables)})
AT_ONCE = 4  # questions of one user that may run or wait at the same time

_WORD = re.compile(r"\w+")
_READS = re.compile(r"^ *(Function|TableIdentifier) (\S+)", re.MULTILINE)
_UNKNOWN = re.compile(r"[Ii]dentifier [`']([^`']{1,100})[`']")


class SqlDoor:
    """generation: which of an organisation's roll-ups may be read; None = none is fresh enough."""

    def __init__(
        self, warehouse: Warehouse, people: People, generation: Callable[[str], int | None] = lambda _: None
    ) -> None:
        self._warehouse, self._people, self._generation = warehouse, people, generation
        self._running: Counter[tuple[str, str]] = Counter()

    async def ask(self, sql: str, access: Access) -> Answer:
        """Answer one SELECT over the documented views.

        Raises: Invalid (with line and column), Forbidden, TooManyRequests, Unavailable.
        """
        generation = self._generation(access.tenant)
        scoping = Scoping(access, within_reach(generation), JOINS)
        scoping.parameters["generation"] = generation or 0
        statement = read(sql, VIEWS, PHYSICAL)
        text, tables = _rewrite(statement, scoping)
        # without a view there is no placeholder, and the client would take any `%` of the text for one of its own
        parameters: dict[str, Any] = dict(scoping.parameters) if statement.uses else {}
        if parameters and "{people:" in text:
            parameters["people"], parameters["names"] = await self._people.names(access)
        with self._turn(access):
            await self._second_opinion(text, parameters, tables, statement)
            try:
                return await self._warehouse.ask(text, parameters)
            except QueryFailed as error:
                raise _told(error) from None

    @contextmanager
    def _turn(self, access: Access) -> Iterator[None]:
        key = (access.tenant, access.user)
        if self._running[key] >= AT_ONCE:
            raise TooManyRequests(f"{AT_ONCE} of your questions are still running", retry_after=5)
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]

    async def _second_opinion(
        self, text: str, parameters: Mapping[str, Any], tables: Counter[str], statement: Statement
    ) -> None:
        """What the engine's parser reads must be the listed functions and exactly the scoped views' tables."""
        try:
            answer = await self._warehouse.ask(f"EXPLAIN AST {text}", parameters)
        except QueryFailed as error:
            raise _told(error) from None
        tree = "\n".join(row[0] for row in answer.rows)
        found: Counter[str] = Counter()
        for kind, name in _READS.findall(tree):
            if kind == "TableIdentifier":
                found[name] += 1
            elif name.lower() not in ENGINE_FUNCTIONS:
                raise refuse("function", f"{name} is not among the functions listed")
        for name in statement.common:
            del found[name]
        if found != tables:
            raise refuse("not-allowed", "the statement would read something else than the views it names")


def _rewrite(statement: Statement, scoping: Scoping) -> tuple[str, Counter[str]]:
    """The statement anew, with each view's scoped form in its place, and how often it reads each table."""
    tables: Counter[str] = Counter()
    for number, use in enumerate(statement.uses):
        if not scoping.columns(use.view):
            raise Forbidden(f"no right to read {use.view.name}", resource=use.view.resource, action="read")
        bound = {name: f"{name}_{number}" for name in use.arguments}
        for name, value in use.arguments.items():
            scoping.parameters[bound[name]] = value
        scoped = scoping.scoped(use.view, statement.columns, bound)
        tables.update(word for word in _WORD.findall(scoped) if word in PHYSICAL)
        alias = use.node.alias or use.view.name
        use.node.set("this", exp.Var(this=f"({scoped})"))
        use.node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    try:
        return statement.tree.sql(dialect=Analyst, identify=True, comments=False), tables
    except RecursionError:
        raise refuse("too-deep", "the statement is nested too deeply") from None


_TOLD: dict[int, tuple[str, str]] = {
    62: ("syntax", "the statement is not understood"),
    159: ("too-slow", "the question took too long; ask for less at once"),
    160: ("too-slow", "the question would take too long; ask for less at once"),
    241: ("too-large", "the question needs too much memory; ask for less at once"),
    396: ("too-large", "the answer has too many rows; add a LIMIT or group it"),
    168: ("too-deep", "the statement is too large"),
    167: ("too-deep", "the statement is nested too deeply"),
    306: ("too-deep", "the statement is nested too deeply"),
    43: ("type", "a function or comparison does not take values of this type"),
    386: ("type", "these types have no common form"),
    53: ("type", "these values are of different types"),
    42: ("arguments", "a function was given the wrong number of arguments"),
    215: ("grouping", "a column must stand in GROUP BY or inside an aggregate"),
    184: ("grouping", "an aggregate stands inside another or where none may be"),
    207: ("name", "a column's name fits more than one view; put the view's name before it"),
}


def _told(error: QueryFailed) -> Invalid | Unavailable:
    """The engine's refusal in our words. Its own text is not passed on: it can quote values and inner names."""
    if error.code in (47, 10) and (found := _UNKNOWN.search(str(error))):
        return refuse("column", f"there is no column {found[1]}")
    if error.code in _TOLD:
        return refuse(*_TOLD[error.code])
    if error.code == 0:
        return Unavailable("the warehouse cannot answer now")
    return refuse("engine", f"the statement cannot be computed (ClickHouse error {error.code})")
