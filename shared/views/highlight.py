"""Where in a text the words of a search stand, so that a client can mark them. Nothing here decides what is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product

from shared import pinyin
from shared.views.near import forgiven, nearby
from shared.views.text import APOSTROPHES, MAX_PINYIN, MAX_READINGS, UNSPACED, units, words
from shared.views.wanted import Wanted

LONGEST = 200  # characters of a text that is shown; a longer one is cut around its first match
PASSAGE = 1_000  # characters of a long text that are looked at together
_BEFORE = 60  # characters that stand before the match then
_LETTERS = rf"(?:(?![{UNSPACED}])[\w\u0300-\u036f])+"
_PIECES = re.compile(rf"([{UNSPACED}]+)|({_LETTERS}(?:[{APOSTROPHES}]{_LETTERS})*)")

Range = tuple[int, int]  # from a character up to, and without, another


def ranges(text: str, wanted: Wanted, *, title: bool = False, number: bool = False, near: bool = False) -> list[Range]:
    """In order, without overlaps. title, number: what the field is, which is found in more ways. near: with a typo."""
    found: list[Range] = []
    for piece in _PIECES.finditer(text):
        run, word = piece.groups()
        marked = _in_run(run, wanted, title) if run else _in_word(word, wanted, near and title)
        found += [(piece.start() + low, piece.start() + high) for low, high in marked]
    if number:
        found += _in_number(text, wanted)
    return _joined(found)


def passages(text: str, wanted: Wanted) -> Iterator[str]:
    """The parts of a long text in which the words may stand, each short enough to be looked at; a short text itself."""
    if len(text) <= 2 * PASSAGE:
        yield text
        return
    for start in range(0, len(text), PASSAGE):
        part = text[max(0, start - 2 * _BEFORE) : start + PASSAGE + LONGEST]
        plain = part.lower().replace("'", "") if part.isascii() else "".join(word for word, _ in units(part))
        if any(one.text in plain for one in wanted.words):
            yield part


def excerpt(text: str, found: list[Range]) -> tuple[str, list[Range]]:
    """A text short enough to be shown, and its ranges; those that were cut off are left out."""
    if len(text) <= LONGEST:
        return text, found
    start = max(0, found[0][0] - _BEFORE)
    part, moved = text[start : start + LONGEST], 1 if start else 0
    shown = f"{'…' if start else ''}{part}{'…' if start + LONGEST < len(text) else ''}"
    kept = [(low, min(high, start + LONGEST)) for low, high in found if low < start + LONGEST]
    return shown, [(low - start + moved, high - start + moved) for low, high in kept]


def in_code_units(text: str, found: Iterable[Range]) -> list[list[int]]:
    """The ranges in UTF-16 code units, in which JavaScript counts."""
    return [[_units_before(text, low), _units_before(text, high)] for low, high in found]


def _units_before(text: str, place: int) -> int:
    return place + sum(ord(char) > 0xFFFF for char in text[:place])


def _in_word(word: str, wanted: Wanted, near: bool) -> Iterator[Range]:
    known = words(word)
    for one in wanted.words:
        if any(token.startswith(one.text) for token in known) and not one.exact:
            same = known[0] if len(known) == 1 and len(known[0]) == len(word) else ""  # letter for letter
            yield (0, len(one.text) if same.startswith(one.text) and same else len(word))
        elif near and forgiven(one.text) and not set(nearby(one.text)).isdisjoint(known):
            yield (0, len(word))


def _in_run(run: str, wanted: Wanted, title: bool) -> Iterator[Range]:
    [(folded, _)] = [*units(run)] or [("", True)]
    if len(folded) != len(run):
        return
    for one in wanted.words:
        if one.exact:
            at = folded.find(one.text)
            while at >= 0:
                yield (at, at + len(one.text))
                at = folded.find(one.text, at + 1)
        elif title and one.text.isascii() and one.text.isalpha() and len(one.text) > 1:
            yield from _read_as(folded, one.text)


def _read_as(run: str, text: str) -> Iterator[Range]:
    """Where characters are read so, or begin with these letters."""
    for start in range(len(run)):
        each = [pinyin.readings(char) or (char,) for char in run[start : start + MAX_PINYIN]]
        for read in islice(product(*each), MAX_READINGS):
            initials = "".join(one[0] for one in read)
            spelt = next((n for n in range(1, len(read) + 1) if "".join(read[:n]).startswith(text)), 0)
            length = spelt or (len(text) if initials.startswith(text) else 0)
            if length:
                yield (start, start + length)
                break


def _in_number(text: str, wanted: Wanted) -> Iterator[Range]:
    """The last digits of a telephone."""
    places = [n for n, char in enumerate(text.partition(";")[0]) if char.isdecimal()]
    backwards = "".join(text[n] for n in reversed(places))
    for one in wanted.words:
        for digits in one.digits:
            if backwards.startswith(digits):
                yield (places[-len(digits)], places[-1] + 1)


def _joined(found: list[Range]) -> list[Range]:
    joined: list[Range] = []
    for low, high in sorted(found):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
