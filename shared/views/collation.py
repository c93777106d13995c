"""The order of texts in lists: one for all languages, made once when a document is written.

Texts are compared by their base letters first, then by their accents: `cote`, `coté`, `côte`, `cotes`. Letters with
accents stand by their base letter (ä by a, ø by o, ł by l), as in the root collation of the Unicode Collation
Algorithm (UTS #10); signs and digits come before letters, Latin letters before Greek, Cyrillic and the others, kana
of one sound together, and Chinese characters last, by pinyin, then tone, then code point. Case does not count.

A key is plain text, compared by code points. A text of ASCII is its own key; the key of any other one is its base
letters, a separator and the text itself. So equal keys are equal texts, and what begins with some text is found among
what begins with its base letters.
"""

from __future__ import annotations

import re
import unicodedata

from shared import pinyin
from shared.letters import base

SEPARATOR = "\x01"  # sorts before all that a text goes on with
VERSION = f"1, {pinyin.SOURCE}"  # stored keys of another version are made again
_KANA = {code: chr(code - 0x60) for code in range(0x30A1, 0x30F7)}  # katakana as hiragana
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_CYRILLIC = dict(zip("ґѓєђіїјљњќөћүўҗ", "ггедииилнкотууж", strict=True))
_LAST = "\U0010fffd"  # before a Chinese character whose reading is not known


def key(folded: str) -> str:
    """The key of a folded text."""
    if folded.isascii() and SEPARATOR not in folded:
        return folded
    return f"{stem(folded)}{SEPARATOR}{folded}"


def stem(folded: str) -> str:
    """The base letters of a folded text: with them begin the keys of all texts that begin with it."""
    return folded.translate(_LETTERS)


def successor(prefix: str) -> str:
    """The least text beyond all that begin with the prefix; "" when there is none."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return ""
    last = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if last == 0xD800 else last)


class _Letters(dict[int, str]):
    """Characters → what stands for them in the first part of a key; filled as they are met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(code)
        return found


def _letter(code: int) -> str:
    char = chr(code)
    if char == SEPARATOR:
        return "\x02"
    if _HAN.match(char):
        return pinyin.places().get(code, _LAST + char)
    if 0xAC00 <= code <= 0xD7AF or code < 0x80:  # Hangul syllables are in order as they are
        return char
    if unicodedata.category(char) == "Co":
        return "\ufffd"  # a private character could pass for a place in the order of pinyin
    return _CYRILLIC.get(char) or base(char).translate(_KANA)


_LETTERS = _Letters()
