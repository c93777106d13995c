"""Plain technical English: words of an old dialect stay out. Most readers of this project are not native speakers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.test_tree import ROOT, tracked

# word → what to write instead
PLAIN = {
    "anew": "again",
    "beside": "next to, in addition to",
    "besides": "also",
    "for ever": "always, permanently",
    "hither": "here",
    "is no matter": "is ignored",
    "let be": "left as it is, ignored",
    "lest": "so that … not",
    "told": "reported, notified, redacted, configured",
    "whoever": "a user who",
    "whosoever": "a user who",
}
DIALECT = re.compile(r"\b(?:" + "|".join(map(re.escape, PLAIN)) + r")\b", re.IGNORECASE)


def findings(name: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{name}:{n}: {m.group()} → {PLAIN[m.group().lower()]}" for n, line in lines for m in DIALECT.finditer(line)
    ]


def test_docs_and_code_use_plain_words() -> None:
    files = [f for f in tracked("*.md", "*.py") if f.name != Path(__file__).name]
    assert len(files) > 500
    assert [f for file in files for f in findings(str(file.relative_to(ROOT)), file.read_text())] == []


@pytest.mark.parametrize("text", ["Whoever asks", "it is told", "kept for ever", "filled anew"])
def test_the_dialect_is_found(text: str) -> None:
    assert len(findings("a.md", text)) == 1
