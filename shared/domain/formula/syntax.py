"""From the text of a formula to its tree: precedence climbing, bounded in length, parts and depth.

or · and · not · = != < <= > >= · & · + - · * / · unary minus · literals, fields, calls, parentheses
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shared.messages import Message, say, shown

LONGEST = 1000  # characters of a formula
MOST_PARTS = 200  # names, literals, signs
DEEPEST = 20
_TOKEN = re.compile(
    r"""(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)|(?P<sign><=|>=|!=|<>|[-+*/&=<>(),])""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("=", "!=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/"))
_WORDS = {"true": True, "false": False, "null": None}


class BadFormula(Exception):
    """A text that is no formula. at: the position of its fault, from 1."""

    def __init__(self, code: str, message: Message, at: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.at = code, message, at


@dataclass(frozen=True, slots=True)
class Literal:
    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A field: `amount`, `custom.seats`, `custom.fee.currency`."""

    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator (`-` of one part is negation) or a function applied to its parts."""

    name: str
    parts: tuple[Node, ...]
    at: int


Node = Literal | Name | Apply


def parse(text: str) -> Node:
    """Raises BadFormula."""
    if len(text) > LONGEST:
        raise BadFormula("too-long", say("a formula has {most} characters at most", most=LONGEST))
    return _Parser(text).whole()


def names(node: Node) -> Iterator[str]:
    """The fields that a formula names."""
    if isinstance(node, Name):
        yield node.path
    elif isinstance(node, Apply):
        for part in node.parts:
            yield from names(part)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _TOKEN.match(text, place)
        if found is None:
            raise _unexpected(_Token("", text[place : place + 10], place + 1))
        yield _Token(found.lastgroup or "", found.group(), place + 1)
        place = found.end()
    yield _Token("end", "", len(text) + 1)


def _unexpected(token: _Token) -> BadFormula:
    if token.kind == "end":
        message = say("the formula ends too early, at character {at}", at=token.at)
    else:
        message = say("{value} at character {at} is not expected here", value=shown(token.text), at=token.at)
    return BadFormula("bad-formula", message, token.at)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = self._parts = self._depth = 0

    def whole(self) -> Node:
        found = self._level(0)
        if self._next.kind != "end":
            raise _unexpected(self._next)
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise BadFormula("too-large", say("a formula has {most} parts at most", most=MOST_PARTS), token.at)
        return token

    def _sign(self, *signs: str) -> _Token | None:
        token = self._next
        found = token.kind in ("sign", "name") and token.text in signs
        return self._take() if found else None

    def _expect(self, sign: str) -> None:
        if self._sign(sign) is None:
            raise _unexpected(self._next)

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        found = self._negated() if level == 2 else self._level(level + 1)
        while (sign := self._sign(*_LEVELS[level])) is not None:
            name = "!=" if sign.text == "<>" else sign.text
            found = Apply(name, (found, self._level(level + 1)), sign.at)
        return found

    def _negated(self) -> Node:
        """`not` binds less than comparisons."""
        if (sign := self._sign("not")) is None:
            return self._level(3)
        return Apply("not", (self._deeper(2),), sign.at)

    def _unary(self) -> Node:
        if (sign := self._sign("-")) is not None:
            self._depth += 1
            self._check_depth(sign.at)
            found = Apply("-", (self._unary(),), sign.at)
            self._depth -= 1
            return found
        return self._primary()

    def _deeper(self, level: int) -> Node:
        self._depth += 1
        self._check_depth(self._next.at)
        found = self._level(level)
        self._depth -= 1
        return found

    def _check_depth(self, at: int) -> None:
        if self._depth > DEEPEST:
            raise BadFormula("too-deep", say("a formula is nested {most} levels deep at most", most=DEEPEST), at)

    def _primary(self) -> Node:
        token = self._take()
        if token.text == "(":
            found = self._deeper(0)
            self._expect(")")
            return found
        match token.kind:
            case "number":
                return Literal(Decimal(token.text))
            case "text":
                return Literal(token.text[1:-1])
            case "name" if token.text in _WORDS:
                return Literal(_WORDS[token.text])
            case "name" if token.text in ("and", "or", "not"):
                raise _unexpected(token)
            case "name" if self._sign("("):
                return Apply(token.text.lower(), self._arguments(), token.at)
            case "name":
                return Name(token.text, token.at)
        raise _unexpected(token)

    def _arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._sign(")"):
            if found:
                self._expect(",")
            found.append(self._deeper(0))
        return tuple(found)
