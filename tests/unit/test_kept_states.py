"""States that are kept are bounded in bytes, whatever records hold; what is kept of an event is as long as it is."""

from __future__ import annotations

import ctypes
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.account import Account
from services.customer.contact import Contact
from shared.json import kept_json
from shared.kernel.state_cache import KeptStates, size_of


def test_few_long_records_are_kept_where_many_short_ones_would_be() -> None:
    kept = KeptStates(1_000, most_bytes=1_000_000)
    for n in range(500):
        kept.put(("t", f"account-{n}"), Account(description="长" * 50_000))
        kept.trim()
        assert kept.bytes <= 1_000_000
    assert 1 <= len(kept) <= 10
    assert kept.get(("t", "account-499")) is not None
    assert kept.get(("t", "account-0")) is None


def test_the_number_is_bounded_and_what_is_used_stays() -> None:
    kept = KeptStates(3)
    for n in range(3):
        kept.put(("t", str(n)), Account())
    assert kept.get(("t", "0")) is not None
    kept.put(("t", "3"), Account())
    assert len(kept) == 4  # a batch keeps its own until it is done
    kept.trim()
    assert [("t", str(n)) in kept for n in range(4)] == [True, False, True, True]


KEYS = st.tuples(st.just("t"), st.sampled_from("abc"))
STATES = st.builds(Contact, description=st.text(max_size=90), emails=st.lists(st.just({"email": "x" * 90}), max_size=3))
ACTS = st.lists(st.tuples(st.sampled_from(["put", "drop", "get", "trim", "clear"]), KEYS, STATES), max_size=20)


@given(ACTS)
def test_the_bytes_are_those_of_what_is_kept(acts: list[tuple[str, tuple[str, str], Contact]]) -> None:
    kept = KeptStates(2, most_bytes=10_000)
    last: dict[tuple[str, str], Contact] = {}
    for act, key, state in acts:
        match act:
            case "put":
                kept.put(key, state)
                last[key] = state
            case "get":
                assert kept.get(key) in (None, last.get(key))
            case "drop":
                kept.drop(key)
            case "trim":
                kept.trim()
                assert len(kept) <= 2
            case "clear":
                kept.clear()
        assert kept.bytes == sum(size_of(last[k]) for k in last if k in kept)


def test_a_size_is_about_what_a_state_holds() -> None:
    assert size_of(Account(description="x" * 9_000)) - size_of(Account()) >= 9_000
    assert size_of(Contact(emails=[{"email": "x" * 1_000}] * 5)) - size_of(Contact()) >= 5_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_usable_size"), reason="asks glibc")
@pytest.mark.parametrize("length", [600, 3_000, 50_000])
def test_kept_json_takes_no_more_than_its_length(length: int) -> None:
    usable = ctypes.CDLL(None).malloc_usable_size
    usable.restype, usable.argtypes = ctypes.c_size_t, [ctypes.c_void_p]
    kept = kept_json({"text": "x" * length})
    assert usable(id(kept)) <= sys.getsizeof(kept) + 64
