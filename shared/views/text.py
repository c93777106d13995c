"""How text becomes words: one tokenizer for every adapter, so that search answers the same everywhere.

Words of scripts with spaces stay whole and are found by prefix, with or without their accents and apostrophes. Runs of
scripts without spaces (Chinese, Japanese, Korean, Thai …): each character and each pair of neighbours becomes a word.

A document is found under tokens: a word after the letter of the place where it stands (see Place).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice, product

from shared import pinyin
from shared.letters import unaccented
from shared.texts import fold

VERSION = f"4, {pinyin.SOURCE}"  # of another one tokens may come out differently: stored indexes are then rebuilt
_WORD_BREAK = "\u200b"  # stands between the words of scripts without spaces
MAX_WORD = 64  # longer words, and titles, are found by their first 64 characters
MAX_PINYIN, MAX_READINGS = 12, 4  # characters of a run that are found by how they are read, ways to read a run
MIN_DIGITS, MAX_DIGITS = 4, 24  # of a number that is found by its last digits
NEXT_WORD = "\u00b7"  # between the words of a title that stands as one token

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_UNSPACED = (
    "\u3005-\u3006"  # iteration mark
    "\u3041-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f"  # bopomofo
    "\uac00-\ud7af"  # Hangul
    "\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u103f\u1780-\u17d3"  # Thai, Lao, Myanmar, Khmer
) + _HAN
_LETTERS = rf"[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[\u0300-\u036f])*"
_QUOTE = "['`\u00b4\u2018\u2019\u02bc\u2032]"
_QUOTES = re.compile(_QUOTE)
_ASCII_WORDS = re.compile("[a-z0-9]+")
_UNITS = re.compile(rf"([{_UNSPACED}]+)|({_LETTERS}(?:{_QUOTE}{_LETTERS})*)")
_HAN_RUNS = re.compile(f"[{_HAN}]+")


class Place(StrEnum):
    """Where a word stands; the first letter of its token."""

    WHOLE = "e"  # all words of the title, in their order
    TITLE = "t"
    PINYIN = "y"  # how the title's Chinese characters are read, from each of them on
    INITIALS = "i"  # the first letters of these readings
    OTHER = "o"  # in another field
    DIGITS = "r"  # a number from its last digit to its first
    SCOPE = "z"  # whose the document is


def units(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text as they are compared, without apostrophes; runs of scripts without spaces are True."""
    for match in _UNITS.finditer(_folded(text)):
        run, word = match.groups()
        yield (run, True) if run else (_plain(word), False)


def pairs(run: str) -> list[str]:
    """What a run without spaces asks for: each pair of neighbours, or its one character."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def words(text: str) -> list[str]:
    """The distinct words under which a text is found, in order of first occurrence.

    Punctuation separates, so the parts of `anna@acme.com` are `anna`, `acme`, `com`. `o'brien`: `obrien`, `o`, `brien`.
    """
    return list(_words(_folded(text)))


def _folded(text: str) -> str:
    return fold(text.replace(_WORD_BREAK, " "))


def _plain(word: str) -> str:
    return unaccented(_QUOTES.sub("", word))[:MAX_WORD]


def _words(text: str) -> dict[str, None]:
    if text.isascii() and "'" not in text and "`" not in text:
        return dict.fromkeys([word[:MAX_WORD] for word in _ASCII_WORDS.findall(unaccented(text))])
    found: dict[str, None] = {}
    for match in _UNITS.finditer(text):
        run, word = match.groups()
        if run:
            found.update(dict.fromkeys(run))
            found.update(dict.fromkeys(pairs(run)))
            continue
        found[_plain(word)] = None
        if len(parts := _QUOTES.split(word)) > 1:
            found.update((_plain(part), None) for part in parts)
    return found


def whole(text: str) -> str:
    """All words of a text as one; "" without any."""
    return NEXT_WORD.join(word for word, _ in units(text))


def tokens(title: str, others: str, numbers: Iterable[str] = ()) -> list[str]:
    """The distinct tokens of a document. others: the texts of its other fields. numbers: telephones."""
    mine = _words(_folded(title))
    found = {f"t{word}": None for word in mine}
    if mine:
        found[f"e{whole(title)[:MAX_WORD]}"] = None
    found.update((f"o{word}", None) for word in _words(_folded(others)) if word not in mine)
    if not title.isascii():
        found.update((token, None) for token in _read(title))
    for number in numbers:  # an extension stands behind `;`
        if len(digits := "".join(filter(str.isdecimal, number.partition(";")[0]))) >= MIN_DIGITS:
            found[f"r{digits[: -MAX_DIGITS - 1 : -1]}"] = None
    return list(found)


def _read(text: str) -> Iterator[str]:
    """The tokens of how Chinese characters are read: 张伟 → `yzhangwei`, `izw`, `ywei`."""
    for run in _HAN_RUNS.findall(text):
        each = [pinyin.readings(char) or (char,) for char in run[:MAX_PINYIN]]
        for read in islice(product(*each), MAX_READINGS):
            initials = "".join(one[0] for one in read)
            for n in range(len(read)):
                yield f"y{unaccented(''.join(read[n:]))[:MAX_WORD]}"
                if n + 1 < len(read):
                    yield f"i{unaccented(initials[n:])}"
