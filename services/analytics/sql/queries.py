"""Resolving queries: SELECT, UNION and their parts. Views and common table expressions are bound to their scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlglot import exp

from services.analytics.sql.expressions import Expressions
from services.analytics.sql.limits import MAX_COLUMNS
from services.analytics.sql.nodes import Expression, Name, Number, Output, Query, Select, Sorted, Union
from services.analytics.sql.parser import label, name_of, not_allowed, only, place
from services.analytics.sql.refusals import refuse
from services.analytics.sql.relations import Relations
from services.analytics.sql.scopes import Alias, Context, Environment, Scope
from services.analytics.views.spec import View
from shared.errors import Invalid
from shared.messages import say

_PARTS = "expressions from_ joins where group having order limit offset distinct with_".split()
_OPERATORS: dict[type[exp.Expr], str] = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}
_MOST = 10  # digits of LIMIT and OFFSET


def resolve(
    tree: exp.Query, views: Mapping[str, View], reserved: frozenset[str], columns: Callable[[View], list[str]]
) -> Query:
    """The resolved statement.

    reserved: names that no common table expression may take. columns: those of a view that exist for the caller.
    Raises Invalid with the place of an unknown part, Forbidden for a view that does not exist for the caller,
    RecursionError.
    """
    try:
        return Queries(Context(views, reserved, columns)).query(tree, Environment())
    except (AttributeError, TypeError, LookupError):  # a tree of a shape that is not foreseen is refused
        raise refuse("syntax", "this is not understood") from None


class Queries:
    def __init__(self, context: Context) -> None:
        self._context = context

    def query(self, node: exp.Expr, environment: Environment) -> Query:
        if isinstance(node, exp.Select):
            return self._select(node, environment)
        if isinstance(node, exp.SetOperation) and type(node) in _OPERATORS:
            return self._set_operation(node, environment)
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            only(node, "this", "alias", "with_", "order", "limit", "offset")
            environment = self._with(node, environment, None)
            return self._ordered(node, self.query(node.this, environment), environment)
        raise not_allowed(node)

    def _set_operation(self, node: exp.SetOperation, environment: Environment) -> Query:
        only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
        environment = self._with(node, environment, None)
        left, right = self.query(node.left, environment), self.query(node.right, environment)
        if len(left.outputs) != len(right.outputs):
            raise refuse("arguments", "both sides of a UNION have the same number of columns", *place(node))
        mode = "DISTINCT" if node.args.get("distinct") else "ALL"
        return self._ordered(node, Union(f"{_OPERATORS[type(node)]} {mode}", left, right), environment)

    def _ordered(self, node: exp.Expr, inner: Query, environment: Environment) -> Query:
        """ORDER BY and LIMIT of a whole UNION or of a query in parentheses: a SELECT over it."""
        if not any(node.args.get(part) for part in ("order", "limit", "offset")):
            return inner
        source = self._context.over(inner)
        scope = Scope(environment, [source])
        outputs = tuple(Output(c.label, self._context.new("c"), source.use(c)) for c in source.columns)
        return self._bounded(node, Select(outputs, Relations(self._context, scope, self.query).made()), scope)

    def _bounded(self, node: exp.Expr, select: Select, scope: Scope) -> Select:
        """The SELECT with the node's ORDER BY, LIMIT and OFFSET."""
        order = Expressions(self._context, scope, self.query).sorted(node.args.get("order"))
        return replace(
            select,
            order=tuple(Sorted(_positional(o.value, select.outputs), o.descending, o.nulls_first) for o in order),
            limit=_whole_number(node.args.get("limit")),
            offset=_whole_number(node.args.get("offset")),
        )

    def _select(self, node: exp.Select, environment: Environment) -> Select:
        only(node, *_PARTS)
        self._context.count_select(place(node))
        scope = Scope(environment)
        scope.environment = self._with(node, environment, scope)
        relations = Relations(self._context, scope, self.query)
        relations.add_all(node)
        expressions = Expressions(self._context, scope, self.query)
        outputs = self._outputs(node, scope, expressions)
        if (distinct := node.args.get("distinct")) is not None:
            only(distinct)
        group = node.args.get("group")
        if group is not None:
            only(group, "expressions", "all", "totals")
        keys = expressions.values(group.expressions) if group is not None else ()
        select = Select(
            outputs,
            distinct=distinct is not None,
            where=_condition(node.args.get("where"), expressions),
            group=tuple(_positional(key, outputs) for key in keys),
            group_all=group is not None and bool(group.args.get("all")),
            totals=group is not None and bool(group.args.get("totals")),
            having=_condition(node.args.get("having"), expressions),
        )
        bounded = self._bounded(node, select, scope)
        return replace(bounded, relations=relations.made())  # last: the columns that are used are known now

    def _outputs(self, node: exp.Select, scope: Scope, expressions: Expressions) -> tuple[Output, ...]:
        """The columns in their order. All aliases are known before the first expression is resolved."""
        aliases: dict[int, Alias] = {}
        for one in node.expressions:
            if isinstance(one, exp.Alias):
                only(one, "this", "alias")
                alias = Alias(one.this, self._context.new("c"))
                aliases[id(one)] = alias
                scope.aliases.setdefault(name_of(one.args["alias"]), []).append(alias)
        found: list[Output] = []
        for one in node.expressions:
            if (made := aliases.get(id(one))) is not None:
                expressions.alias(made)
                assert made.value is not None
                found.append(Output(name_of(one.args["alias"]), made.output, made.value))
            elif isinstance(one, exp.Star) or (isinstance(one, exp.Column) and isinstance(one.this, exp.Star)):
                found += self._everything(one, scope, {o.label for o in found})
            else:
                text = one.name if isinstance(one, exp.Column) else label(one)
                found.append(Output(text, self._context.new("c"), expressions.value(one)))
            if len(found) > MAX_COLUMNS:
                raise refuse("too-large", say("a SELECT has {most} columns at most", most=MAX_COLUMNS), *place(node))
        if not found:
            raise refuse("syntax", "a SELECT has a column", *place(node))
        return tuple(found)

    def _everything(self, star: exp.Expr, scope: Scope, labels: set[str]) -> list[Output]:
        """`*` or `alias.*` as columns. A name that occurs twice gets its view's name as a prefix."""
        only(star if isinstance(star, exp.Star) else star.this)
        wanted = None
        if isinstance(star, exp.Column):
            only(star, "this", "table")
            wanted = name_of(star.args.get("table"))
        sources = [s for s in scope.sources if wanted is None or s.called == wanted]
        if not sources:
            missing = (
                say("there is no view or alias {source} here", source=wanted)
                if wanted
                else "there is no FROM for the *"
            )
            raise refuse("column", missing, *place(star))
        found = []
        for source in sources:
            for column in source.columns:
                if wanted is None and (source.name, column.name) in scope.hidden:
                    continue
                text = f"{source.called}.{column.label}" if column.label in labels and source.called else column.label
                labels.add(text)
                found.append(Output(text, self._context.new("c"), source.use(column)))
        return found

    def _with(self, node: exp.Expr, environment: Environment, scope: Scope | None) -> Environment:
        """The environment with the node's WITH. An expression that needs columns becomes an alias of its SELECT."""
        with_ = node.args.get("with_")
        if with_ is None:
            return environment
        only(with_, "expressions")
        for one in with_.expressions:
            only(one, "this", "alias", "scalar")
            only(one.args["alias"], "this")
            name = name_of(one.args["alias"].this)
            self._check_new(name, one, environment, scope)
            if not one.args.get("scalar"):
                query = self.query(one.this, environment.inner())
                environment = replace(environment, tables={**environment.tables, name: query})
                continue
            constant = self._constant(one.this, environment, scope is not None)
            if constant is not None:
                environment = replace(environment, constants={**environment.constants, name: constant})
            elif scope is not None:
                scope.aliases[name] = [Alias(one.this, "")]
        return environment

    def _check_new(self, name: str, node: exp.Expr, environment: Environment, scope: Scope | None) -> None:
        lower = name.lower()
        if not node.args.get("scalar") and (lower in self._context.views or lower in self._context.reserved):
            raise refuse("name", say("{name} is the name of a view; give it another one", name=name), *place(node))
        taken = scope is not None and name in scope.aliases
        if taken or name in environment.tables or name in environment.constants:
            raise refuse("name", say("{name} is the name of another part of WITH", name=name), *place(node))

    def _constant(self, node: exp.Expr, environment: Environment, may_need_columns: bool) -> Expression | None:
        try:
            return Expressions(self._context, Scope(environment), self.query).value(node)
        except Invalid as error:
            if may_need_columns and error.errors and error.errors[0].code == "column":
                return None
            raise


def _condition(node: exp.Expr | None, expressions: Expressions) -> Expression | None:
    if node is None:
        return None
    only(node, "this")
    return expressions.value(node.this)


def _positional(value: Expression, outputs: tuple[Output, ...]) -> Expression:
    """A plain number in ORDER BY and GROUP BY is the position of a column."""
    if not isinstance(value, Number):
        return value
    if not value.digits.isdecimal() or len(value.digits) > 4 or not 1 <= int(value.digits) <= len(outputs):
        raise refuse("column", say("there is no column at position {digits}", digits=value.digits))
    return Name("", outputs[int(value.digits) - 1].name)


def _whole_number(node: exp.Expr | None) -> int | None:
    if node is None:
        return None
    only(node, "expression")
    value = node.args.get("expression")
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal() and len(value.name) <= _MOST:
        return int(value.name)
    raise refuse("not-allowed", "LIMIT and OFFSET take a plain number", *place(node))
