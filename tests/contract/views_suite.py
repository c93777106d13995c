"""What every views adapter keeps. An adapter's test module subclasses this and gives a `views` fixture (an empty store).

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.views.port import (
    BadQuery,
    Checkpoint,
    Collection,
    Condition,
    Document,
    Field,
    Kind,
    Query,
    Scope,
    Total,
    Views,
    Write,
)  # fmt: skip
from tests.contract.views_naive import matching

THINGS = Collection(
    "things",
    1,
    (
        Field("name", Kind.TEXT, "名称", "Name", indexed=True, searchable=True),
        Field("code", Kind.KEYWORD, "代码", "Code", indexed=True, searchable=True),
        Field("tags", Kind.KEYWORDS, "标签", "Tags", indexed=True),
        Field("size", Kind.INTEGER, "大小", "Size", indexed=True),
        Field("price", Kind.DECIMAL, "价格", "Price", indexed=True),
        Field("day", Kind.DATE, "日期", "Day", indexed=True),
        Field("at", Kind.DATETIME, "时间", "At", indexed=True),
        Field("archived", Kind.BOOLEAN, "已归档", "Archived", indexed=True),
        Field("owner", Kind.KEYWORD, "负责人", "Owner", indexed=True),
        Field("notes", Kind.TEXT, "备注", "Notes", searchable=True),
        Field("extra", Kind.JSON, "其他", "Extra"),
    ),
)
OPEN = Collection("notices", 1, (Field("name", Kind.TEXT, "名称", "Name", indexed=True),), owner=None)
ALL = Scope("t1")


def thing(key: str, **values: Any) -> Document:
    return {"id": key, "version": 1, "owner": "ann", **values}


def put(document: Document, tenant: str = "t1", version: int = 1, collection: str = "things") -> Write:
    return Write(collection, tenant, document["id"], {**document, "version": version}, version)


async def ids(views: Views, query: Query, scope: Scope = ALL, collection: str = "things") -> list[str]:
    """All pages of a query, and the promise that pages neither overlap nor leave out."""
    found: list[str] = []
    while True:
        page = await views.find(collection, query, scope)
        found += [d["id"] for d in page.items]
        assert len(page.items) <= query.limit
        if page.next is None:
            return found
        assert len(page.items) == query.limit
        query = Query(query.where, query.text, query.sort, query.descending, query.limit, page.next)


def where(*conditions: tuple[str, Any, Any], **rest: Any) -> Query:
    return Query(tuple(Condition(*c) for c in conditions), **rest)


SOME = [
    thing("a", name="Ärger GmbH", code="X-1", tags=["vip", "new"], size=3, price="10.50", day="2026-01-31", at="2026-01-31T10:00:00.000001Z", archived=False),
    thing("b", name="beta", code="x-10", tags=[], size=-3, price="-2", day="2025-12-31", at="2026-01-31T10:00:00.000000Z", archived=True, owner="bob"),
    thing("c", name="Beta", code="Y", tags=["new"], size=0, price="10.5", day="2026-02-01", at="1999-12-31T23:59:59.999999Z", archived=False, owner="bob"),
    thing("d", name="", code=None, size=None, owner=None),
    thing("e", name="上海贸易有限公司", code="ＦＵＬＬ", tags=["重要"], size=2**62, price="99999999999.9999", archived=False, owner="cat"),
]  # fmt: skip


class ViewsSuite:
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
        await views.write([put(thing("a"))], [Checkpoint("p", 5), Checkpoint("q", 6)])
        bad = [put(thing("b", owner="somebody new")), put(thing("c", size="many"))]
        with pytest.raises(ValueError, match="size"):
            await views.write(bad, [Checkpoint("p", 9)])
        assert await views.checkpoint("p") == 5
        assert await views.checkpoint("q") == 6
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

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (("name", "eq", "BETA"), "bc"), (("name", "ne", "beta"), "ade"), (("name", "prefix", "äR"), "a"),
            (("name", "prefix", "上海"), "e"), (("name", "empty", True), "d"), (("name", "in", ["beta", "上海贸易有限公司"]), "bce"),
            (("code", "eq", "X-1"), "a"), (("code", "eq", "x-1"), ""), (("code", "prefix", "x-1"), "ab"),
            (("code", "prefix", "full"), "e"), (("code", "empty", False), "abce"), (("code", "gt", "X-1"), "bce"),
            (("tags", "contains", "new"), "ac"), (("tags", "contains", "重要"), "e"), (("tags", "contains", "ne"), ""),
            (("tags", "empty", True), "bd"), (("tags", "empty", False), "ace"),
            (("size", "lt", 3), "bc"), (("size", "le", 3), "abc"), (("size", "gt", -3), "ace"), (("size", "in", [0, 3, 7]), "ac"),
            (("size", "in", []), ""), (("size", "ge", 2**62), "e"),
            (("price", "eq", "10.5"), "ac"), (("price", "lt", "0"), "b"), (("price", "gt", 10), "ace"), (("price", "empty", True), "d"),
            (("price", "eq", Decimal("99999999999.9999")), "e"),
            (("day", "ge", "2026-01-31"), "ac"), (("day", "lt", "2026-01-31"), "b"),
            (("at", "gt", "2026-01-31T10:00:00.000000Z"), "a"), (("at", "eq", "2026-01-31T10:00:00.000000Z"), "b"),
            (("at", "le", "2026-01-31T10:00:00.000000Z"), "bc"),
            (("archived", "eq", False), "ace"), (("archived", "ne", True), "acde"), (("archived", "in", [True, False]), "abce"),
            (("owner", "eq", "bob"), "bc"), (("owner", "empty", True), "d"), (("id", "in", ["a", "c", "x"]), "ac"), (("id", "gt", "b"), "cde"),
        ],
    )  # fmt: skip
    async def test_conditions(self, views: Views, condition: tuple[str, Any, Any], expected: str) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        query = where(condition)
        assert "".join(await ids(views, query)) == expected
        assert await views.count("things", query, ALL) == len(expected)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("beta", "bc"), ("BET", "bc"), ("gmbh ärger", "a"), ("gmbh beta", ""), ("贸易", "e"), ("海贸", "e"), ("易贸", ""), ("公", "e"),
            ("上海 公司", "e"), ("full", "e"), ("x 10", "b"), ("  ", "abcde"), ("!?", ""), ('" OR *', ""), ("NEAR(beta)", ""),
        ],
    )  # fmt: skip
    async def test_full_text(self, views: Views, text: str, expected: str) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        assert "".join(await ids(views, Query(text=text))) == expected
        assert await views.count("things", Query(text=text), ALL) == len(expected)

    async def test_full_text_follows_changes(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="first name", notes="keeps"))])
        assert await ids(views, Query(text="first")) == ["a"]
        await views.write([put(thing("a", name="second name", notes="keeps"), version=2)])
        assert await ids(views, Query(text="first")) == []
        assert await ids(views, Query(text="second keeps")) == ["a"]
        await views.write([put(thing("a", name="second name", notes="keeps", size=5), version=3)])
        assert await ids(views, Query(text="second keeps")) == ["a"]

    @pytest.mark.parametrize("sort", ["id", "name", "code", "size", "price", "day", "at", "archived", "owner"])
    @pytest.mark.parametrize("descending", [False, True])
    async def test_every_sort_in_both_directions_with_ties_and_nulls(
        self, views: Views, sort: str, descending: bool
    ) -> None:
        await views.declare([THINGS])
        documents = [{**d, "id": f"{d['id']}{n}"} for d in SOME for n in range(3)]
        await views.write([put(d) for d in documents])
        for limit in (1, 2, 7, 200):
            for scope in (ALL, Scope("t1", frozenset({"ann", "bob", "unknown"}))):
                query = Query(sort=sort, descending=descending, limit=limit)
                expected = matching(THINGS, [("t1", d) for d in documents], query, scope)
                assert await ids(views, query, scope) == expected

    async def test_a_cursor_goes_on_where_documents_come_and_go(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n}", size=n)) for n in range(6)])
        first = await views.find("things", Query(sort="size", limit=3), ALL)
        await views.write([Write("things", "t1", "k2", None, 2), put(thing("new", size=4))])
        rest = await views.find("things", Query(sort="size", limit=9, cursor=first.next), ALL)
        assert [d["id"] for d in rest.items] == ["k3", "k4", "new", "k5"]

    async def test_pages_have_a_greatest_size(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n:04}")) for n in range(205)])
        page = await views.find("things", Query(limit=5000), ALL)
        assert len(page.items) == 200
        assert page.next is not None

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

    async def test_totals(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        assert await views.totals("things", Query(), ALL, ("owner",), "price") == [
            Total((None,), 1, "0.00"), Total(("ann",), 1, "10.50"), Total(("bob",), 2, "8.50"),
            Total(("cat",), 1, "99999999999.9999"),
        ]  # fmt: skip
        assert await views.totals("things", where(("size", "le", 3)), ALL, ("archived", "name")) == [
            Total((False, "Beta"), 1), Total((False, "Ärger GmbH"), 1), Total((True, "beta"), 1)
        ]  # fmt: skip
        assert await views.totals("things", where(("size", "eq", 77)), ALL, (), "size") == []
        assert [t.keys for t in await views.totals("things", Query(), ALL, ("price",))] == [
            (None,), ("-2.00",), ("10.50",), ("99999999999.9999",)
        ]  # fmt: skip

    async def test_totals_are_exact_beyond_63_bits(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n}", size=2**63 - 1, price="-922337203685477.5808")) for n in range(5)])
        assert await views.totals("things", Query(), ALL, (), "size") == [Total((), 5, str(5 * (2**63 - 1)))]
        assert await views.totals("things", Query(), ALL, (), "price") == [Total((), 5, "-4611686018427387.904")]

    @pytest.mark.parametrize(
        ("by", "sum"), [(("nope",), None), (("notes",), None), (("tags",), None), ((), "name"), ((), "x; --")]
    )
    async def test_totals_of_what_is_not_declared_are_refused(
        self, views: Views, by: tuple[str, ...], sum: str | None
    ) -> None:
        await views.declare([THINGS])
        with pytest.raises(BadQuery):
            await views.totals("things", Query(), ALL, by, sum)

    @pytest.mark.parametrize(
        "query",
        [
            where(("nope", "eq", 1)), where(("notes", "eq", "x")), where(("extra", "eq", "x")), where(("name; DROP TABLE c1; --", "eq", "x")),
            where(("f0", "eq", "x")), where(("x.f0", "eq", "x")), where(("t", "eq", 1)), where(("name", "like", "x")), where(("name", "eq", None)),
            where(("name", "eq", {"$gt": ""})), where(("name", "eq", ["x"])), where(("size", "eq", "1")), where(("tags", "eq", "x")),
            where(("name", "in", "abc")), where(("name", "in", ["x"] * 501)), where(("archived", "gt", True)), where(("name", "prefix", "")),
            where(("name", "empty", "yes")), where(("name", "eq", "\ud800")), where(("id", "prefix", "a")), where(*[("size", "ge", 1)] * 51),
            Query(sort="nope"), Query(sort="tags"), Query(sort="notes"), Query(sort="name DESC, (SELECT 1)"), Query(limit=0), Query(limit=-1),
            Query(text="x" * 201), Query(text="\ud800"), Query(cursor="nonsense"), Query(cursor="' OR 1=1 --"), Query(cursor="\ud800"),
            Query(cursor="WyJ4IiwxLCJhIl0"),
        ],
    )  # fmt: skip
    async def test_what_is_not_declared_or_not_sound_is_refused(self, views: Views, query: Query) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        with pytest.raises(BadQuery):
            await views.find("things", query, ALL)
        assert await views.count("things", Query(), ALL) == len(SOME)

    @pytest.mark.parametrize(
        "value", ["' OR '1'='1", '"; DROP TABLE c1; --', "%", "_", "*", "\0", "a\0b", "\\", "x' UNION SELECT 1 --"]
    )
    async def test_values_are_values(self, views: Views, value: str) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for field in ("name", "code", "owner", "id"):
            assert await ids(views, where((field, "eq", value))) == []
        assert await ids(views, where(("name", "prefix", value))) == []
        assert await ids(views, where(("tags", "contains", value))) == []
        assert await ids(views, Query(text=value + " zzz")) == []
        await views.write([put(thing(value, name=value, code=value, tags=[value], owner=value))])
        assert await ids(
            views, where(("name", "eq", value), ("code", "prefix", value), ("tags", "contains", value))
        ) == [value]
        assert await ids(views, Query(), Scope("t1", frozenset({value}))) == [value]
        assert await views.get_many("things", [value], ALL) != {}

    async def test_a_cursor_belongs_to_its_query(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        page = await views.find("things", Query(sort="name", limit=1), ALL)
        for other in (
            Query(sort="code", cursor=page.next), Query(sort="name", descending=True, cursor=page.next),
            where(("size", "gt", 0), sort="name", cursor=page.next),
        ):  # fmt: skip
            with pytest.raises(BadQuery):
                await views.find("things", other, ALL)

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
        await views.prepare(target)
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

    async def test_purging_changes_no_answer(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        await views.write([Write("things", "t1", "a", None, 2)])
        await views.purge()
        assert await ids(views, Query()) == ["b", "c", "d", "e"]
        assert await ids(views, Query(text="beta")) == ["b", "c"]

    async def test_find_equals_the_meaning_of_the_query(self, views: Views) -> None:
        await views.declare([THINGS])
        version = 0

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.lists(st.tuples(tenants, documents), max_size=25),
            st.lists(st.tuples(queries, scopes), min_size=1, max_size=6),
        )
        def agree(given_documents: list[tuple[str, Document]], asked: list[tuple[Query, Scope]]) -> None:
            nonlocal version
            version += 2
            stored = {(t, d["id"]): d for t, d in given_documents}
            writes = [put(d, t, version) for (t, _), d in stored.items()]
            done = asyncio.run_coroutine_threadsafe(self._compare(views, stored, writes, asked, version), loop)
            done.result(60)

        loop = asyncio.get_running_loop()
        await asyncio.to_thread(agree)

    async def _compare(
        self,
        views: Views,
        stored: dict[tuple[str, str], Document],
        writes: list[Write],
        asked: list[tuple[Query, Scope]],
        version: int,
    ) -> None:
        await views.write(writes)
        documents = [(t, d) for (t, _), d in stored.items()]
        for query, scope in asked:
            expected = matching(THINGS, documents, query, scope)
            assert await ids(views, query, scope) == expected
            assert await views.count("things", query, scope) == len(expected)
        await views.write([Write("things", t, key, None, version + 1) for t, key in stored])


words = st.sampled_from(
    [
        "",
        "Acme",
        "acme gmbh",
        "ACME",
        "Straße",
        "STRASSE",
        "上海",
        "上海贸易",
        "海贸",
        "zürich",
        "ﬁn",
        "x-1",
        "X-10",
        "a\u0301b",
    ]
)
tenants = st.sampled_from(["t1", "t1", "t1", "t2"])
_sizes = st.integers(-2, 3)
_prices = st.sampled_from(["0", "-1.5", "2.50", "2.5", "10", "9.9999"])
_days = st.sampled_from(["2026-01-01", "2026-01-02", "2025-12-31"])
_moments = st.sampled_from(
    ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000001Z", "2025-06-01T12:00:00.500000Z"]
)
_people = st.sampled_from(["ann", "bob", "cat", "dan"])
_keys = st.sampled_from([f"k{n}" for n in range(12)])
_values: dict[str, st.SearchStrategy[Any]] = {
    "name": words, "code": words, "size": _sizes, "price": _prices, "day": _days, "at": _moments, "archived": st.booleans(),
    "owner": _people, "id": _keys,
}  # fmt: skip
documents = st.fixed_dictionaries(
    {"id": _keys, "owner": st.none() | _people},
    optional={
        **{name: st.none() | s for name, s in _values.items() if name not in ("id", "owner")},
        "tags": st.lists(words, max_size=3),
        "notes": words,
    },
)


def _conditions() -> st.SearchStrategy[Condition]:
    each = []
    for name, values in _values.items():
        filled = values.filter(lambda v: v != "")
        ops = ["eq", "ne"] if name == "archived" else ["eq", "ne", "gt", "ge", "lt", "le"]
        each.append(st.builds(Condition, st.just(name), st.sampled_from(ops), filled))
        each.append(st.builds(Condition, st.just(name), st.just("in"), st.lists(filled, max_size=3)))
        if name != "id":
            each.append(st.builds(Condition, st.just(name), st.just("empty"), st.booleans()))
    some = words.filter(bool)
    each.append(st.builds(Condition, st.sampled_from(["name", "code"]), st.just("prefix"), some.map(lambda w: w[:3])))
    each.append(st.builds(Condition, st.just("tags"), st.just("contains"), some))
    each.append(st.builds(Condition, st.just("tags"), st.just("empty"), st.booleans()))
    return st.one_of(each)


queries = st.builds(
    Query,
    st.lists(_conditions(), max_size=3).map(tuple),
    st.just("") | words,
    st.sampled_from(list(_values)),
    st.booleans(),
    st.integers(1, 9),
)
scopes = st.builds(Scope, st.just("t1"), st.none() | st.frozensets(_people, max_size=3))
