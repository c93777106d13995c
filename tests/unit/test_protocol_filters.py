"""Patterns that clients of the event store's protocol send: none may hold the server up."""

from __future__ import annotations

import pytest

from shared.eventstore.protocol.filters import _pattern


@pytest.mark.parametrize("regex", [r"^\$|^account-", r"^(?!\$).*", r"^(?:a|b)$", "(?:ab?)", r"[a-z]+-\d+", "(?:a|b)+"])
def test_a_pattern_whose_work_is_bounded_is_taken(regex: str) -> None:
    assert _pattern(regex).pattern == regex


@pytest.mark.parametrize("regex", ["(x+)+$", "(a|b*)*c", "(a{1,3}){2,9}", "(?:a+?)*", "(?=(a+)+)b"])
def test_a_repetition_in_a_repetition_is_refused(regex: str) -> None:
    with pytest.raises(ValueError, match="repeats nothing that repeats"):
        _pattern(regex)


@pytest.mark.parametrize("regex", ["", "(", "a" * 1_001])
def test_what_is_no_pattern_is_refused(regex: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        _pattern(regex)
