"""Resolving expressions: every name is bound, every node is known, and a new tree of our own nodes is made."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from services.analytics.sql.calls import call, whole
from services.analytics.sql.days import interval, part_of_day
from services.analytics.sql.functions import OPERATORS
from services.analytics.sql.nodes import (
    Call,
    Cast,
    Constant,
    Expression,
    Lambda,
    Member,
    Name,
    Number,
    Over,
    Query,
    Sorted,
    Subquery,
    Text,
)
from services.analytics.sql.parser import name_of, not_allowed, only, place
from services.analytics.sql.refusals import refuse
from services.analytics.sql.scopes import Alias, Context, Environment, Scope
from services.analytics.sql.types import type_text
from services.analytics.sql.windows import over

Queries = Callable[[exp.Expr, Environment], Query]

_NUMBER = re.compile(r"\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_TEXT_UNIT = 32  # letters of a literal that count as one stored value
_BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "plus",
    exp.Sub: "minus",
    exp.Mul: "multiply",
    exp.Div: "divide",
    exp.Mod: "modulo",
    exp.EQ: "equals",
    exp.NEQ: "notEquals",
    exp.GT: "greater",
    exp.GTE: "greaterOrEquals",
    exp.LT: "less",
    exp.LTE: "lessOrEquals",
    exp.NullSafeEQ: "isNotDistinctFrom",
    exp.DPipe: "concat",
}


class Expressions:
    """The expressions of one SELECT. aliases: whether aliases are seen, as they are everywhere but in JOIN … ON."""

    def __init__(self, context: Context, scope: Scope, queries: Queries, aliases: bool = True) -> None:
        self.context, self.scope, self._queries, self._aliases = context, scope, queries, aliases

    def value(self, node: exp.Expr | None) -> Expression:
        """Raises Invalid, with the place, for a part that is not known or not bound."""
        if not isinstance(node, exp.Expr):  # the parser leaves None or False where a part is missing
            raise refuse("syntax", "a part of the statement is missing")
        if (kind := type(node)) in _BINARY:
            only(node, "this", "expression", "typed", "safe")
            return self.operator(_BINARY[kind], node.this, node.args.get("expression"))
        handler = _HANDLERS.get(kind)
        if handler is None:
            raise not_allowed(node)
        return handler(self, node)

    def values(self, nodes: list[exp.Expr]) -> tuple[Expression, ...]:
        return tuple(self.value(n) for n in nodes)

    def sorted(self, order: exp.Expr | None) -> tuple[Sorted, ...]:
        if order is None:
            return ()
        only(order, "expressions")
        found = []
        for one in order.expressions:
            only(one, "this", "desc", "nulls_first")
            descending, first = bool(one.args.get("desc")), bool(one.args.get("nulls_first"))
            found.append(Sorted(self.value(one.this), descending, first))
        return tuple(found)

    def query(self, node: exp.Expr) -> Query:
        return self._queries(node, self.scope.environment.inner())

    def operator(self, name: str, *operands: exp.Expr | None) -> Call:
        values = tuple(self.value(o) for o in operands)
        return call(OPERATORS[name], values, place(operands[0]))

    # names

    def _name(self, node: exp.Expr) -> Expression:
        if isinstance(node, exp.Column):
            only(node, "this", "table")
            if table := node.args.get("table"):
                return self.scope.qualified(name_of(table), name_of(node.this), place(node))
        label, where = name_of(node.this if isinstance(node, exp.Column) else node), place(node)
        if argument := self.scope.argument(label):
            return argument
        if self._aliases and (alias := self.scope.alias(label, where)):
            return self.alias(alias)
        if (constant := self.scope.environment.constants.get(label)) is not None:
            return constant
        return self.scope.column(label, where)

    def alias(self, alias: Alias) -> Expression:
        """An alias of the SELECT becomes its column; an alias of WITH is expanded in place."""
        if alias.value is None:
            alias.busy, arguments, self.scope.arguments = True, self.scope.arguments, []
            alias.value = self.value(alias.node)
            alias.busy, self.scope.arguments = False, arguments
        return Name("", alias.output, alias.value.growth) if alias.output else alias.value

    # literals

    def _literal(self, node: exp.Expr) -> Text | Number:
        only(node, "this", "is_string")
        if node.is_string:
            return Text(node.name, 1 + len(node.name) // _TEXT_UNIT)
        if not _NUMBER.fullmatch(node.name):
            raise refuse("not-allowed", "this number is not understood", *place(node))
        return Number(node.name)

    def _boolean(self, node: exp.Expr) -> Constant:
        only(node, "this")
        return Constant("true" if node.this else "false")

    def _null(self, node: exp.Expr) -> Constant:
        only(node)
        return Constant("NULL")

    def _interval(self, node: exp.Expr) -> Expression:
        return interval(self, node)

    # operators

    def _paren(self, node: exp.Expr) -> Expression:
        only(node, "this")
        return self.value(node.this)

    def _connector(self, node: exp.Expr) -> Call:
        for part in node.find_all(type(node), bfs=False):
            only(part, "this", "expression")
        name = "and" if isinstance(node, exp.And) else "or"
        return self.operator(name, *node.flatten())

    def _not(self, node: exp.Expr) -> Call:
        only(node, "this")
        return self.operator("not", node.this)

    def _negative(self, node: exp.Expr) -> Expression:
        only(node, "this")
        if isinstance(node.this, exp.Literal) and isinstance(number := self._literal(node.this), Number):
            return Number(f"-{number.digits}")
        return self.operator("negate", node.this)

    def _like(self, node: exp.Expr) -> Call:
        only(node, "this", "expression", "negate")
        plain, negated = ("ilike", "notILike") if isinstance(node, exp.ILike) else ("like", "notLike")
        return self.operator(negated if node.args.get("negate") else plain, node.this, node.expression)

    def _is(self, node: exp.Expr) -> Call:
        only(node, "this", "expression")
        if not isinstance(node.expression, exp.Null):
            raise refuse("not-allowed", "IS takes NULL or NOT NULL", *place(node))
        return self.operator("isNull", node.this)

    def _between(self, node: exp.Expr) -> Call:
        only(node, "this", "low", "high")
        value, where = self.value(node.this), place(node)
        low = call(OPERATORS["greaterOrEquals"], (value, self.value(node.args["low"])), where)
        high = call(OPERATORS["lessOrEquals"], (value, self.value(node.args["high"])), where)
        return call(OPERATORS["and"], (low, high), where)

    def _in(self, node: exp.Expr) -> Member:
        only(node, "this", "expressions", "query")
        value = self.value(node.this)
        if (query := node.args.get("query")) is not None:
            return Member(value, self.query(query))
        return Member(value, self.values(node.expressions))

    def _array(self, node: exp.Expr) -> Call:
        only(node, "expressions")
        name = "tuple" if isinstance(node, exp.Tuple) else "array"
        return call(OPERATORS[name], self.values(node.expressions), place(node))

    def _element(self, node: exp.Expr) -> Call:
        only(node, "this", "expressions")
        if len(node.expressions) != 1:
            raise not_allowed(node)
        return self.operator("arrayElement", node.this, node.expressions[0])

    def _case(self, node: exp.Expr) -> Call:
        only(node, "this", "ifs", "default")
        arguments: list[Expression] = [self.value(node.this)] if node.this else []
        for one in node.args["ifs"]:
            only(one, "this", "true")
            arguments += [self.value(one.this), self.value(one.args["true"])]
        default = node.args.get("default")
        arguments.append(Constant("NULL") if default is None else self.value(default))
        return call(OPERATORS["caseWithExpression" if node.this else "multiIf"], tuple(arguments), place(node))

    def _if(self, node: exp.Expr) -> Call:
        only(node, "this", "true", "false")
        return self.operator("if", node.this, node.args.get("true"), node.args.get("false"))

    def _extract(self, node: exp.Expr) -> Call:
        return part_of_day(self, node)

    def _cast(self, node: exp.Expr) -> Cast:
        only(node, "this", "to")
        value = self.value(node.this)
        return Cast(value, type_text(node.args["to"]), value.growth)

    # queries and calls

    def _subquery(self, node: exp.Expr) -> Subquery:
        query = self.query(node)
        if len(query.outputs) != 1:
            raise refuse("arguments", "a query that stands for a value has one column", *place(node))
        return Subquery(query, growth=query.outputs[0].value.growth)

    def _exists(self, node: exp.Expr) -> Subquery:
        only(node, "this")
        return Subquery(self.query(node.this), exists=True)

    def _function(self, node: exp.Expr) -> Expression:
        return whole(self, node)

    def _window(self, node: exp.Expr) -> Over:
        return over(self, node)

    def lambda_of(self, node: exp.Expr) -> Lambda:
        """A lambda with arguments of our own names."""
        only(node, "this", "expressions")
        names = {name_of(n): Name("", self.context.new("x")) for n in node.expressions}
        if len(names) != len(node.expressions) or not names:
            raise refuse("name", "the arguments of a lambda have different names", *place(node))
        self.scope.arguments = [*self.scope.arguments, names]
        try:
            body = self.value(node.this)
        finally:
            self.scope.arguments = self.scope.arguments[:-1]
        return Lambda(tuple(n.name for n in names.values()), body, body.growth)


_HANDLERS: dict[type[exp.Expr], Callable[[Expressions, exp.Expr], Expression]] = {
    exp.Column: Expressions._name,
    exp.Identifier: Expressions._name,
    exp.Literal: Expressions._literal,
    exp.Boolean: Expressions._boolean,
    exp.Null: Expressions._null,
    exp.Interval: Expressions._interval,
    exp.Paren: Expressions._paren,
    exp.And: Expressions._connector,
    exp.Or: Expressions._connector,
    exp.Not: Expressions._not,
    exp.Neg: Expressions._negative,
    exp.Like: Expressions._like,
    exp.ILike: Expressions._like,
    exp.Is: Expressions._is,
    exp.Between: Expressions._between,
    exp.In: Expressions._in,
    exp.Tuple: Expressions._array,
    exp.Array: Expressions._array,
    exp.Bracket: Expressions._element,
    exp.Case: Expressions._case,
    exp.If: Expressions._if,
    exp.Extract: Expressions._extract,
    exp.Cast: Expressions._cast,
    exp.Subquery: Expressions._subquery,
    exp.Exists: Expressions._exists,
    exp.Window: Expressions._window,
    exp.Anonymous: Expressions._function,
    exp.AnonymousAggFunc: Expressions._function,
    exp.CombinedAggFunc: Expressions._function,
    exp.ParameterizedAgg: Expressions._function,
    exp.CombinedParameterizedAgg: Expressions._function,
}
