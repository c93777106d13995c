"""Resolving calls over a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from services.analytics.sql.calls import whole
from services.analytics.sql.nodes import Over
from services.analytics.sql.parser import not_allowed, only, place
from services.analytics.sql.refusals import refuse

if TYPE_CHECKING:
    from services.analytics.sql.expressions import Expressions

_SIDES = frozenset({"PRECEDING", "FOLLOWING"})


def over(expressions: Expressions, node: exp.Expr) -> Over:
    only(node, "this", "partition_by", "order", "spec", "over")
    if str(node.args.get("over")) != "OVER":
        raise not_allowed(node)
    called = whole(expressions, node.this, over=True)
    partition = expressions.values(node.args.get("partition_by") or [])
    order = expressions.sorted(node.args.get("order"))
    return Over(called, partition, order, _frame(node.args.get("spec")), called.growth)


def _frame(spec: exp.Expr | None) -> str:
    if spec is None:
        return ""
    only(spec, "kind", "start", "start_side", "end", "end_side")
    kind = str(spec.args.get("kind") or "").upper()
    if kind not in ("ROWS", "RANGE"):
        raise not_allowed(spec)
    start = _bound(spec, spec.args.get("start"), spec.args.get("start_side"))
    if spec.args.get("end") is None:
        return f"{kind} {start}"
    return f"{kind} BETWEEN {start} AND {_bound(spec, spec.args['end'], spec.args.get('end_side'))}"


def _bound(spec: exp.Expr, value: object, side: object) -> str:
    if value == "CURRENT ROW" and not side:
        return "CURRENT ROW"
    if side not in _SIDES:
        raise not_allowed(spec)
    if value == "UNBOUNDED":
        return f"UNBOUNDED {side}"
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal() and len(value.name) < 10:
        return f"{int(value.name)} {side}"
    raise refuse("not-allowed", "a frame of a window begins and ends with plain numbers", *place(spec))
