"""Made records are found as the views would find their documents."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.integration.jobs.layered_views import LayeredViews
from services.integration.jobs.made_records import MadeRecords
from shared.kernel.catalogue import AnyAggregate
from shared.views.matching import in_scope, meets
from shared.views.port import Document, Query, Scope
from shared.views.query import validate
from shared.views.sqlite import SqliteViews
from tests.contract.views_help import ALL, ENTRIES, SOME, THINGS, put, thing, where
from tests.contract.views_naive import matching

THING = cast(AnyAggregate, SimpleNamespace(collection=THINGS, document=lambda state: state.document))
DOCUMENTS = [
    *SOME,
    thing("f", extra={"tier": "gold", "seats": 3, "rate": "1.50", "area": ["north", "west"], "note": "Ärger"}),
]
CONDITIONS: list[tuple[str, str, Any]] = [
    ("name", "eq", "BETA"),
    ("name", "ne", "beta"),
    ("name", "in", ["Ärger GmbH", "nothing"]),
    ("name", "prefix", "är"),
    ("name", "empty", True),
    ("name", "empty", False),
    ("code", "eq", "X-1"),
    ("code", "prefix", "x-1"),
    ("tags", "contains", "new"),
    ("tags", "empty", True),
    ("size", "gt", 0),
    ("size", "le", 0),
    ("size", "ne", 3),
    ("price", "eq", "10.50"),
    ("price", "lt", "10.5"),
    ("day", "ge", "2026-01-31"),
    ("day", "within", [("2026-01-01", "2026-01-31")]),
    ("day", "outside", [("2026-01-01", "2026-01-31")]),
    ("archived", "eq", False),
    ("mail", "eq", "ann@example.com"),
    ("mail", "prefix", "ANN@"),
    ("marks", "contains", "vip"),
    ("owner", "in", ["bob", "cat"]),
    ("extra.tier", "eq", "gold"),
    ("extra.seats", "ge", 3),
    ("extra.rate", "eq", "1.5"),
    ("extra.area", "contains", "west"),
    ("extra.note", "eq", "ärger"),
    ("extra.tier", "empty", True),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@pytest.mark.parametrize("scope", [ALL, Scope("t1", frozenset({"bob"}))], ids=["all", "own"])
async def test_a_document_meets_what_the_views_would_find(condition: tuple[str, str, Any], scope: Scope) -> None:
    query = replace(where(condition), entries=ENTRIES)
    tests = validate(THINGS, query).where
    found = [d["id"] for d in DOCUMENTS if meets(d, tests) and in_scope(THINGS, d, scope)]
    assert found == matching(THINGS, [("t1", d) for d in DOCUMENTS], query, scope)
    views = SqliteViews.open(None)
    await views.declare([THINGS])
    await views.write([put(d) for d in DOCUMENTS])
    assert found == [d["id"] for d in (await views.find("things", query, scope)).items]
    await views.close()
    made = MadeRecords()
    for document in DOCUMENTS:
        made.note(THING, cast(Any, SimpleNamespace(id=document["id"], document=document)))
    assert [d["id"] for d in made.find("things", query, scope)] == found
    made.close()


async def test_a_made_record_stands_in_the_place_of_its_document() -> None:
    views, made = SqliteViews.open(None), MadeRecords()
    await views.declare([THINGS])
    await views.write([put(thing(f"k{n:02}", name="old", size=n)) for n in range(12)])
    layered = LayeredViews(views, made)

    def leave(document: Document) -> None:
        made.note(THING, cast(Any, SimpleNamespace(id=document["id"], document=document)))

    async def found(query: Query) -> list[str]:
        return sorted(d["id"] for d in (await layered.find("things", query, ALL)).items)

    old = where(("name", "eq", "old"), limit=3)
    assert len(await found(old)) == 3
    for n in range(10):
        leave(thing(f"k{n:02}", name="new", size=n))
    leave(thing("z", name="new", size=99))
    assert await found(old) == ["k10", "k11"]
    assert await layered.count("things", old, ALL) == 2
    new = where(("name", "eq", "new"), limit=50)
    assert await found(new) == [*(f"k{n:02}" for n in range(10)), "z"]
    leave(thing("z", name="old", size=99))  # after its name was indexed
    assert "z" not in await found(new)
    assert (await layered.find("things", where(("name", "eq", "old"), limit=2), ALL)).next is not None
    assert (await layered.get("things", "k01", ALL) or {})["name"] == "new"
    made.forget([("things", "k01"), ("things", "z")])
    assert (await layered.get("things", "k01", ALL) or {})["name"] == "old"
    assert await layered.get("things", "z", ALL) is None
    await views.close()
    made.close()
