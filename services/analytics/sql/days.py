"""Resolving intervals and parts of a day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from services.analytics.sql.calls import call
from services.analytics.sql.functions import OPERATORS
from services.analytics.sql.limits import UNITS
from services.analytics.sql.nodes import Call, Number
from services.analytics.sql.parser import only, place
from services.analytics.sql.refusals import refuse
from shared.messages import say

if TYPE_CHECKING:
    from services.analytics.sql.expressions import Expressions

_PARTS = {
    "year": "toYear",
    "quarter": "toQuarter",
    "month": "toMonth",
    "week": "toISOWeek",
    "day": "toDayOfMonth",
    "hour": "toHour",
    "minute": "toMinute",
    "second": "toSecond",
}


def interval(expressions: Expressions, node: exp.Expr) -> Call:
    only(node, "this", "unit")
    unit, count, where = node.args.get("unit"), node.this, place(node)
    name = unit.name.lower().removesuffix("s") if isinstance(unit, exp.Var) else ""
    if name not in UNITS or count is None:
        raise refuse("interval", "write an interval such as INTERVAL 3 MONTH", *where)
    function = OPERATORS[f"toInterval{name.capitalize()}"]
    if not isinstance(count, exp.Literal):
        return call(function, (expressions.value(count),), where)
    if not re.fullmatch(r"-?[0-9]+", count.name):
        raise refuse("interval", "an interval takes a whole number", *where)
    return call(function, (Number(count.name),), where)


def part_of_day(expressions: Expressions, node: exp.Expr) -> Call:
    only(node, "this", "expression")
    part = _PARTS.get(node.this.name.lower()) if isinstance(node.this, exp.Var) else None
    if part is None:
        raise refuse("not-allowed", say("EXTRACT takes {choices}", choices=", ".join(_PARTS)), *place(node))
    return expressions.operator(part, node.expression)
