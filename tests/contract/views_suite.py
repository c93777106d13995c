"""What every views adapter keeps. An adapter's test module subclasses this and gives `views`, an empty store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from operator import itemgetter

import pytest

from shared.views.capabilities import prepare_swap, purge_files
from shared.views.port import BadQuery, Checkpoint, Collection, Document, Field, Kind, Query, Scope, Total, Views, Write
from tests.contract.views_entries_suite import ViewsEntriesSuite
from tests.contract.views_help import ALL, OPEN, SOME, THINGS, ids, put, thing, where
from tests.contract.views_lease_suite import ViewsLeaseSuite
from tests.contract.views_query_suite import ViewsQuerySuite
from tests.contract.views_text_suite import ViewsTextSuite
from tests.contract.views_totals_suite import ViewsTotalsSuite


class ViewsSuite(ViewsQuerySuite, ViewsTextSuite, ViewsTotalsSuite, ViewsEntriesSuite, ViewsLeaseSuite):
    batches = 200  # written while a reader looks on

    async def test_a_declared_collection_is_new_once(self, views: Views) -> None:
        assert await views.declare([THINGS, OPEN]) == ["things", "notices"]
        assert await views.declare([THINGS, OPEN]) == []

    async def test_a_new_version_of_a_declaration_wants_a_rebuild_until_it_is_made(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(SOME[0])], [Checkpoint("p", 1)])
        newer = Collection("things", 2, (*THINGS.fields, Field("more", Kind.INTEGER, "多", "More", indexed=True)))
        assert await views.declare([newer]) == ["things"]
        assert await ids(views, Query()) == ["a"]
        await views.write([put(thing("b", more="no number, but the old declaration knows no such field"))])
        with pytest.raises(BadQuery):
            await views.find("things", where(("more", "eq", 1)), ALL)
        assert await views.declare([newer]) == ["things"]
        target = await views.begin_rebuild(newer)
        await views.write([put(thing("a", more=1), collection=target)])
        await views.swap(target)
        assert await views.declare([newer]) == []
        assert await ids(views, where(("more", "eq", 1))) == ["a"]

    async def test_a_collection_added_later_wants_its_past(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([], [Checkpoint("p", 7)])
        assert await views.declare([THINGS, OPEN]) == ["notices"]
        assert await views.declare([THINGS, OPEN]) == ["notices"]
        await views.swap(await views.begin_rebuild(OPEN))
        assert await views.declare([THINGS, OPEN]) == []

    async def test_documents_come_back_as_they_were_written(self, views: Views) -> None:
        await views.declare([THINGS])
        document = thing("a", extra={"deep": [1, None, "二"]}, unknown="kept")
        await views.write([put(document)])
        assert await views.get("things", "a", ALL) == document
        assert await views.get_many("things", ["a", "zz", "a"], ALL) == {"a": document}
        raw = await views.get_raw("things", "a", ALL)
        assert raw is not None
        assert b'"deep":[1,null,' in raw
        bodies, following = await views.find_raw("things", Query(), ALL)
        assert (bodies, following) == ([raw], None)

    async def test_unknown_keys_are_nothing(self, views: Views) -> None:
        await views.declare([THINGS])
        assert await views.get("things", "a", ALL) is None
        assert await views.get_raw("things", "\ud800", ALL) is None
        assert await views.get_many("things", [], ALL) == {}
        assert (await views.find("things", Query(), Scope("nobody"))).items == []

    async def test_only_newer_versions_are_written(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", size=2), version=2)])
        await views.write([put(thing("a", size=1), version=1), put(thing("a", size=9), version=2)])
        assert await ids(views, where(("size", "eq", 2))) == ["a"]
        await views.write([put(thing("a", size=3), version=3), put(thing("a", size=4), version=4)])
        assert await ids(views, where(("size", "ge", 3))) == ["a"]
        assert await ids(views, where(("size", "eq", 2))) == []

    async def test_entries_of_lists_have_versions_behind_those_of_records(self, views: Views) -> None:
        await views.declare([THINGS])
        for n, name in enumerate((None, "first", None, "second")):
            document = thing("a", name=name) if name else None
            await views.write([replace(put(thing("a")), document=document, version=2**62 + n)])
            await views.write([put(thing("a", name="stale"), version=2**61 - 1)])
            assert (await views.get("things", "a", ALL) or {}).get("name") == name
        await views.write([replace(put(thing("a", name="stale")), version=2**62 + 3)])
        assert (await views.get("things", "a", ALL) or {}).get("name") == "second"

    async def test_a_document_is_written_anew_as_of_the_version_that_it_has(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="before", tags=["x"]), version=2)])
        await views.write([replace(put(thing("a", name="older"), version=1), overwrite=True)])
        assert await ids(views, Query(text="before")) == ["a"]
        await views.write([replace(put(thing("a", name="masked"), version=2), overwrite=True)])
        assert (await ids(views, Query(text="masked")), await ids(views, Query(text="before"))) == (["a"], [])
        assert await ids(views, where(("tags", "contains", "x"))) == []
        await views.write([Write("things", "t1", "a", None, 3)])
        await views.write([replace(put(thing("a"), version=3), overwrite=True)])
        assert await views.get("things", "a", ALL) is None

    async def test_a_removal_leaves_a_tombstone(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="gone", tags=["x"]), version=1)])
        await views.write([Write("things", "t1", "a", None, 3)])
        assert await views.get("things", "a", ALL) is None
        assert await ids(views, Query(text="gone")) == []
        assert await ids(views, where(("tags", "contains", "x"))) == []
        await views.write([put(thing("a"), version=3)])
        assert await views.get("things", "a", ALL) is None
        await views.write([put(thing("a"), version=4)])
        assert await ids(views, Query()) == ["a"]
        await views.write([Write("things", "t1", "a", None, 4)])
        assert await ids(views, Query()) == ["a"]

    async def test_a_removal_may_come_before_the_document(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([Write("things", "t1", "a", None, 3), put(thing("a"), version=2)])
        assert await ids(views, Query()) == []

    async def test_writes_and_checkpoints_are_one(self, views: Views) -> None:
        await views.declare([THINGS])
        assert await views.checkpoint("p") == 0
        assert await views.chain_hash("p") == b""
        await views.write([put(thing("a"))], [Checkpoint("p", 5, b"hash"), Checkpoint("q", 6)])
        bad = [put(thing("b", owner="somebody new")), put(thing("c", size="many"))]
        with pytest.raises(ValueError, match="size"):
            await views.write(bad, [Checkpoint("p", 9)])
        assert (await views.checkpoint("p"), await views.chain_hash("p")) == (5, b"hash")
        assert (await views.checkpoint("q"), await views.chain_hash("q")) == (6, b"")
        await views.write([], [Checkpoint("p/1", 7, b"h"), Checkpoint("P", 8)])
        found = await views.checkpoints("p")
        assert found == {"p": Checkpoint("p", 5, b"hash"), "p/1": Checkpoint("p/1", 7, b"h")}
        assert await views.checkpoints("none") == {}
        assert await ids(views, Query()) == ["a"]
        await views.write([put(thing("b", owner="somebody new"))])
        assert await ids(views, Query(), Scope("t1", frozenset({"somebody new"}))) == ["b"]

    @pytest.mark.parametrize(
        "values",
        [
            {"size": 1.5}, {"size": True}, {"price": "1e5"}, {"price": "1.00001"}, {"day": "2026-02-30"},
            {"at": "2026-02-03T00:00:00Z"}, {"at": 5}, {"archived": 1}, {"tags": "x"}, {"tags": [1]}, {"code": 5},
            {"name": "\ud800"}, {"extra": {1, 2}},
        ],
    )  # fmt: skip
    async def test_a_document_that_does_not_fit_is_refused(self, views: Views, values: Document) -> None:
        await views.declare([THINGS])
        with pytest.raises(ValueError):
            await views.write([put(thing("a", **values))])
        assert await ids(views, Query()) == []

    async def test_tenants_never_meet(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="ours", tags=["x"])), put(thing("a", name="theirs", tags=["x"]), "t2")])
        await views.write([put(thing("b", name="theirs"), "t2")])
        for query in (Query(), where(("tags", "contains", "x")), Query(sort="name")):
            assert [d["name"] for d in (await views.find("things", query, ALL)).items] == ["ours"]
        assert await ids(views, Query(text="theirs")) == []
        assert await views.get("things", "b", ALL) is None
        assert await views.count("things", Query(), Scope("t2")) == 2
        await views.write([Write("things", "t2", "a", None, 9)])
        assert await ids(views, Query()) == ["a"]

    async def test_a_scope_shows_its_owners_records_only(self, views: Views) -> None:
        await views.declare([THINGS, OPEN])
        await views.write([put(d) for d in SOME])
        await views.write([put({"id": "n", "name": "for all"}, collection="notices")])
        bob, none = Scope("t1", frozenset({"bob"})), Scope("t1", frozenset())
        assert await ids(views, Query(sort="name"), bob) == ["b", "c"]
        assert await views.count("things", Query(), bob) == 2
        assert await views.get("things", "a", bob) is None
        assert await views.get_raw("things", "a", bob) is None
        assert set(await views.get_many("things", ["a", "b", "d"], bob)) == {"b"}
        assert await ids(views, Query(), none) == []
        assert await views.get_many("things", ["a", "b", "d"], none) == {}
        assert await ids(views, Query(), none, "notices") == ["n"]
        assert await views.totals("things", Query(), bob, (), "size") == [Total((), 2, "-3")]

    async def test_a_transferred_record_changes_eyes(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", owner="ann"))])
        await views.write([put(thing("a", owner="bob"), version=2)])
        assert await ids(views, Query(), Scope("t1", frozenset({"ann"}))) == []
        assert await ids(views, Query(), Scope("t1", frozenset({"bob"}))) == ["a"]

    async def test_scan_tells_everything_in_order(self, views: Views) -> None:
        await views.declare([THINGS])
        documents = [(t, f"k{n:04}") for t in ("t2", "t1") for n in range(0, 1200, 3)]
        await views.write([put(thing(k), t) for t, k in documents])
        assert [(t, k) async for t, k, _ in views.scan("things")] == sorted(documents)
        assert [k async for _, k, d in views.scan("things", "t2") if d["id"] == k] == [
            f"k{n:04}" for n in range(0, 1200, 3)
        ]
        assert [k async for _, k, _ in views.scan("things", "t3")] == []

    async def test_a_rebuild_takes_the_live_ones_place_under_readers(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n}", name="old version", tags=["old"])) for n in range(50)])
        stop = asyncio.Event()
        seen: set[str] = set()

        async def read() -> None:
            while not stop.is_set():
                page = await views.find("things", Query(sort="name", text="version"), ALL)
                names = {d["name"] for d in page.items}
                assert len(page.items) == 50
                assert len(names) == 1
                seen.update(names)
                assert await views.count("things", where(("size", "empty", True)), ALL) == 50
                await asyncio.sleep(0)

        readers = [asyncio.create_task(read()) for _ in range(3)]
        abandoned = await views.begin_rebuild(THINGS)
        await views.write([put(thing("zz"), collection=abandoned)])
        target = await views.begin_rebuild(THINGS)
        await views.write([put(thing(f"k{n}", name="new version"), collection=target) for n in range(50)])
        await views.write([put(thing("k0", name="live write"), version=1)])
        await prepare_swap(views, target)
        await views.write([put(thing("k1", name="new version", size=None), version=2, collection=target)])
        await asyncio.sleep(0.02)
        await views.swap(target, [Checkpoint("p", 9)])
        await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*readers)
        assert seen == {"old version", "new version"}
        assert await views.checkpoint("p") == 9
        assert await ids(views, where(("tags", "contains", "old"))) == []
        await views.write([put(thing("k1", name="after"), version=3)])
        assert await ids(views, Query(text="after")) == ["k1"]

    async def test_a_rebuild_need_not_be_prepared(self, views: Views) -> None:
        await views.declare([THINGS])
        target = await views.begin_rebuild(THINGS)
        await views.write([put(d, collection=target) for d in SOME])
        assert [d async for _, _, d in views.scan(target)] == sorted(SOME, key=itemgetter("id"))
        assert [d async for _, _, d in views.scan("things")] == []
        await views.swap(target)
        assert await ids(views, Query(text="beta")) == ["b", "c"]

    async def test_a_document_is_at_least_as_new_as_a_checkpoint_read_before_it(self, views: Views) -> None:
        await views.declare([THINGS])
        seen = 0

        async def read() -> None:
            nonlocal seen
            while seen < self.batches:
                seen = await views.checkpoint("p")
                found = await views.get("things", "k7", ALL)
                assert seen == 0 or (found is not None and found["version"] >= seen)
                await asyncio.sleep(0)

        reading = asyncio.create_task(read())
        for version in range(1, self.batches + 1):
            batch = [put(thing(f"k{n}"), version=version) for n in range(20)]
            await views.write(batch, [Checkpoint("p", version)])
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            await reading

    async def test_a_batch_written_again_changes_nothing(self, views: Views) -> None:
        """As after an error of which the caller cannot know how much was written."""
        await views.declare([THINGS])
        batch = [*(put(d, version=2) for d in SOME), Write("things", "t1", "gone", None, 2)]
        for writes in (batch[2:4], batch, batch):
            await views.write(writes, [Checkpoint("p", 9)])
        assert await ids(views, Query()) == ["a", "b", "c", "d", "e"]
        assert await views.checkpoint("p") == 9

    async def test_purging_changes_no_answer(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        await views.write([Write("things", "t1", "a", None, 2)])
        await purge_files(views)
        assert await ids(views, Query()) == ["b", "c", "d", "e"]
        assert await ids(views, Query(text="beta")) == ["b", "c"]
