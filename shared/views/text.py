"""How text becomes words: one tokenizer for every adapter, so that search answers the same everywhere.

Words of scripts with spaces stay whole and are found by prefix. Runs of Chinese, Japanese and Korean carry no
spaces: each character and each pair of neighbours becomes a token.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from shared.texts import fold

VERSION = 2  # grows when tokens() would answer differently: stored indexes are then rebuilt
_WORD_BREAK = "\u200b"  # stands between the words of scripts without spaces
MAX_WORD = 64  # longer words are found by their first 64 characters

_CJK = (
    "\u3005-\u3007"  # iteration mark, zero
    "\u3041-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f"  # bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
    "\uac00-\ud7af"  # Hangul
)
_ASCII_WORDS = re.compile("[a-z0-9]+")
_RUNS = re.compile(rf"([{_CJK}]+)|([^\W_{_CJK}]+)")


class Term(NamedTuple):
    """One required token of a search; `prefix`: the token only has to begin so."""

    token: str
    prefix: bool


def tokens(value: str) -> list[str]:
    """The distinct tokens under which a text is found, in order of first occurrence.

    Punctuation separates, so the parts of `anna@acme.com` are `anna`, `acme`, `com`.
    """
    folded = fold(value.replace(_WORD_BREAK, " "))
    if folded.isascii():
        return list(dict.fromkeys([word[:MAX_WORD] for word in _ASCII_WORDS.findall(folded)]))
    found: dict[str, None] = {}
    for match in _RUNS.finditer(folded):
        run, word = match.groups()
        if word:
            found[word[:MAX_WORD]] = None
        else:
            found.update(dict.fromkeys(run))
            found.update(dict.fromkeys(_pairs(run)))
    return list(found)


def query_tokens(value: str) -> list[Term]:
    """What a search text requires, all together. Empty when it holds no letter, digit or ideograph."""
    found: dict[Term, None] = {}
    for match in _RUNS.finditer(fold(value.replace(_WORD_BREAK, " "))):
        run, word = match.groups()
        if word:
            found[Term(word[:MAX_WORD], True)] = None
        else:
            found.update(dict.fromkeys(Term(part, False) for part in (_pairs(run) if len(run) > 1 else [run])))
    return list(found)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
