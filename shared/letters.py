"""Letters without their accents, and as they are spelt where accents are not at hand. Texts are folded before."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_ALONE = {
    **dict(zip("øłđðħŧŋıĸƀɨȼǥɉɍɏƶə", "olddhtnikbicgjryze", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "й": "й",
}  # what Unicode does not take apart, and й, which is a letter of its own
_UMLAUT = re.compile("([aou])(?<![aeiouq][aou])(?:e|(?<=a)a)+")
_VIRAMA = 9  # the class of marks that no letter of an Indic script may lose


@cache  # of characters, which tell of nobody
def base(char: str) -> str:
    """`é` → `e`, `ø` → `o`, `æ` → `ae`, `ά` → `α`; a mark alone → "". Other characters stay as they are."""
    if char in _ALONE:
        return _ALONE[char]
    parts = unicodedata.normalize("NFKD", char)
    return "".join(_ALONE.get(c, c) for c in parts if unicodedata.combining(c) in (0, _VIRAMA))


def bare(text: str) -> str:
    """`müller` → `muller`, `łukasiewicz` → `lukasiewicz`."""
    return text if text.isascii() else "".join(map(base, text))


def without_umlauts(text: str) -> str:
    """`mueller` → `muller`, `haakon` → `hakon`, as `bare` writes umlauts; `bauer` and `queue` stay.

    What begins a text begins, so written, the text so written.
    """
    if not ("ae" in text or "ue" in text or "oe" in text or "aa" in text):  # ten times as quick
        return text
    while (shorter := _UMLAUT.sub(r"\1", text)) != text:
        text = shorter
    return text
