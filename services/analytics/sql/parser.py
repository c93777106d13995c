"""From text to sqlglot's tree, within bounds. The resolver checks the content of the tree."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.errors import SqlglotError
from sqlglot.parsers.clickhouse import ClickHouseParser
from sqlglot.tokenizer_core import Token, TokenType

from services.analytics.sql.limits import MAX_LENGTH, MAX_PARENTHESES, MAX_TOKENS
from services.analytics.sql.refusals import Place, refuse
from shared.errors import Invalid
from shared.messages import say, shown

# sqlglot's warnings quote callers' statements; a filter, unlike `disabled`, stays when logging is configured again
logging.getLogger("sqlglot").addFilter(lambda _: False)

_LABEL = 200  # characters of the name of an answer's column that has no alias
_NOWHERE: Place = (0, 0)
_NOT_UNDERSTOOD = "this is not understood"
_PLACE = "place"  # in the meta of a node
_NAME = re.compile(r"\w[\w ,:()%/+*#&€¥$-]{0,99}")


class Analyst(ClickHouse):
    """ClickHouse's dialect with every function and index left as it was written."""

    INDEX_OFFSET = 0

    class Parser(ClickHouseParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS = {k: v for k, v in ClickHouseParser.FUNCTION_PARSERS.items() if k in ("CAST", "EXTRACT")}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS = {k: v for k, v in ClickHouseParser.NO_PAREN_FUNCTION_PARSERS.items() if k == "CASE"}


def parse(sql: str) -> exp.Query:
    """The tree of one SELECT. Raises Invalid with the position of a syntax error, RecursionError."""
    if len(sql) > MAX_LENGTH:
        raise refuse("too-long", say("a statement has {most} characters at most", most=MAX_LENGTH))
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\t\r\n" for c in sql):
        raise refuse("characters", "control characters are not allowed")
    tokens = _tokens(sql)
    _check_tokens(tokens)
    trees = _trees(tokens, sql)
    if len(trees) != 1:
        raise refuse("one-statement", "send one statement")
    if not isinstance(trees[0], (exp.Select, exp.SetOperation)):
        raise refuse("select-only", "only SELECT is answered here")
    return trees[0]


def filled(tree: exp.Query, values: Mapping[str, str]) -> exp.Query:
    """The tree with each text literal that is a key of `values` standing for its value: a value is never parsed."""
    if values:
        for literal in tree.find_all(exp.Literal):
            if literal.is_string and literal.name in values:
                literal.set("this", values[literal.name])
    return tree


def _tokens(sql: str) -> list[Token]:
    try:
        return Analyst().tokenize(sql)
    except (SqlglotError, IndexError):
        raise refuse("syntax", "a quote or a comment is not closed") from None


def _check_tokens(tokens: Sequence[Token]) -> None:
    if len(tokens) > MAX_TOKENS:
        raise refuse("too-long", say("a statement has {most} words at most", most=MAX_TOKENS))
    depth = 0
    for token in tokens:
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET):
            depth += 1
            if depth > MAX_PARENTHESES:
                raise refuse(
                    "too-deep",
                    say("parentheses nest {most} levels at most", most=MAX_PARENTHESES),
                    token.line,
                    token.col,
                )
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET):
            depth -= 1


def _trees(tokens: list[Token], sql: str) -> list[exp.Expr]:
    try:
        return [t for t in Analyst().parser().parse(tokens, sql) if t is not None]
    except SqlglotError as error:
        found = getattr(error, "errors", None) or [{}]
        place = found[0]
        near = str(place.get("highlight") or "")
        why = say("this is not understood: {near}", near=shown(near)) if near else _NOT_UNDERSTOOD
        raise refuse("syntax", why, place.get("line") or 0, place.get("col") or 0) from None
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):  # errors of the parser itself
        raise refuse("syntax", _NOT_UNDERSTOOD) from None


def place(node: exp.Expr | None) -> Place:
    """Line and column of the node's first word that has them, else of a neighbour's; (0, 0) without any."""
    for around in (node, node.parent) if node is not None else ():
        if around is not None and (found := _first_place(around)) != _NOWHERE:
            return found
    return _NOWHERE


def _first_place(node: exp.Expr) -> Place:
    """Of the node's own words. It is kept in the node, because many children may ask the same parent."""
    if _PLACE not in node.meta:
        places = ((part.meta["line"], part.meta.get("col", 0)) for part in node.walk() if part.meta.get("line"))
        node.meta[_PLACE] = next(places, _NOWHERE)
    found: Place = node.meta[_PLACE]
    return found


def only(node: exp.Expr, *parts: str) -> None:
    """Deny by default: raises Invalid when any other part of the node is set."""
    for name, value in node.args.items():
        if value and name not in parts:
            raise refuse(
                "not-allowed", say("{kind} is not allowed here", kind=name.strip("_").replace("_", " ")), *place(node)
            )


def not_allowed(node: Any) -> Invalid:
    if not isinstance(node, exp.Expr):
        return refuse("syntax", "a part of the statement is missing")
    return refuse("not-allowed", say("{kind} is not allowed here", kind=type(node).key.replace("_", " ")), *place(node))


def name_of(node: Any) -> str:
    """The text of an identifier, checked. Raises Invalid."""
    if not isinstance(node, exp.Identifier):
        raise not_allowed(node)
    only(node, "this", "quoted")
    if not _NAME.fullmatch(node.name) or node.name.startswith("_"):
        raise refuse("name", "names are letters, digits and plain signs, and begin with a letter", *place(node))
    return node.name


def label(node: exp.Expr) -> str:
    """The name of an answer's column that has no alias: the caller's own words. It never reaches the engine."""
    text = node.sql(dialect=Analyst, comments=False)
    return "".join(c if c.isprintable() else " " for c in text)[:_LABEL]
