"""Reading an analyst's statement: one SELECT over documented views and listed functions, and nothing else.

Deny by default, three times: the tokens (a name before a parenthesis is a listed function), the tree (node kinds and
their parts are listed), and, in the door, what the engine's own parser makes of the regenerated text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.errors import SqlglotError
from sqlglot.parsers.clickhouse import ClickHouseParser
from sqlglot.tokenizer_core import Token, TokenType

from services.analytics.functions import FUNCTIONS, MAX_LENGTH, TYPES
from services.analytics.view import View
from shared.errors import FieldError, Invalid

MAX_DEPTH = 40
MAX_TOKENS = 4_000


class Analyst(ClickHouse):
    """ClickHouse's dialect with every function left as it was written."""

    class Parser(ClickHouseParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS = {k: v for k, v in ClickHouseParser.FUNCTION_PARSERS.items() if k in ("CAST", "EXTRACT")}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS = {k: v for k, v in ClickHouseParser.NO_PAREN_FUNCTION_PARSERS.items() if k == "CASE"}


_BEFORE_PARENTHESIS = frozenset(
    "all and any as between by case cross distinct else except exists from having if ilike in inner intersect interval "
    "join like limit not offset on or over select then union using when where with".split()
)
_NAME = re.compile(r"[^\W\d]\w*")
_ALIAS = re.compile(r"\w[\w ,:()%/+*#&€¥$-]{0,99}")

# node kind → the parts of it that may be set
_ANY: frozenset[str] | None = None
_NODES: dict[type[exp.Expr], frozenset[str] | None] = {
    exp.Select: frozenset(
        "expressions from from_ joins where group having order limit offset distinct with with_".split()
    ),
    exp.Union: frozenset({"this", "expression", "distinct", "with", "with_", "order", "limit", "offset"}),
    exp.Intersect: frozenset({"this", "expression", "distinct", "with", "with_", "order", "limit", "offset"}),
    exp.Except: frozenset({"this", "expression", "distinct", "with", "with_", "order", "limit", "offset"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias", "scalar"}),
    exp.Subquery: frozenset({"this", "alias", "joins", "with", "with_", "order", "limit", "offset"}),
    exp.From: frozenset({"this"}),
    exp.Join: frozenset({"this", "on", "using", "side", "kind", "method"}),
    exp.Table: frozenset({"this", "alias", "joins"}),
    exp.TableAlias: frozenset({"this"}),
    exp.Group: frozenset({"expressions", "all", "totals"}),
    exp.Limit: frozenset({"expression"}),
    exp.Star: frozenset(),
    exp.Column: frozenset({"this", "table"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "over"}),
    **dict.fromkeys(
        (
            exp.Where, exp.Having, exp.Order, exp.Offset, exp.Alias, exp.Identifier, exp.Literal, exp.Boolean,
            exp.Null, exp.Paren, exp.Tuple, exp.Array, exp.Bracket, exp.Case, exp.If, exp.DataType,
            exp.DataTypeParam, exp.Interval, exp.WindowSpec, exp.Lambda, exp.Exists, exp.Between, exp.Like,
            exp.ILike, exp.Is, exp.And, exp.Or, exp.Not, exp.Neg, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.GT, exp.GTE,
            exp.LT, exp.LTE, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Extract, exp.Anonymous,
            exp.AnonymousAggFunc, exp.CombinedAggFunc, exp.ParameterizedAgg, exp.Var,
        ),
        _ANY,
    ),
}  # fmt: skip
_TYPES = frozenset(
    "string date date32 datetime datetime64 decimal nullable int uint float double bigint smallint tinyint text "
    "varchar int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 bool boolean ubigint usmallint uinteger "
    "utinyint lowcardinality array".split()
)
_JOINS = frozenset({"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI", "ANY"})
_VARS = re.compile(
    r"(?i)(second|minute|hour|day|week|month|quarter|year)s?|unbounded|preceding|following|current row|rows|range"
)


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a view stands: its node, the view, and the values of its parameters by name."""

    node: exp.Table
    view: View
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """tree: to be rewritten. columns: every name that occurs; None when a `*` asks for all of them. common: the names
    of common table expressions."""

    tree: exp.Query
    uses: tuple[Use, ...]
    columns: frozenset[str] | None
    common: frozenset[str]


def read(sql: str, views: Mapping[str, View], reserved: Collection[str]) -> Statement:
    """Parse and check a statement. reserved: names that no common table expression may take.

    Raises Invalid with the position of what is not allowed.
    """
    if len(sql) > MAX_LENGTH:
        raise refuse("too-long", f"a statement has {MAX_LENGTH} characters at most")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\t\r\n" for c in sql):
        raise refuse("characters", "control characters are not allowed")
    try:
        _check_tokens(_tokens(sql), views)
        return _check_tree(_parse(sql), views, reserved)
    except RecursionError:
        raise refuse("too-deep", "the statement is nested too deeply") from None


def refuse(code: str, message: str, line: int = 0, column: int = 0) -> Invalid:
    """The one shape of all refusals: field `sql`, and the place where one is known."""
    where = {"line": line, "column": column} if line else {}
    text = f"line {line}, column {column}: {message}" if line else message
    return Invalid(text, errors=[FieldError("sql", code, text)], **where)


def _tokens(sql: str) -> list[Token]:
    try:
        return Analyst().tokenize(sql)
    except (SqlglotError, IndexError):
        raise refuse("syntax", "a quote or a comment is not closed") from None


def _check_tokens(tokens: Sequence[Token], views: Mapping[str, View]) -> None:
    """Bounds, no comments that hide things, and no unlisted name before a parenthesis."""
    if len(tokens) > MAX_TOKENS:
        raise refuse("too-long", f"a statement has {MAX_TOKENS} words at most")
    depth = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET):
            depth += 1
            if depth > MAX_DEPTH:
                raise refuse("too-deep", f"parentheses nest {MAX_DEPTH} levels at most", token.line, token.col)
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET):
            depth -= 1
        elif token.token_type is TokenType.SEMICOLON and token is not tokens[-1]:
            raise refuse("one-statement", "send one statement", token.line, token.col)
        if token.token_type is TokenType.L_PAREN and before is not None:
            _check_call(before, views)


def _check_call(name: Token, views: Mapping[str, View]) -> None:
    if name.token_type is TokenType.STRING or not _NAME.fullmatch(name.text):
        return
    lower = name.text.lower()
    quoted = name.token_type is TokenType.IDENTIFIER
    if not quoted and (lower in _BEFORE_PARENTHESIS or lower in TYPES):
        return
    if lower not in FUNCTIONS and not (lower in views and views[lower].parameters):
        raise refuse("function", f"{name.text} is not among the functions listed", name.line, name.col)


def _parse(sql: str) -> exp.Query:
    try:
        trees = [t for t in sqlglot.parse(sql, read=Analyst) if t is not None]
    except SqlglotError as error:
        found = getattr(error, "errors", None) or [{}]
        place, what = found[0], str(found[0].get("description") or "this is not understood")
        raise refuse("syntax", what.partition(" but got ")[0], place.get("line") or 0, place.get("col") or 0) from None
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):  # what the parser did not foresee
        raise refuse("syntax", "this is not understood") from None
    if len(trees) != 1:
        raise refuse("one-statement", "send one statement")
    if not isinstance(trees[0], (exp.Select, exp.SetOperation)):
        raise refuse("select-only", "only SELECT is answered here")
    return trees[0]


def _check_tree(tree: exp.Query, views: Mapping[str, View], reserved: Collection[str]) -> Statement:
    common: set[str] = set()
    for cte in tree.find_all(exp.CTE):
        name = cte.alias
        if name.lower() in views or name.lower() in reserved:
            raise refuse("name", f"{name} is the name of a view; give it another one", *_place(cte))
        common.add(name)
    uses: list[Use] = []
    columns: set[str] = set()
    everything = False
    for node in tree.walk():
        _check_node(node)
        match node:
            case exp.Table() if not (isinstance(node.this, exp.Identifier) and node.name in common):
                uses.append(_use(node, views))
            case exp.Star():
                everything |= not isinstance(node.parent, (exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc))
            case exp.Identifier():
                columns.add(node.name)
    return Statement(tree, tuple(uses), None if everything else frozenset(columns), frozenset(common))


def _check_node(node: exp.Expr) -> None:
    if type(node) not in _NODES:
        raise refuse("not-allowed", f"{type(node).key.replace('_', ' ')} is not allowed here", *_place(node))
    parts = _NODES[type(node)]
    if parts is not None:
        for name, value in node.args.items():
            if value and name not in parts:
                raise refuse("not-allowed", f"{name.strip('_').replace('_', ' ')} is not allowed here", *_place(node))
    match node:
        case exp.Identifier() if not _ALIAS.fullmatch(node.name) or node.name.startswith("_"):
            raise refuse("name", "names are letters, digits and plain signs, and begin with a letter", *_place(node))
        case exp.Anonymous() | exp.AnonymousAggFunc() | exp.CombinedAggFunc() | exp.ParameterizedAgg():
            if isinstance(node.parent, exp.Table):
                return
            name = str(node.this)
            if name.lower() not in FUNCTIONS:
                raise refuse("function", f"{name} is not among the functions listed", *_place(node))
        case exp.DataType() if str(node.this.value if isinstance(node.this, exp.DType) else node.this).lower() not in (
            _TYPES
        ):
            raise refuse("type", "this type is not among those allowed", *_place(node))
        case exp.Join() if node.kind not in _JOINS or node.method:
            raise refuse("not-allowed", f"{node.kind or node.method} JOIN is not allowed here", *_place(node))
        case exp.Var() if not _VARS.fullmatch(node.name):
            raise refuse("not-allowed", f"{node.name} is not allowed here", *_place(node))


def _use(node: exp.Table, views: Mapping[str, View]) -> Use:
    """The view that a table stands for. Raises Invalid for anything that is no documented view."""
    given: dict[str, str] = {}
    name = node.name
    if isinstance(node.this, exp.Anonymous):
        name = str(node.this.this)
        for argument in node.this.expressions:
            left, right = argument.args.get("this"), argument.args.get("expression")
            if not (isinstance(argument, exp.EQ) and isinstance(left, exp.Column) and isinstance(right, exp.Literal)):
                raise refuse("parameter", f"write {name}(name = 'value')", *_place(node))
            if left.name in given:
                raise refuse("parameter", f"{left.name} is given twice", *_place(node))
            given[left.name] = right.name
    view = views.get(name.lower())
    if view is None:
        raise refuse("view", f"there is no view {name}", *_place(node))
    if given.keys() != view.parameters.keys():
        wanted = ", ".join(f"{p} = '2017-06-30'" for p in view.parameters)
        raise refuse("parameter", f"write {view.name}({wanted})" if wanted else f"{view.name} takes no parameters",
                     *_place(node))  # fmt: skip
    for parameter, value in given.items():
        _check_day(parameter, value, node)
    return Use(node, view, given)


def _check_day(parameter: str, value: str, node: exp.Table) -> None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or not date(1900, 1, 2) <= found <= date(2299, 12, 30):
        raise refuse("parameter", f"{parameter} is a day such as 2017-06-30", *_place(node))


def _place(node: exp.Expr) -> tuple[int, int]:
    """Line and column of the first word in the node that knows them; (0, 0) when none does."""
    for part in node.walk():
        if line := part.meta.get("line"):
            return line, part.meta.get("col", 0)
    return 0, 0
