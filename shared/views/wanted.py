"""What a search text asks for: levels of relevance, each an expression over the tokens of a document.

0 the title is the text · 1 it begins with these words · 2 has them all · 3 begins with the text · 4 has words that
begin so · 5 the words stand anywhere · 6 words that begin so stand anywhere. What is found at any level is found at the
last one. Apart from them: as at the last one, but each long word of the title may have one typo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from shared.views.near import forgiven, nearby
from shared.views.text import MAX_DIGITS, MAX_WORD, MIN_DIGITS, NEXT_WORD, Place, pairs, units, whole

_ANYWHERE = Place.TITLE + Place.OTHER
MAX_INITIALS = 8
MAX_FORGIVEN = 4  # words of a text in which typos are looked for


class Leaf(NamedTuple):
    """A token, or all that begin so."""

    token: str
    begin: bool = False


Level = tuple[tuple[Leaf, ...], ...]  # of each group any


@dataclass(frozen=True, slots=True)
class Word:
    """exact: no beginning of a word. digits: the ends of a number that the word is a part of, backwards."""

    text: str
    exact: bool = False
    digits: tuple[str, ...] = ()

    def at(self, places: str, begin: bool = False) -> tuple[Leaf, ...]:
        """The word at any of these places."""
        return tuple(Leaf(f"{place}{self.text}", begin and not self.exact) for place in places)

    def begun(self, places: str) -> tuple[Leaf, ...]:
        """Its beginning there, and what else it may mean: pinyin, the end of a number."""
        found = self.at(places, begin=True)
        if not self.exact and self.text.isascii() and self.text.isalpha() and len(self.text) > 1:
            found += (Leaf(f"{Place.PINYIN}{self.text}", begin=True),)
            found += (Leaf(f"{Place.INITIALS}{self.text}", begin=True),) if len(self.text) <= MAX_INITIALS else ()
        if Place.OTHER in places:
            found += tuple(Leaf(f"{Place.DIGITS}{digits}", begin=True) for digits in self.digits)
        return found

    def nearly(self) -> tuple[Leaf, ...]:
        """Its beginning anywhere, or a word of the title with one typo."""
        return self.begun(_ANYWHERE) + tuple(Leaf(f"{Place.TITLE}{word}") for word in nearby(self.text))


@dataclass(frozen=True)
class Wanted:
    """words: all are required; none for a text without words, which finds nothing. name: all of them as one."""

    words: tuple[Word, ...]
    name: str = ""

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        title, short = Place.TITLE, len(self.name) < MAX_WORD
        name = f"{Place.WHOLE}{self.name}"
        return (
            *([((Leaf(name),),), ((Leaf(name + NEXT_WORD, begin=True),),)] if short else []),
            tuple(word.at(title) for word in self.words),
            *([((Leaf(name, begin=True),),)] if short else []),
            tuple(word.begun(title) for word in self.words),
            tuple(word.at(_ANYWHERE) for word in self.words),
            tuple(word.begun(_ANYWHERE) for word in self.words),
        )

    @property
    def whole(self) -> Level:
        """The words as they are, anywhere: what is cheap to ask, and within `found`."""
        return self.levels[-2]

    @cached_property
    def forgiving(self) -> bool:
        """Whether a word is long enough for a typo."""
        return 0 < sum(self._long(word) for word in self.words) <= MAX_FORGIVEN

    def found(self, near: bool) -> Level:
        """Found at any level, or with typos."""
        if not near or not self.forgiving:
            return self.levels[-1]
        return tuple(word.nearly() if self._long(word) else word.begun(_ANYWHERE) for word in self.words)

    def ranked(self, near: bool) -> tuple[Level, ...]:
        """The levels to be asked, one after the other."""
        return (self.found(near),) if near else self.levels

    def level(self, tokens: Collection[str]) -> int | None:
        """The first level at which a document with these tokens is found."""
        return next((n for n, level in enumerate(self.levels) if holds(level, tokens)), None)

    @staticmethod
    def _long(word: Word) -> bool:
        return not word.exact and forgiven(word.text)


def holds(level: Level, tokens: Collection[str]) -> bool:
    """Whether a document with these tokens is meant."""
    known = frozenset(tokens)
    return all(any(_is_there(leaf, known) for leaf in leaves) for leaves in level)


def _is_there(leaf: Leaf, tokens: frozenset[str]) -> bool:
    return any(t.startswith(leaf.token) for t in tokens) if leaf.begin else leaf.token in tokens


_NUMBER = re.compile(r"(?<!\w)\+?\(?\d[\d\s()./\-]*\d(?!\w)")
_TRUNK = re.compile(r"\(0+\)")  # the zero that is not dialled from abroad


def wanted(text: str) -> Wanted:
    """What a search text asks for."""
    found = tuple(dict.fromkeys(_of(text)))
    return Wanted(found, whole(text) if found else "")


def _of(text: str) -> Iterator[Word]:
    at = 0
    for number in _NUMBER.finditer(text):
        digits = "".join(filter(str.isdecimal, _TRUNK.sub("", number[0])))
        if MIN_DIGITS <= len(digits) <= MAX_DIGITS and digits.isascii():
            ends = dict.fromkeys(d for d in (digits, digits.lstrip("0")) if len(d) >= MIN_DIGITS)
            yield from _words(text[at : number.start()])
            yield from _words(number[0], tuple(end[::-1] for end in ends))
            at = number.end()
    yield from _words(text[at:])


def _words(text: str, digits: tuple[str, ...] = ()) -> Iterator[Word]:
    for word, run in units(text):
        if run:
            yield from (Word(pair, exact=True) for pair in pairs(word))
        else:
            yield Word(word, digits=digits)
