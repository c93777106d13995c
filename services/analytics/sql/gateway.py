"""Analysts' SQL: read-only, bounded, and scoped to what the caller may see.

The caller's text never reaches the engine. It is parsed; a resolver binds every name to a documented view, a common
table expression, an alias, a column or the argument of a lambda, and refuses all else; the statement that runs is
generated from the resolved tree alone, each view in its scoped form. The engine's own parser then lists what it reads
in that text, and the statement runs only if that is what was meant, in a bounded session.
"""

from __future__ import annotations

import math
import re
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.analytics.facts import TABLES
from services.analytics.sql.functions import ENGINE_FUNCTIONS
from services.analytics.sql.generator import Generator
from services.analytics.sql.nodes import Read
from services.analytics.sql.parser import filled, parse
from services.analytics.sql.queries import resolve
from services.analytics.sql.refusals import engine_refusal, refuse, value_refusal
from services.analytics.views.documented import JOINS, VIEWS, within_reach
from services.analytics.views.people import People
from services.analytics.views.spec import Scoping, View
from shared.domain.calendar import UTC_CALENDAR, Calendar
from shared.errors import Forbidden, TooManyRequests, TooSlow
from shared.messages import say
from shared.security.permissions import Access
from shared.warehouse.port import Answer, QueryFailed, WarehouseReader
from shared.warehouse.readers import AT_ONCE, OF_A_TENANT
from shared.warehouse.tables import shown_names
from shared.warehouse.turns import Gone, Turns, User

PHYSICAL = frozenset(shown_names(TABLES))
OF_A_USER = 12  # questions of one user that may wait, one of them running: a page of figures in a few tabs
WAIT_SECONDS = 30.0  # for a turn
PAUSE_SECONDS = 30  # of a user whose question could not be ended but with its engine

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


async def _utc(tenant: str) -> Calendar:
    return UTC_CALENDAR


class SqlGateway:
    """generation: which of an organisation's roll-ups may be read; None = none is fresh enough. calendar: an
    organisation's, by which its reports have days."""

    def __init__(
        self,
        warehouse: WarehouseReader,
        people: People,
        generation: Callable[[str], int | None] = lambda _: None,
        calendar: Callable[[str], Awaitable[Calendar]] = _utc,
    ) -> None:
        self._warehouse, self._people, self._generation, self._calendar = warehouse, people, generation, calendar
        self._turns = Turns(AT_ONCE, OF_A_TENANT, WAIT_SECONDS)  # as many as readers have slots
        self._asking: Counter[User] = Counter()
        self._paused: dict[User, float] = {}  # until when, by the monotonic clock

    async def ask(self, sql: str, access: Access) -> Answer:
        """Answer one SELECT over the documented views. Raises as asked does."""
        async with self.asked(sql, access) as answer:
            return answer

    @asynccontextmanager
    async def asked(
        self, sql: str, access: Access, values: Mapping[str, str] | None = None, gone: Gone | None = None
    ) -> AsyncIterator[Answer]:
        """The answer. The caller's turn lasts while it is in use, so few large answers are in memory at once.

        values: what text literals of the statement stand for, as `filled` puts them in. gone: ends the wait for a turn
        of a caller who has hung up; a question that runs is answered to its end.

        Raises: Invalid (with line and column), Forbidden, TooManyRequests, TooSlow, Unavailable, and as `gone` does.
        """
        calendar = await self._calendar(access.tenant)
        generated = generate(sql, access, self._generation(access.tenant), calendar, values or {})
        parameters = dict(generated.parameters)
        if "{people:" in generated.text:
            parameters["people"], parameters["names"] = await self._people.names(access)
        async with self._turn((access.tenant, access.user), gone):
            await self._check_reading(generated, parameters, access.tenant)
            columns, zone = len(generated.labels), calendar.time_zone
            answer = await self._run(generated.text, parameters, access.tenant, columns, zone)
            yield replace(answer, names=generated.labels)

    @asynccontextmanager
    async def _turn(self, user: User, gone: Gone | None) -> AsyncIterator[None]:
        self._check_pause(user)
        if self._asking[user] >= OF_A_USER:
            raise TooManyRequests(say("{most} of your questions are still waiting", most=OF_A_USER), retry_after=5)
        self._asking[user] += 1
        try:
            async with self._turns.of(user, gone):
                self._check_pause(user)
                yield
        except TooSlow:
            self._paused[user] = time.monotonic() + PAUSE_SECONDS
            raise
        finally:
            self._asking[user] -= 1
            if not self._asking[user]:
                del self._asking[user]

    def _check_pause(self, user: User) -> None:
        now = time.monotonic()
        self._paused = {u: until for u, until in self._paused.items() if until > now}
        if (until := self._paused.get(user)) is not None:
            wait = math.ceil(until - now)
            raise TooManyRequests(
                say("your last question took too long; wait {wait} seconds", wait=wait), retry_after=wait
            )

    async def _check_reading(self, generated: Generated, parameters: Mapping[str, Any], tenant: str) -> None:
        """Check that the engine's parser reads only our functions, our names and exactly the scoped views' tables."""
        answer = await self._run(f"EXPLAIN AST {generated.text}", parameters, tenant)
        words, tables = generated.words(), Counter[str]()
        for kind, name in _READS.findall("\n".join(row[0] for row in answer.rows)):
            if kind == "TableIdentifier":
                tables[name] += 1
            elif kind == "Function" and name.lower() not in ENGINE_FUNCTIONS:
                raise refuse("function", say("{name} is not among the functions listed", name=name))
            elif kind == "Identifier" and name not in generated.names and name not in words and name != _FORMAT:
                raise refuse("not-allowed", "the statement would use a name that is none of its own")
        if tables != {word: times for word, times in words.items() if word in PHYSICAL}:
            raise refuse("not-allowed", "the statement would read something else than the views it names")

    async def _run(
        self, text: str, parameters: Mapping[str, Any], tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        try:
            return await self._warehouse.ask(text, parameters, tenant=tenant, columns=columns, zone=zone)
        except QueryFailed as error:
            raise engine_refusal(error) from None
        except _UNDECODABLE:
            raise value_refusal() from None


def generate(
    sql: str,
    access: Access,
    generation: int | None = None,
    calendar: Calendar = UTC_CALENDAR,
    values: Mapping[str, str] | None = None,
) -> Generated:
    """The statement that runs for this caller; a day that a view takes ends in the calendar's place.

    Raises Invalid and Forbidden.
    """
    scoping = Scoping(access, within_reach(generation), JOINS, calendar)
    scoping.parameters["generation"] = generation or 0

    def columns(view: View) -> list[str]:
        found = [c.name for c in scoping.columns(view)]
        if not found:
            raise Forbidden(say("no right to read {name}", name=view.name), resource=view.resource, action="read")
        return found

    def scoped(read: Read) -> str:
        bound = {name: f"{name}_{value.replace('-', '')}" for name, value in read.arguments.items()}
        ends = {bound[name]: calendar.last_of(date.fromisoformat(value)) for name, value in read.arguments.items()}
        scoping.parameters.update(ends)
        return scoping.scoped(read.view, read.columns, bound)

    generator = Generator(scoped)
    try:
        query = resolve(filled(parse(sql), values or {}), VIEWS, PHYSICAL, columns)
        text = generator.text(query)
    except RecursionError:
        raise refuse("too-deep", "the statement is nested too deeply") from None
    # without a view there is no placeholder, and the client would take any `%` of the text for one of its own
    parameters = scoping.parameters if generator.scoped else {}
    labels = tuple(o.label for o in query.outputs)
    return Generated(text, labels, frozenset(generator.names), generator.scoped, parameters)
