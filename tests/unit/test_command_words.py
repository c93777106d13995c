"""Numbers with their nouns, as the lines of commands have them."""

from __future__ import annotations

import pytest

from crm.words import numbered


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 people stay"), (1, "1 person stays"), (2, "2 people stay")], ids=["none", "one", "two"]
)
def test_one_is_no_plural(count: int, said: str) -> None:
    assert numbered(count, "person stays", "people stay") == said
    assert numbered(count, "event") == f"{count} event{'' if count == 1 else 's'}"
