"""Analysts' SQL: read-only, bounded, and scoped to what the caller may see.

The caller's text never reaches the engine. It is parsed; a resolver binds every name to a documented view, a common
table expression, an alias, a column or the argument of a lambda, and refuses all else; the statement that runs is
generated anew from the resolved tree, each view in its scoped form. The engine's own parser is then asked what it reads
in that text, and only if that is what was meant the statement runs, in a bounded session.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from services.analytics.facts import TABLES
from services.analytics.people import People
from services.analytics.sql.functions import ENGINE_FUNCTIONS
from services.analytics.sql.generator import Generator
from services.analytics.sql.nodes import Read
from services.analytics.sql.parser import parse
from services.analytics.sql.queries import resolve
from services.analytics.sql.refusals import engine_refusal, refuse, value_refusal
from services.analytics.sums import ROLLUP
from services.analytics.view import Scoping, View
from services.analytics.views import JOINS, VIEWS, within_reach
from shared.errors import Forbidden, TooManyRequests
from shared.security.permissions import Access
from shared.warehouse.client import Answer, QueryFailed, Warehouse

PHYSICAL: frozenset[str] = frozenset({ROLLUP.name, *(t.name for table in TABLES for t in table.tables)})
AT_ONCE = 4  # questions of one user that may run or wait at the same time

_WORD = re.compile(r"[\w.]+")
_READS = re.compile(r"^ *(Function|TableIdentifier|Identifier) (\S+)", re.MULTILINE)
_FORMAT = "Native"  # the client asks for it at the end of the statement
_UNDECODABLE = (ValueError, ArithmeticError, LookupError, TypeError, struct.error)  # of the client's decoders


@dataclass(frozen=True, slots=True)
class Generated:
    """A statement ready to run.

    labels: the names of its columns. names: the identifiers that we wrote. views: the scoped forms of the views in it
    and how often each occurs. parameters: bound by the engine.
    """

    text: str
    labels: tuple[str, ...]
    names: frozenset[str]
    views: Counter[str]
    parameters: Mapping[str, Any]

    def words(self) -> Counter[str]:
        """Of the views, with how often each occurs."""
        found: Counter[str] = Counter()
        for text, times in self.views.items():
            for word in _WORD.findall(text):
                found[word] += times
        return found


class SqlGateway:
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
        generated = generate(sql, access, self._generation(access.tenant))
        parameters = dict(generated.parameters)
        if "{people:" in generated.text:
            parameters["people"], parameters["names"] = await self._people.names(access)
        with self._turn(access):
            await self._check_reading(generated, parameters, access.tenant)
            answer = await self._run(generated.text, parameters, access.tenant)
        return replace(answer, names=generated.labels)

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

    async def _check_reading(self, generated: Generated, parameters: Mapping[str, Any], tenant: str) -> None:
        """Check that the engine's parser reads only our functions, our names and exactly the scoped views' tables."""
        answer = await self._run(f"EXPLAIN AST {generated.text}", parameters, tenant)
        words, tables = generated.words(), Counter[str]()
        for kind, name in _READS.findall("\n".join(row[0] for row in answer.rows)):
            if kind == "TableIdentifier":
                tables[name] += 1
            elif kind == "Function" and name.lower() not in ENGINE_FUNCTIONS:
                raise refuse("function", f"{name} is not among the functions listed")
            elif kind == "Identifier" and name not in generated.names and name not in words and name != _FORMAT:
                raise refuse("not-allowed", "the statement would use a name that is none of its own")
        if tables != {word: times for word, times in words.items() if word in PHYSICAL}:
            raise refuse("not-allowed", "the statement would read something else than the views it names")

    async def _run(self, text: str, parameters: Mapping[str, Any], tenant: str) -> Answer:
        try:
            return await self._warehouse.ask(text, parameters, tenant=tenant)
        except QueryFailed as error:
            raise engine_refusal(error) from None
        except _UNDECODABLE:
            raise value_refusal() from None


def generate(sql: str, access: Access, generation: int | None = None) -> Generated:
    """The statement that runs for this caller. Raises Invalid and Forbidden."""
    scoping = Scoping(access, within_reach(generation), JOINS)
    scoping.parameters["generation"] = generation or 0

    def columns(view: View) -> list[str]:
        found = [c.name for c in scoping.columns(view)]
        if not found:
            raise Forbidden(f"no right to read {view.name}", resource=view.resource, action="read")
        return found

    def scoped(read: Read) -> str:
        bound = {name: f"{name}_{value.replace('-', '')}" for name, value in read.arguments.items()}
        scoping.parameters.update({bound[name]: value for name, value in read.arguments.items()})
        return scoping.scoped(read.view, read.columns, bound)

    query = resolve(parse(sql), VIEWS, PHYSICAL, columns)
    generator = Generator(scoped)
    text = generator.text(query)
    # without a view there is no placeholder, and the client would take any `%` of the text for one of its own
    parameters = scoping.parameters if generator.scoped else {}
    labels = tuple(o.label for o in query.outputs)
    return Generated(text, labels, frozenset(generator.names), generator.scoped, parameters)
