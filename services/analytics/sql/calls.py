"""Resolving calls: the function is one of ours, and its arguments are of the number and kind that it takes."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from sqlglot import exp

from services.analytics.sql.functions import (
    FUNCTIONS,
    LIKE_PATTERNS,
    MANY,
    REGEX_PATTERNS,
    Function,
    Growth,
    Kind,
)
from services.analytics.sql.limits import UNITS, check_growth, check_interval, check_like, check_regex, check_zone
from services.analytics.sql.nodes import Call, Expression, Number, Text
from services.analytics.sql.parser import not_allowed, only, place
from services.analytics.sql.refusals import Place, refuse
from shared.messages import say

if TYPE_CHECKING:
    from services.analytics.sql.expressions import Expressions

_PARAMETER = re.compile(r"[0-9]{1,9}|[0-9]\.[0-9]{1,20}")
_GATHERED = 100  # values that an aggregate is taken to gather in its array
_GATHERING = frozenset({"groupArray", "groupUniqArray", "groupArrayIf", "groupUniqArrayIf"})


def call(
    function: Function,
    arguments: tuple[Expression, ...],
    where: Place,
    parameters: tuple[Number, ...] = (),
    distinct: bool = False,
) -> Call:
    """A call whose arguments are resolved. Raises Invalid when it would cost or grow too much, or opens a file."""
    if function.name in LIKE_PATTERNS | REGEX_PATTERNS:
        _check_pattern(function, arguments, where)
    if 0 <= function.zone < len(arguments):
        zone = arguments[function.zone]
        if not isinstance(zone, Text):
            raise refuse("zone", "a time zone is a text such as 'Asia/Shanghai'", *where)
        check_zone(zone.value, where)
    _check_interval(function, arguments, where)
    growth = check_growth(_growth(function, arguments), where)
    return Call(function, arguments, parameters, distinct, growth)


def whole(expressions: Expressions, node: exp.Expr, over: bool = False) -> Call:
    """A call as the caller wrote it. over: it has a window."""
    name, arguments, parameters, distinct = _parts(node)
    where = place(node)
    function = FUNCTIONS.get(name.lower())
    if function is None:
        raise refuse("function", say("{name} is not among the functions listed", name=name), *where)
    if over and function.kind in (Kind.SCALAR, Kind.HIGHER):
        raise refuse("window", say("{name} stands over no window", name=function.name), *where)
    if not over and function.kind is Kind.WINDOW:
        raise refuse("window", say("{name} needs a window: {name}(…) OVER (…)", name=function.name), *where)
    _check_number(function, arguments, parameters, distinct, where)
    first = arguments[:1]
    if first and isinstance(first[0], exp.Lambda):
        if function.kind is not Kind.HIGHER:
            raise refuse("function", say("{name} takes no lambda", name=function.name), *where)
        values = (expressions.lambda_of(first[0]), *expressions.values(arguments[1:]))
    elif function.name in ("arrayMap", "arrayFilter"):
        raise refuse(
            "function", say("the first argument of {name} is a lambda such as x -> x + 1", name=function.name), *where
        )
    else:
        values = expressions.values(arguments)
    return call(function, values, where, parameters, distinct)


def _parts(node: exp.Expr) -> tuple[str, list[exp.Expr], tuple[Number, ...], bool]:
    """Name, arguments, parameters, and whether DISTINCT stands before the arguments."""
    if isinstance(node, (exp.ParameterizedAgg, exp.CombinedParameterizedAgg)):
        only(node, "this", "expressions", "params")
        parameters = tuple(_parameter(p) for p in node.expressions)
        return _text(node), list(node.args["params"]), parameters, False
    if not isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc)):
        raise not_allowed(node)
    only(node, "this", "expressions")
    arguments = list(node.expressions)
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        only(arguments[0], "expressions")
        return _text(node), list(arguments[0].expressions), (), True
    if len(arguments) == 1 and isinstance(arguments[0], exp.Star) and _text(node).lower() == "count":
        only(arguments[0])
        arguments = []
    return _text(node), arguments, (), False


def _text(node: exp.Expr) -> str:
    return str(node.this.name if isinstance(node.this, exp.Identifier) else node.this)


def _parameter(node: exp.Expr) -> Number:
    if isinstance(node, exp.Literal) and not node.is_string and _PARAMETER.fullmatch(node.name):
        return Number(node.name)
    raise refuse("arguments", "a number must stand there", *place(node))


def _check_number(
    function: Function, arguments: list[exp.Expr], parameters: tuple[Number, ...], distinct: bool, where: Place
) -> None:
    if distinct and function.kind is not Kind.AGGREGATE:
        raise refuse("arguments", say("{name} takes no DISTINCT", name=function.name), *where)
    high = MANY if distinct and function.name == "count" else function.high
    if not function.low <= len(arguments) <= high:
        raise refuse("arguments", say("{name} was given the wrong number of arguments", name=function.name), *where)
    if len(parameters) > function.parameters:
        raise refuse(
            "arguments",
            say(
                "{name} takes {parameters} numbers before its arguments",
                name=function.name,
                parameters=function.parameters,
            ),
            *where,
        )


def _check_pattern(function: Function, arguments: tuple[Expression, ...], where: Place) -> None:
    pattern = arguments[1]
    if not isinstance(pattern, Text):
        raise refuse("pattern", "a pattern is a text in quotes", *where)
    if function.name in LIKE_PATTERNS:
        check_like(pattern.value, where)
    else:
        check_regex(pattern.value, arguments[0].growth, where)


def _check_interval(function: Function, arguments: tuple[Expression, ...], where: Place) -> None:
    """Of addDays(x, n), subtractYears(x, n), toIntervalMonth(n) with a literal number."""
    lower = function.name.lower()
    if not lower.startswith(("add", "subtract", "tointerval")) or not isinstance(arguments[-1], Number):
        return
    unit = lower.removeprefix("add").removeprefix("subtract").removeprefix("tointerval").removesuffix("s")
    if unit in UNITS:
        check_interval(unit, arguments[-1].digits.partition(".")[0], where)


def _growth(function: Function, arguments: tuple[Expression, ...]) -> int:
    growths = [a.growth for a in arguments] or [1]
    if function.name in _GATHERING:
        return _GATHERED * max(growths)
    if function.growth is Growth.PRODUCT or function.kind is Kind.HIGHER:
        return math.prod(growths)
    return sum(growths) if function.growth is Growth.SUM else max(growths)
