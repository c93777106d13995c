"""How many guesses a password withstands (zxcvbn), however its words are separated, disguised or shifted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from shared.security.commonpasswords import WORDS
from shared.texts import visible

MOST_READ = 32  # characters: the estimate takes quadratic time, and a longer password is never weaker
_SIGNS = re.compile(r"[\W_]")
_UNSHIFTED = str.maketrans("!@#$%^&*()一二三四五六七八九十甲乙丙丁戊己庚辛壬癸", "12345678901234567890abcdefghij")
_EXPECTED = sorted(WORDS)
_SEPARATED = re.compile(r"[\W_\d]+")


def parts_of(*names: str) -> set[str]:
    """The parts of a name that are guessed first: the whole, its words, and neighbouring words without separators."""
    found: set[str] = set()
    for name in names:
        whole = visible(name).casefold().strip()
        words = [w for w in _SEPARATED.split(whole) if w]
        found |= {whole, "".join(words)}
        found |= {"".join(words[i : i + n]) for i in range(len(words)) for n in (1, 2, 3)}
    return {part for part in found if len(part) >= (3 if part.isascii() else 2)}


def guesses(password: str, known: Iterable[str]) -> tuple[float, bool]:
    """(log10 of the guesses needed, whether a known part is among them): the least over the password's forms."""
    text = visible(password)[:MOST_READ]
    bare = _SIGNS.sub("", text)
    forms = {text: 0, text.casefold().translate(_UNSHIFTED): 0}
    if bare:
        forms.setdefault(bare, len(set(_SIGNS.findall(text))))  # the separators must be guessed, too
    inputs = sorted(set(known))
    found = []
    for form, more in forms.items():
        result = _estimate(form, inputs + _EXPECTED)
        built = any(_word(match) in inputs for match in result["sequence"])
        found.append((float(result["guesses_log10"]) + more, built))
    least = min(number for number, _ in found)
    return least, (least, True) in found


def _estimate(text: str, inputs: list[str]) -> dict[str, Any]:
    return dict(_zxcvbn()(text, user_inputs=inputs))


def _word(match: dict[str, Any]) -> str:
    return str(match.get("matched_word", ""))


@cache
def _zxcvbn() -> Any:
    """Loaded when first needed: its word lists take a tenth of a second."""
    from zxcvbn import zxcvbn

    return zxcvbn
