"""What a closed set of values is called in the suite: by the words of `value_maps.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.integration.suggestion.headings import bare
from shared.texts import fold

_FILE = Path(__file__).with_name("value_maps.yaml")
_OTHERS = "*"
Stage = dict[str, Any]


@cache
def _sets() -> dict[str, dict[str, tuple[str, ...]]]:
    source: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        name: {value: tuple(word.strip() for word in str(words).split(",")) for value, words in values.items()}
        for name, values in source.items()
    }


def meaning_of(name: str, text: str) -> str:
    """Our value for a text of theirs; "" where the set knows none. The longest word that stands in it decides."""
    own, others = bare(text), ""
    padded = f" {_apart(text)} "
    best, length = "", 0
    for value, words in _sets()[name].items():
        for word in words:
            if word == _OTHERS:
                others = value
            elif bare(word) == own:
                return value
            elif len(word) > max(length, 1) and _stands_in(word, padded):
                best, length = value, len(word)
    return best or others


def _apart(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _stands_in(word: str, padded: str) -> bool:
    """Whole words; Chinese is written without spaces."""
    return f" {_apart(word)} " in padded or ("\u4e00" <= word[0] <= "\u9fff" and word in padded)


def value_map(name: str, texts: Iterable[str]) -> dict[str, str]:
    """Text of theirs → our value, for those that differ."""
    found = {text: meaning_of(name, text) for text in texts}
    return {text: value for text, value in found.items() if value and value != text}


def stage_map(texts: Iterable[str], stages: Sequence[Stage]) -> dict[str, str]:
    """Stage of theirs → key of ours: by its name, else by its usual place on the way to a deal."""
    names = {bare(str(stage[title])): stage["key"] for stage in stages for title in ("key", "zh", "en")}
    return {text: names.get(bare(text)) or _nearest(text, stages) for text in texts}


def _nearest(text: str, stages: Sequence[Stage]) -> str:
    outcome = meaning_of("deal.outcome", text)
    place = 100 if outcome == "won" else int(meaning_of("deal.stage", text) or 0)
    return str(min(stages, key=lambda stage: abs(stage["probability"] - place))["key"])
