"""What is noted of documents as they are stored is what is noted of the same documents decoded."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.customer.contact import CONTACT
from shared.http.reading import ReadNotes
from shared.security.permissions import Access

ACCESS = Access("t1", "ada")
TEXTS = st.one_of(st.text(max_size=5), st.sampled_from(['"birthday":""', '"health":', '\\"birthday":"x"', "", "x"]))
CUSTOM = st.dictionaries(st.sampled_from(["health", "hue"]), st.one_of(TEXTS.filter(bool), st.just(0)), max_size=2)
DOCUMENT = st.fixed_dictionaries({"version": st.just(1), "birthday": TEXTS, "department": TEXTS, "custom": CUSTOM})


class Custom:
    async def sensitive(self, tenant: str, resource: str) -> tuple[str, ...]:
        return ("custom.health",)


class Reads:
    def __init__(self) -> None:
        self.noted: set[tuple[str, str]] = set()

    def read(self, access: Access, resource: str, fields: tuple[str, ...], ids: Iterable[str]) -> None:
        assert (access, resource) == (ACCESS, "contact")
        self.noted |= {(field, id) for id in ids for field in fields}


def notes() -> tuple[ReadNotes, Reads]:
    reads, kernel = Reads(), SimpleNamespace(bus=SimpleNamespace(custom=Custom()))
    kernel.reads = reads
    found: Any = kernel
    return ReadNotes(found, CONTACT), reads


@given(st.lists(DOCUMENT, max_size=4))
@example([{"version": 1, "birthday": "", "department": '"birthday":"x"', "custom": {"health": 0}}])
def test_stored_and_decoded_documents_are_noted_alike(found: list[dict[str, Any]]) -> None:
    documents = [{"id": f"c{n}", **one} for n, one in enumerate(found)]
    expected = {("birthday", one["id"]) for one in documents if one["birthday"]}
    expected |= {("custom.health", one["id"]) for one in documents if "health" in one["custom"]}
    for asked in ("stored", "documents"):
        noting, reads = notes()
        given_: list[Any] = [orjson.dumps(one) for one in documents] if asked == "stored" else documents
        drive(getattr(noting, asked)(ACCESS, given_))
        assert reads.noted == expected


@pytest.mark.parametrize("place", ["custom", "address"])
def test_a_name_that_occurs_twice_is_rather_noted_than_missed(place: str) -> None:
    noting, reads = notes()
    drive(noting.stored(ACCESS, [orjson.dumps({"id": "c1", place: {"birthday": ""}, "birthday": "1990-02-03"})]))
    assert reads.noted == {("birthday", "c1")}


def test_changes_of_a_part_of_a_field_are_changes_of_it() -> None:
    noting, reads = notes()
    drive(noting.changes(ACCESS, "c1", [["department"], ["custom"]]))
    drive(noting.changes(ACCESS, "c2", [["department", "custom.hue"]]))
    assert reads.noted == {("custom.health", "c1")}


def drive(coroutine: Any) -> None:
    """Run what waits for nothing."""
    with pytest.raises(StopIteration):
        coroutine.send(None)
