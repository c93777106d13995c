"""One typo: a letter too many, too few, another one, or two neighbours swapped (Damerau-Levenshtein distance 1)."""

from __future__ import annotations

SHORTEST, LONGEST = 5, 24  # letters of the words in which a typo is forgiven
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґ",
)


def forgiven(word: str) -> bool:
    """Whether a word is long enough, and made of letters of one known alphabet."""
    return SHORTEST <= len(word) <= LONGEST and any(set(word) <= set(letters) for letters in _ALPHABETS)


def nearby(word: str) -> list[str]:
    """All words one typo away."""
    letters = next(letters for letters in _ALPHABETS if set(word) <= set(letters))
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    found = [a + b[1:] for a, b in cuts if b]
    found += [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    found += [a + letter + b[1:] for a, b in cuts if b for letter in letters]
    found += [a + letter + b for a, b in cuts for letter in letters]
    return [one for one in dict.fromkeys(found) if one != word]
