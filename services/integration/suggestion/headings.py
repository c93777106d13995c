"""What a column's heading may mean, by the words of `headings.yaml`: in six languages, with its qualifiers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("headings.yaml")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
LONGEST = 100  # characters of a heading that is looked up
_SIMILAR = 0.88  # of two spellings, so that `Adress` is `Address`
LABELS = frozenset({"label", "type", "typ"})  # of an address, next to the column that holds it


@dataclass(frozen=True, slots=True)
class Meaning:
    """concept: of the words file. about: the record type that the heading names. kind: work, private, billing …
    number: of several such columns. score: 0 … 1."""

    concept: str
    score: float
    about: str = ""
    kind: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """concepts: bare phrase → concepts. objects, kinds: bare word → what it names. fields: record type → concept →
    field."""

    concepts: dict[str, tuple[str, ...]]
    objects: dict[str, str]
    kinds: dict[str, str]
    noise: frozenset[str]
    fields: dict[str, dict[str, str]]


@cache
def words() -> Words:
    source: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    concepts: dict[str, tuple[str, ...]] = {}
    for concept, phrases in source["concepts"].items():
        for phrase in _split(phrases):
            concepts[phrase] = tuple(dict.fromkeys((*concepts.get(phrase, ()), concept)))
    return Words(
        concepts,
        {word: name for name, phrases in source["objects"].items() for word in _split(phrases)},
        {word: name for name, phrases in source["kinds"].items() for word in _split(phrases)},
        frozenset(_split(source["noise"])),
        source["fields"],
    )


def _split(phrases: str) -> list[str]:
    return [bare(phrase) for phrase in phrases.split(",")]


def bare(text: str) -> str:
    """`E-Mail  Address` → `emailaddress`: as headings are compared."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def meanings(heading: str) -> tuple[Meaning, ...]:
    """What a heading may mean, the likeliest first; () = nobody knows."""
    return _meanings(heading) if len(heading) <= LONGEST else ()


@lru_cache(maxsize=4096)
def _meanings(heading: str) -> tuple[Meaning, ...]:
    known = words()
    if direct := known.concepts.get(bare(heading)):
        return tuple(Meaning(concept, 1.0) for concept in direct)
    for text in dict.fromkeys((heading, _ASIDE.sub(" ", heading))):
        if found := list(_parted(text, known)):
            return tuple(sorted(found, key=lambda m: -m.score))
    close = get_close_matches(bare(heading), known.concepts, n=1, cutoff=_SIMILAR) if len(bare(heading)) > 4 else []
    return tuple(Meaning(concept, 0.7) for phrase in close for concept in known.concepts[phrase])


def _parted(heading: str, known: Words) -> Iterator[Meaning]:
    """Take away, one after the other, numbers and idle words, the object, the kind; look what is left."""
    parts = _tokens(heading, known)
    if _is_label(heading, parts, known):
        yield Meaning("foreign", 0.95)
        return
    number = next((int(p) for p in parts if p.isdigit() and len(p) < 3), 0)
    idle = [p for p in parts if not p.isdigit()]
    for text, score in ((idle, 0.97), ([p for p in idle if p not in known.noise], 0.96)):
        yield from _known(text, known, score, number=number)
    about = next((known.objects[p] for p in idle if p in known.objects), "")
    kind = next((known.kinds[p] for p in idle if p in known.kinds), "")
    own = [p for p in idle if p not in known.noise]
    for leave, of, which, score in (
        (known.objects, about, "", 0.93),
        (known.kinds, "", kind, 0.92),
        ({**known.objects, **known.kinds}, about, kind, 0.9),
    ):
        for parts_left, less in ((own, 0.0), (idle, 0.01)) if of or which else ():
            rest = (
                _without_first(parts_left, leave)
                if leave is known.objects
                else [p for p in parts_left if p not in leave]
            )
            yield from _known(rest, known, score - less, about=of, kind=which, number=number)


def _is_label(heading: str, parts: list[str], known: Words) -> bool:
    """`E-mail 1 - Label`: says of which kind the address in the next column is."""
    if len(parts) < 2 or parts[-1] not in LABELS or (parts[0] in known.objects and not any(map(str.isdigit, parts))):
        return False
    return bool(list(_parted(heading[: heading.lower().rfind(parts[-1])], known)))


def _without_first(parts: list[str], leave: dict[str, str]) -> list[str]:
    at = next((i for i, p in enumerate(parts) if p in leave), None)
    return parts if at is None else [*parts[:at], *parts[at + 1 :]]


def _known(parts: list[str], known: Words, score: float, **more: Any) -> Iterator[Meaning]:
    for concept in known.concepts.get("".join(parts), ()):
        yield Meaning(concept, score, **more)


def _tokens(heading: str, known: Words) -> list[str]:
    text = unicodedata.normalize("NFKC", _CAMEL.sub(" ", heading)).casefold()
    return [part for word in _WORDS.findall(text) for part in _apart(word, known)]


def _apart(word: str, known: Words) -> list[str]:
    """A Chinese word has no spaces: its object or kind comes first."""
    if not "\u4e00" <= word[0] <= "\u9fff" or word in known.concepts:
        return [word]
    for length in range(len(word) - 1, 1, -1):
        if word[:length] in known.objects or word[:length] in known.kinds:
            return [word[:length], word[length:]]
    return [word]
