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
from shared.letters import bare, without_umlauts
from shared.texts import fold

VERSION = f"4, {pinyin.SOURCE}"  # of another one tokens may come out differently: stored indexes are then rebuilt
_WORD_BREAK = "\u200b"  # stands between the words of scripts without spaces
MAX_WORD = 64  # longer words, and titles, are found by their first 64 characters
MAX_PINYIN, MAX_READINGS = 6, 4  # characters of a run that are found by how they are read, ways to read a run
MIN_DIGITS, MAX_DIGITS = 4, 24  # of a number that is found by its last digits
NEXT_WORD = "\u00b7"  # between the words of a title that stands as one token

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
UNSPACED = (
    "\u3005-\u3006"  # iteration mark
    "\u3041-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f"  # bopomofo
    "\uac00-\ud7af"  # Hangul
    "\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u103f\u1780-\u17d3"  # Thai, Lao, Myanmar, Khmer
) + _HAN
APOSTROPHES = "'`\u00b4\u2018\u2019\u02bc\u2032"
_ASCII_WORDS = re.compile("[a-z0-9]+")
_WORD = rf"[^\W_{UNSPACED}]+"
_QUOTED = re.compile(rf"{_WORD}(?:'{_WORD})+")
_UNITS = re.compile(rf"([{UNSPACED}]+)|({_WORD}(?:'{_WORD})*)")
_HAN_RUNS = re.compile(f"[{_HAN}]+")
_RUN = re.compile(f"[{UNSPACED}]")


class Place(StrEnum):
    """Where a word stands; the first letter of its token."""

    WHOLE = "e"  # all words of the title, in their order
    TITLE = "t"
    PINYIN = "y"  # how the title's Chinese characters are read, from each of them on
    INITIALS = "i"  # the first letters of these readings
    OTHER = "o"  # in another field
    DIGITS = "r"  # a number from its last digit to its first
    SCOPE = "z"  # whose the document is


class _Letters(dict[int, str]):
    """Characters → what stands for them in words; filled as they are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = found = "'" if char in APOSTROPHES else char if _RUN.match(char) else bare(char)
        return found


_LETTERS = _Letters()


def units(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text as they are compared, without apostrophes; runs of scripts without spaces are True."""
    for match in _UNITS.finditer(_plain(text)):
        run, word = match.groups()
        yield (run, True) if run else (_unquoted(word), False)


def pairs(run: str) -> list[str]:
    """What a run without spaces asks for: each pair of neighbours, or its one character."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def words(text: str) -> list[str]:
    """The distinct words under which a text is found.

    Punctuation separates, so the parts of `anna@acme.com` are `anna`, `acme`, `com`. `o'brien`: `o`, `brien`, `obrien`.
    """
    return list(dict.fromkeys(_words(_plain(text))))


def _plain(text: str) -> str:
    """A text as its words are compared, `'` for every apostrophe."""
    folded = text.lower().replace("`", "'") if text.isascii() else fold(text.replace(_WORD_BREAK, " "))
    return without_umlauts(folded if folded.isascii() else folded.translate(_LETTERS))


def _unquoted(word: str) -> str:
    return without_umlauts(word.replace("'", ""))[:MAX_WORD]


def _words(text: str) -> list[str]:
    """All words of a plain text."""
    if text.isascii():
        found = _ASCII_WORDS.findall(text)
    else:
        found = []
        for run, word in _UNITS.findall(text):
            found += [*run, *pairs(run)] if run else word.split("'")
    if "'" in text:
        found += [_unquoted(word) for word in _QUOTED.findall(text)]
    return found if len(text) <= MAX_WORD else [word[:MAX_WORD] for word in found]


def whole(text: str) -> str:
    """All words of a text as one; "" without any."""
    return _whole(_plain(text))


def _whole(text: str) -> str:
    if text.isascii() and "'" not in text:
        return NEXT_WORD.join(_ASCII_WORDS.findall(text))
    return NEXT_WORD.join(run or _unquoted(word) for run, word in _UNITS.findall(text))


def tokens(title: str, others: Iterable[str], numbers: Iterable[str] = ()) -> list[str]:
    """The distinct tokens of a document. others: the texts of its other fields. numbers: telephones."""
    plain = _plain(title)
    mine = dict.fromkeys(_words(plain))
    found = [f"t{word}" for word in mine]
    if mine:
        found.append(f"e{_whole(plain)[:MAX_WORD]}")
    found += [f"o{word}" for word in dict.fromkeys(_words_of(others)) if word not in mine]
    if not plain.isascii():
        found += dict.fromkeys(_read(plain))
    for number in numbers:  # an extension stands behind `;`
        digits = "".join(filter(str.isdecimal, number.partition(";")[0]))
        token = f"r{digits[: -MAX_DIGITS - 1 : -1]}"
        if len(digits) >= MIN_DIGITS and token not in found:
            found.append(token)
    return found


def _words_of(texts: Iterable[str]) -> list[str]:
    """All words of texts; those of ASCII are split together, which is quick."""
    found: list[str] = []
    ascii = list[str]()
    for text in texts:
        if text.isascii():
            ascii.append(text)
        else:
            found += _words(_plain(text))
    return found + _words(_plain("\n".join(ascii)))


def _read(text: str) -> Iterator[str]:
    """The tokens of how Chinese characters are read: 张伟 → `yzhangwei`, `ywei`, `izw`."""
    for run in _HAN_RUNS.findall(text):
        each = [pinyin.readings(char) or (char,) for char in run[:MAX_PINYIN]]
        for read in islice(product(*each), MAX_READINGS):
            initials = without_umlauts("".join([one[0] for one in read]))
            yield from [f"i{initials[n:]}" for n in range(len(initials) - 1)]
            rest = "".join(read)
            for one in read:
                yield f"y{without_umlauts(rest)}"
                rest = rest[len(one) :]
