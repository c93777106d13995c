"""Resolving FROM and its joins: each member is a documented view, a common table expression or a query."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from services.analytics.sql.calls import call
from services.analytics.sql.expressions import Expressions, Queries
from services.analytics.sql.functions import OPERATORS
from services.analytics.sql.limits import MAX_CROSS_JOINS, MAX_JOINS
from services.analytics.sql.nodes import Call, Expression, Name, Query, Read, Relation
from services.analytics.sql.parser import name_of, not_allowed, only, place
from services.analytics.sql.refusals import refuse
from services.analytics.sql.scopes import Column, Context, Scope, Source
from services.analytics.views.spec import View
from shared.messages import say

_SIDES = frozenset({"", "LEFT", "RIGHT", "FULL"})
_KINDS = frozenset({"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI", "ANY"})


class Relations:
    """The members of one FROM; `made` gives them when all columns that are used are known."""

    def __init__(self, context: Context, scope: Scope, queries: Queries) -> None:
        self._context, self._scope, self._queries = context, scope, queries
        self._joins: list[tuple[str, Expression | None]] = [("", None)] * len(scope.sources)

    def made(self) -> tuple[Relation, ...]:
        pairs = zip(self._scope.sources, self._joins, strict=True)
        return tuple(Relation(source.name, _source(source), join, on) for source, (join, on) in pairs)

    def add_all(self, select: exp.Select) -> None:
        from_ = select.args.get("from_")
        joins = select.args.get("joins") or []
        if from_ is None:
            if joins:
                raise not_allowed(joins[0])
            return
        only(from_, "this")
        self._scope.sources.append(self._read(from_.this))
        self._joins.append(("", None))
        for join in joins:
            self._join(join)
        if len(joins) > MAX_JOINS:
            raise refuse(
                "too-large", say("a SELECT has {most} joins at most", most=MAX_JOINS), *place(joins[MAX_JOINS])
            )
        if sum(_is_cross(on) for _, on in self._joins[1:]) > MAX_CROSS_JOINS:
            raise refuse(
                "too-large", say("a SELECT has {most} joins without a condition at most", most=MAX_CROSS_JOINS)
            )

    # members

    def _read(self, node: exp.Expr) -> Source:
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            query = self._queries(node, self._scope.environment.inner())
            return self._context.over(query, _alias(node))
        if not isinstance(node, exp.Table):
            raise not_allowed(node)
        only(node, "this", "alias")
        if isinstance(node.this, exp.Identifier):
            name = name_of(node.this)
            if (common := self._scope.environment.tables.get(name)) is not None:
                return self._context.over(common, _alias(node) or name)
            return self._view(node, name, [])
        if isinstance(node.this, exp.Anonymous):
            only(node.this, "this", "expressions")
            return self._view(node, str(node.this.this), node.this.expressions)
        raise not_allowed(node.this)

    def _view(self, node: exp.Table, name: str, arguments: list[exp.Expr]) -> Source:
        view = self._context.views.get(name.lower())
        if view is None:
            raise refuse("view", say("there is no view {name}", name=name), *place(node))
        given = _arguments(view, arguments, node)
        columns = [Column(c, c) for c in self._context.columns(view)]
        return Source(self._context.new("t"), _alias(node) or view.name, columns, read=(view, given))

    # joins

    def _join(self, node: exp.Join) -> None:
        only(node, "this", "using" if node.args.get("using") else "on", "side", "kind")
        side, kind = (node.side or "").upper(), (node.kind or "").upper()
        if side not in _SIDES or kind not in _KINDS:
            raise refuse(
                "not-allowed", say("{side} {kind} JOIN is not allowed here", side=side, kind=kind), *place(node)
            )
        on: exp.Expr | None = node.args.get("on")
        using: list[exp.Expr] = node.args.get("using") or []
        source = self._read(node.this)
        if on is None and not using:
            if side or kind not in ("", "CROSS"):
                raise refuse("syntax", "a join takes ON or USING", *place(node))
            self._scope.sources.append(source)
            self._joins.append(("CROSS JOIN", None))
            return
        if kind == "CROSS":
            raise not_allowed(node)
        if on is None:
            if side in ("RIGHT", "FULL"):
                raise refuse("not-allowed", say("write ON in a {side} JOIN", side=side), *place(node))
            condition = self._using(source, using)
            self._scope.sources.append(source)
        else:
            self._scope.sources.append(source)
            condition = Expressions(self._context, self._scope, self._queries, aliases=False).value(on)
        self._joins.append((" ".join(filter(None, (side, kind, "JOIN"))), condition))

    def _using(self, right: Source, names: list[exp.Expr]) -> Expression:
        """The columns of USING are equal, and one of each pair is seen."""
        equal: list[Call] = []
        for node in names:
            label, where = name_of(node.this if isinstance(node, exp.Column) else node), place(node)
            left = self._scope.column(label, where)
            columns = right.named(label)
            if len(columns) != 1:
                raise refuse("column", say("there is no column {label} on both sides", label=label), *where)
            source = next(s for s in self._scope.sources if s.name == left.relation)
            self._scope.merged[label] = (source, next(c for c in source.columns if c.name == left.name))
            self._scope.hidden.add((right.name, columns[0].name))
            equal.append(call(OPERATORS["equals"], (left, right.use(columns[0])), where))
        return equal[0] if len(equal) == 1 else call(OPERATORS["and"], tuple(equal), place(names[0]))


def _source(source: Source) -> Read | Query:
    if source.read is not None:
        view, arguments = source.read
        return Read(view, frozenset(source.used), arguments)
    assert source.query is not None
    return source.query


def _alias(node: exp.Expr) -> str:
    alias = node.args.get("alias")
    if alias is None:
        return ""
    only(alias, "this")
    return name_of(alias.this)


def _is_cross(on: Expression | None) -> bool:
    """Whether the condition does not bind two members of FROM to each other."""
    met: set[str] = set()
    seen: set[int] = set()  # an expanded alias is one shared node
    rest = [] if on is None else [on]
    while rest:
        value = rest.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Name):
            met.add(value.relation)
        elif isinstance(value, Call):
            rest += value.arguments
    return len(met) < 2


def _arguments(view: View, nodes: list[exp.Expr], table: exp.Table) -> dict[str, str]:
    """The values of a parameterised view, `name = 'value'`. Raises Invalid."""
    given: dict[str, str] = {}
    for node in nodes:
        left, right = node.args.get("this"), node.args.get("expression")
        if not (isinstance(node, exp.EQ) and isinstance(left, exp.Column) and isinstance(right, exp.Literal)):
            raise refuse("parameter", say("write {example}", example=f"{view.name}(name = 'value')"), *place(table))
        only(node, "this", "expression")
        only(left, "this")
        if left.name in given:
            raise refuse("parameter", say("{name} is given twice", name=left.name), *place(table))
        given[left.name] = right.name
    if given.keys() != view.parameters.keys():
        wanted = ", ".join(f"{p} = '2017-06-30'" for p in view.parameters)
        write, none = "write {example}", "{name} takes no parameters"
        message = say(write, example=f"{view.name}({wanted})") if wanted else say(none, name=view.name)
        raise refuse("parameter", message, *place(table))
    return {name: _day(name, value, table) for name, value in given.items()}


def _day(name: str, value: str, table: exp.Table) -> str:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or not date(1900, 1, 2) <= found <= date(2299, 12, 30):
        raise refuse("parameter", say("{name} is a day such as 2017-06-30", name=name), *place(table))
    return found.isoformat()
