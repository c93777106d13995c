"""All that a caller can be refused with: problem types, and error codes with their messages. Run it to write the page.

A code and its message stand next to each other wherever an error is made: as two arguments of a call, as two parts of
a tuple, or as key and value. So the source itself says which codes there are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

import crm.roles  # noqa: F401  imports every service
from shared.errors import CrmError
from shared.http.codes import FILE
from shared.messages.findings import WORDS
from shared.messages.languages import catalogue
from tests.house.test_messages import called, choices, sources

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "shared/http" / FILE
HEAD = "# Problem types, and error codes with their messages. Written by `python -m tests.house.problems`.\n"
CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
# calls that make an error of a code: the place of the code
MAKERS = {"FieldError": 1, "Invalid.field": 1, "fault": 0, "as_fault": 0, "BadCell": 0, "BadValue": 0, "checked_day": 1}
MADE_OF = {"say", "part"}
NO_ERRORS = {
    "Dimension",
    "Figure",
    "Metric",
    "Step",
    "Way",
    "NoWay",
    "Duplicate.of",
    "BadQuery",
    "_crm",
}  # a name and a label, a field, or words of a command
ASKED = {
    "allows",
    "check",
    "get",
    "level",
    "scope",
}  # methods: an object and an action, a key and a default
TABLES = (  # of codes with their messages
    "services/analytics/sql/refusals.py",
    "services/integration/imports/runner.py",
    "services/integration/mapping/",
    "shared/http/body.py",
    "shared/tabular/",
)
IN_CONNECTIONS = ("crm.connection",)  # refused before a service is asked
_DAY = "{value} is no day; write one that exists, as in 2026-11-24"
ELSEWHERE = {  # the messages of codes that are made in another place than the code
    "bad-boolean": ["true or false is needed"],
    "date": [_DAY],
    "day": [_DAY],
    "date-ambiguous": [
        "the year {year} may be of either century; write it with four digits",
        "{value} may be {one} or {other}; write the year, the month and the day in this order, as in 2026-11-24",
    ],
    "number-ambiguous": [
        "{value} may be {one} or {other}; write it without separators of thousands, with a point for decimals"
    ],
    "bad-order": ["no such field to sort by"],
    "ambiguous-key": ["several records of {resource} have this value; merge them or use another key"],
    "unknown-record": ["there is no record with this value; correct it, or use the mode upsert to make one"],
    "wrong-type": ["{value} is no text; write it in quotation marks"],
}


def codes() -> dict[str, list[str]]:
    """Code → its messages (English templates); none where the message is made elsewhere."""
    found: dict[str, set[str]] = {name.replace("_", "-"): {words} for name, (words, _) in WORDS.items()}
    for path, module in sources():
        if not path.startswith(("shared/warehouse/", "shared/telemetry/")):
            for code, message in pairs(module, path.startswith(TABLES)):
                found.setdefault(code.replace("_", "-"), set()).update(message)
    return {code: sorted(found[code]) or ELSEWHERE.get(code, []) for code in sorted(found)}


def pairs(module: ast.Module, has_tables: bool) -> Iterator[tuple[str, set[str]]]:
    known = _named(ast.iter_child_nodes(module))
    functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(n) for function in functions for n in ast.walk(function)}
    yield from _among([n for n in ast.walk(module) if id(n) not in within], known, has_tables)
    for function in functions:
        yield from _among(list(ast.walk(function)), {**known, **_named(ast.walk(function))}, has_tables)


def _named(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """What names stand for; the last assignment counts."""
    found = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    return {ast.unparse(n.targets[0]): n.value for n in found}


def _among(nodes: list[ast.AST], names: dict[str, ast.expr], has_tables: bool) -> Iterator[tuple[str, set[str]]]:
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _of_call(node, names)
        elif isinstance(node, ast.FunctionDef) and (code := _default(node)):
            yield code, set()
        elif isinstance(node, ast.Tuple) and has_tables:
            yield from _adjacent(node.elts, names)
        elif isinstance(node, ast.Dict) and has_tables:
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    yield from _adjacent([key, value], names)


def _default(function: ast.FunctionDef) -> str:
    """The code that a function takes where none is given."""
    taken = [*function.args.posonlyargs, *function.args.args]
    given = dict(zip(reversed([a.arg for a in taken]), reversed(function.args.defaults), strict=False))
    return next(iter(_codes(given["code"])), "") if "code" in given else ""


def _of_call(call: ast.Call, names: dict[str, ast.expr]) -> Iterator[tuple[str, set[str]]]:
    if called(call) not in NO_ERRORS and called(call).rpartition(".")[2] not in ASKED:
        yield from _adjacent(call.args, names)
    place = MAKERS.get(called(call), len(call.args))
    if len(call.args) > place:
        yield from ((code, set()) for code in _codes(call.args[place]))
    for one in call.keywords:
        if one.arg == "code" and called(call) not in MADE_OF:
            yield from ((code, _templates(call.args[0], names) if call.args else set()) for code in _codes(one.value))


def _adjacent(parts: list[ast.expr], names: dict[str, ast.expr]) -> Iterator[tuple[str, set[str]]]:
    for first, second in pairwise(parts):
        if templates := _templates(second, names):
            yield from ((code, templates) for code in _codes(first) if code not in catalogue())


def _codes(node: ast.expr) -> list[str]:
    said = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    values = [n.value for n in said if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [value for value in values if CODE.fullmatch(value)]


def _templates(node: ast.expr, names: dict[str, ast.expr]) -> set[str]:
    """The messages that an expression may stand for."""
    found = set()
    for one in choices(node, names):
        if isinstance(one, ast.Call) and called(one) in MADE_OF and one.args:
            found |= _templates(one.args[0], names)
        elif isinstance(one, ast.Constant) and one.value in catalogue():
            found.add(one.value)
    return found


def types() -> dict[str, dict[str, Any]]:
    """Problem type → its status and title."""
    for name in IN_CONNECTIONS:
        import_module(name)
    ours = sorted((one for one in _below(CrmError) if _is_ours(one)), key=lambda one: one.__module__, reverse=True)
    found = {one.type: {"status": one.status, "title": one.title} for one in ours}  # of two, that of shared/errors.py
    return {name: found[name] for name in sorted(found)}


def _is_ours(one: type[CrmError]) -> bool:
    return one.__module__.startswith(("shared.", "services.", "crm."))


def _below(kind: type[CrmError]) -> Iterator[type[CrmError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _below(one)


def page() -> str:
    content = {"types": types(), "codes": codes()}
    return HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)


if __name__ == "__main__":
    PAGE.write_text(page())
