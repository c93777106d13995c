"""Whether a list is one of persons: an e-mail address tells, for it begins with its owner's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.letters import bare
from shared.texts import fold, words_of

_SHORTEST = 3  # letters of a word that is looked for


def of_persons(rows: Iterable[Mapping[str, str]], name: str, email: str) -> float:
    """The share of rows whose address has a word of the name before the @, of those that have one there or behind it.

    name, email: the columns. 0 where no address tells.
    """
    persons = companies = 0
    for row in rows:
        person, _, site = fold(row[email]).partition("@")
        parts = [word for word in words_of(bare(fold(row[name]))) if len(word) >= _SHORTEST]
        if any(part in site for part in parts):
            companies += 1
        elif any(part in person for part in parts):
            persons += 1
    return persons / (persons + companies) if persons else 0.0
