"""Statements made up by chance: from a grammar, by mutation of the attacks and of honest ones, by combining them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from services.analytics.sql.functions import FUNCTIONS, Kind
from services.analytics.views.documented import VIEWS
from tests.support.sql_statements import HARMLESS, ORACLES, REFUSED
from tests.support.sql_statements.values import VALUES

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "analysts.md").read_text()
HONEST: list[str] = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)

_HOSTILE = """
    file FILE `file` "file" getServerSetting getSetting T feed_position accounts_now opportunities_now
    opportunities_now__new opportunity_facts opportunity_rollup dim_users crm.T crm.feed_position system.tables
    system.one _o _o.tenant _o.name tenant _part _table _path archived merged_into generation t1 t2 t1.name c1 c2 x1 x3
    t1.tenant people names owners_rows_opportunity currentUser() sleep(1) dictGet joinGet lambda lower count NULL
    {tenant:String} {names:Array(String)} {p:Identifier} @x ?
""".split()
_VIEW_NAMES = [f"{v.name}(day = '2018-01-01')" if v.parameters else v.name for v in VIEWS.values()]
_COLUMNS = sorted({c.name for v in VIEWS.values() for c in v.columns})
_ALIASES = ["a", "b", "q", "x", "T", "file", "name", "status", "feed_position", "t1", "c1", "`na me`", "opportunities"]
_LITERALS = ["1", "0", "-1", "2.5", "1e3", "''", "'x'", "'100'", "'won'", "'{F}'", "'2017-03-05'", "NULL", "true", "[]"]
_OPERATORS = "+ - * / % || = != < > <= >= AND OR LIKE IN <=> IS".split()
_JOINS = [
    ", ",
    " JOIN ",
    " LEFT JOIN ",
    " CROSS JOIN ",
    " RIGHT JOIN ",
    " FULL JOIN ",
    " ANY LEFT JOIN ",
    " LEFT SEMI JOIN ",
]
_TAILS = [
    " FINAL", " SAMPLE 1", " PREWHERE 1", " ARRAY JOIN [1] AS z", " SETTINGS readonly = 0", " FORMAT CSV",
    " INTO OUTFILE '{O}'", " LIMIT 1 BY name", " WITH TOTALS", " QUALIFY 1", " ORDER BY 1", " LIMIT 5",
    " LIMIT 1 OFFSET 1", " UNION ALL SELECT * FROM T", " -- x", " /* x */", ";", "; SELECT 1",
]  # fmt: skip
_SIGNS = ["/**/", " -- \n", " ", "\n", "(", ")", "`", "'", ",", ";"]
_TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|`[^`]*`|\"[^\"]*\"|\w+|\s+|.", re.DOTALL)


def corpus() -> list[str]:
    """The known statements, without the canary as a word of their own."""
    known = [*(s for _, s in REFUSED if len(s) < 600), *HARMLESS, *ORACLES, *HONEST, *(f"SELECT {v}" for v in VALUES)]
    return [s.replace("CANARY", "CANARX").replace("globex", "globez") for s in known]


class Fuzzer:
    """The same seed gives the same statements."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._corpus = corpus()
        self._visible: list[str] = []
        self._commons: dict[str, list[str]] = {}
        self._outputs: list[str] = []
        self._ways: list[tuple[Callable[[], str], int]] = [
            (lambda: self.query(self.random.randint(0, 3)), 50),
            (self._mutated, 30),
            (self._combined, 20),
        ]

    def statement(self) -> str:
        [(way, _)] = self.random.choices(self._ways, [weight for _, weight in self._ways])
        return way()

    # by grammar: most names are in scope, so that many statements reach the engine

    def query(self, depth: int) -> str:
        """A SELECT; `self._outputs` are then the names of its columns."""
        r = self.random
        around, commons = self._visible, dict(self._commons)
        text = f"WITH {self._common(depth)} " if depth and r.random() < 0.3 else ""
        relations = f" FROM {self._relations(depth)}" if r.random() < 0.9 else ""
        self._visible = [] if not relations else self._visible
        columns = [self._column(depth) for _ in range(r.randint(1, 3))]
        text += f"SELECT {'DISTINCT ' if r.random() < 0.1 else ''}{', '.join(c for c, _ in columns)}{relations}"
        for chance, part in ((0.35, "WHERE"), (0.2, "GROUP BY"), (0.05, "HAVING"), (0.2, "ORDER BY")):
            if r.random() < chance:
                text += f" {part} {r.choice(['ALL', '1']) if part == 'GROUP BY' else self.expression(1)}"
        if r.random() < 0.05:
            text += r.choice(_TAILS)
        outputs = [name for _, name in columns]
        if depth and r.random() < 0.1:
            text += f" {r.choice(['UNION ALL', 'UNION DISTINCT', 'EXCEPT', 'INTERSECT'])} {self.query(depth - 1)}"
        self._visible, self._commons, self._outputs = around, commons, outputs
        return text

    def _common(self, depth: int) -> str:
        name = self.random.choice(_ALIASES)
        if self.random.random() < 0.7:
            text = f"{name} AS ({self.query(depth - 1)})"
            self._commons[name] = self._outputs
            return text
        return f"{self.random.choice(_LITERALS)} AS {name}"

    def _column(self, depth: int) -> tuple[str, str]:
        """Its text and its name."""
        r = self.random
        if r.random() < 0.08:
            return r.choice(["*", "*", f"{r.choice(_ALIASES)}.*", "* EXCEPT (name)", "COLUMNS('.*')"]), "name"
        text, name = self.expression(depth), r.choice(_ALIASES)
        return (f"{text} AS {name}", name) if r.random() < 0.7 else (text, "name")

    def _relations(self, depth: int) -> str:
        r = self.random
        text, visible = self._relation(depth)
        for _ in range(r.choice([0, 0, 0, 0, 1, 2])):
            join = r.choice(_JOINS)
            right, more = self._relation(depth)
            text += join + right
            if join not in (", ", " CROSS JOIN "):
                text += f" ON {r.choice(visible)} = {r.choice(more)}" if r.random() < 0.8 else " USING (name)"
            visible = visible + more
        self._visible = visible
        return text

    def _relation(self, depth: int) -> tuple[str, list[str]]:
        """Its text and the names of its columns, behind its own name."""
        r = self.random
        kind = r.random()
        called = r.choice(_ALIASES) if r.random() < 0.3 else f"r{r.randrange(1000)}"
        if kind < 0.04:
            return f"{r.choice(_HOSTILE)} AS {called}", [f"{called}.name"]
        if kind < 0.3 and self._commons:
            name = r.choice(sorted(self._commons))
            return f"{name} AS {called}", [f"{called}.{c}" for c in self._commons[name]]
        if kind < 0.45 and depth:
            text = f"({self.query(depth - 1)}) AS {called}"
            return text, [f"{called}.{c}" for c in self._outputs]
        view = r.choice(sorted(VIEWS))
        parameters = "(day = '2018-01-01')" if VIEWS[view].parameters else ""
        return f"{view}{parameters} AS {called}", [f"{called}.{c.name}" for c in VIEWS[view].columns]

    def expression(self, depth: int) -> str:
        r = self.random
        if depth <= 0 or r.random() < 0.3:
            return self._atom()

        def inner() -> str:
            return self.expression(depth - 1)

        ways: list[Callable[[], str]] = [
            lambda: f"({inner()} {r.choice(_OPERATORS)} {inner()})",
            lambda: self._call(depth),
            lambda: self._call(depth),
            lambda: f"{inner()} IN ({inner()}, {inner()})",
            lambda: f"{inner()} IN ({self.query(depth - 1)})",
            lambda: f"({self.query(depth - 1)})",
            lambda: f"CASE WHEN {inner()} THEN {inner()} ELSE {inner()} END",
            lambda: f"{inner()}::{r.choice(['String', 'Int32', 'Date', 'Nullable(String)', 'file', 'Enum8'])}",
            lambda: f"{inner()} BETWEEN {inner()} AND {inner()}",
            lambda: f"[{inner()}, {inner()}][{inner()}]",
            lambda: f"sum({inner()}) OVER (PARTITION BY {inner()} ORDER BY {inner()})",
            lambda: f"NOT {inner()}",
        ]
        return r.choice(ways)()

    def _call(self, depth: int) -> str:
        r = self.random
        if r.random() < 0.06:
            return f"{r.choice(_HOSTILE)}({self._atom()})"
        function = FUNCTIONS[r.choice(sorted(FUNCTIONS))]
        count = r.randint(function.low, min(function.high, function.low + 1))
        arguments = [self.expression(depth - 1) for _ in range(count)]
        if function.kind is Kind.HIGHER and arguments:
            name = r.choice(_ALIASES)
            arguments[0] = r.choice([f"{name} -> {self.expression(depth - 1)}", f"{name} -> {name}", *_HOSTILE[:8]])
        over = " OVER ()" if function.kind is Kind.WINDOW else ""
        return f"{function.name}({', '.join(arguments)}){over}"

    def _atom(self) -> str:
        r = self.random
        kind = r.random()
        if kind < 0.6 and self._visible:
            return r.choice(self._visible)
        if kind < 0.9:
            return r.choice(_LITERALS)
        if kind < 0.93:
            return r.choice(_HOSTILE)
        if kind < 0.96:
            return r.choice(_ALIASES)
        return r.choice(_COLUMNS)

    # by mutation and combination

    def _mutated(self) -> str:
        tokens = _TOKEN.findall(self.random.choice(self._corpus))
        for _ in range(self.random.randint(1, 4)):
            tokens = self._edit(tokens)
        return "".join(tokens)

    def _edit(self, tokens: list[str]) -> list[str]:
        r = self.random
        if not tokens:
            return ["SELECT 1"]
        at, to = r.randrange(len(tokens)), r.randrange(len(tokens))
        token = tokens[at]
        other = _TOKEN.findall(r.choice(self._corpus)) or ["1"]
        begin = r.randrange(len(other))
        words = [i for i, t in enumerate(tokens) if t[0].isalpha()] or [at]
        word = r.choice(words)
        ways: list[Callable[[], list[str]]] = [
            lambda: [*tokens[:at], *tokens[at + 1 :]],
            lambda: [*tokens[:at], token, token, *tokens[at + 1 :]],
            lambda: [*tokens[:at], tokens[to], *tokens[at + 1 :]],
            lambda: [*tokens[:word], r.choice(_HOSTILE), *tokens[word + 1 :]],
            lambda: [*tokens[:word], r.choice(_COLUMNS + _VIEW_NAMES), *tokens[word + 1 :]],
            lambda: [*tokens[:word], r.choice(sorted(FUNCTIONS)), *tokens[word + 1 :]],
            lambda: [*tokens[:at], *other[begin : begin + r.randint(1, 12)], *tokens[at:]],
            lambda: [
                *tokens[:at],
                r.choice(_SIGNS),
                *tokens[at:],
            ],
            lambda: [*tokens[:word], tokens[word].swapcase(), *tokens[word + 1 :]],
            lambda: [*tokens[:word], f"`{tokens[word]}`", *tokens[word + 1 :]],
            lambda: [*tokens, r.choice(_TAILS)],
        ]
        return r.choice(ways)()

    def _combined(self) -> str:
        r = self.random
        one, two = (r.choice([r.choice(self._corpus), self.query(2)]).strip().rstrip(";") for _ in range(2))
        name, hostile = r.choice(_ALIASES), r.choice(_HOSTILE)
        return r.choice(
            [
                f"SELECT * FROM ({one}) AS {name}",
                f"SELECT * FROM ({one}) AS {name}, {hostile}",
                f"WITH {name} AS ({one}) {two}",
                f"WITH {name} AS ({one}) SELECT * FROM {name}, {r.choice(_ALIASES)}",
                f"SELECT * FROM (WITH {name} AS ({one}) SELECT * FROM {name}) AS q, {name}",
                f"{one} UNION ALL {two}",
                f"({one}) UNION DISTINCT ({two}) ORDER BY 1",
                f"SELECT count() FROM opportunities WHERE name IN ({one})",
                f"SELECT ({one}) AS {name}, {name}, {hostile}",
                f"SELECT arrayMap({hostile}, ['{{F}}']), ({one})",
                f"SELECT arrayMap({name} -> ({one}), ['{{F}}'])",
                f"SELECT EXISTS({one}), {self.expression(2)}",
                f"{one}{r.choice(_TAILS)}",
            ]
        )
