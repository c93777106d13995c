"""How Chinese characters are read: their syllables in Latin letters, and their order by them.

The readings are pypinyin's. Its file of single characters is read by itself and when first needed: the package would
load its phrases too, 45 MB that nothing here asks for.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import orjson

SOURCE = f"pypinyin {version('pypinyin')}"  # another one may read characters otherwise
_MOST = 3  # readings of one character that count
_FIRST_PLACE = 0xF0000  # of the private characters that stand for places in the order

# Of other characters only the usual reading counts. These have two in names of people and places.
_TWO_WAYS = frozenset(
    "曾单重乐行长仇解查区朴盖覃尉万召都调朝传沈参盛会宿种员洗秘繁翟贾郗隗折那哈娄卜薄柏贲费夏谌厦六蚌堡台铅"
    "番大石莘车呗晟茜俞佴黑逄缪乜俟宁曲任应纪华令藏降系角校觉相散强便"
)
_ALSO = {"单": "shan", "缪": "miao", "尉": "yu", "俟": "qi", "万": "mo", "洗": "xian", "莘": "shen"}


def readings(char: str) -> tuple[str, ...]:
    """`张` → `zhang`; `曾` → `ceng`, `zeng`; `吕` → `lv`, `lu`. Without tones; () for what is no Chinese character."""
    found = _marked().get(str(ord(char)), "")
    return _known(char, found) if found else ()


@cache  # of characters, which tell of nobody
def _known(char: str, found: str) -> tuple[str, ...]:
    marked = found.split(",")[: _MOST if char in _TWO_WAYS else 1]
    plain = dict.fromkeys(reading for syllable in marked for reading in _plain(syllable))
    if char in _ALSO:
        plain[_ALSO[char]] = None
    return tuple(plain)


def _plain(syllable: str) -> tuple[str, ...]:
    """`lǚ` → `lv`, `lu`: both are typed for ü."""
    bare = "".join(c for c in unicodedata.normalize("NFD", syllable) if not unicodedata.combining(c) or c == "\u0308")
    return (bare.replace("u\u0308", "v"), bare.replace("u\u0308", "u")) if "\u0308" in bare else (bare,)


@cache
def places() -> dict[int, str]:
    """Characters by code point → one private character each, which sort as the characters do: by the usual reading's
    letters, then its tone, then the code point."""
    ordered = sorted((_letters_and_tone(found.partition(",")[0]), int(code)) for code, found in _marked().items())
    return {code: chr(_FIRST_PLACE + n) for n, (_, code) in enumerate(ordered)}


@cache  # there are 1,500 syllables for 42,000 characters
def _letters_and_tone(syllable: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", syllable)
    tone = next((n for n, mark in enumerate("\u0304\u0301\u030c\u0300", 1) if mark in parts), 5)
    return "".join(c for c in parts if unicodedata.combining(c) == 0 or c == "\u0308").replace("u\u0308", "v"), tone


@cache
def _marked() -> dict[str, str]:
    """Code points as text → readings with tones, the usual one first."""
    found = find_spec("pypinyin")
    assert found is not None
    assert found.submodule_search_locations is not None
    table: dict[str, str] = orjson.loads((Path(found.submodule_search_locations[0]) / "pinyin_dict.json").read_bytes())
    return table
