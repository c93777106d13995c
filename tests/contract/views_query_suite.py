"""The part of the views suite about questions: conditions, orders, cursors.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.views.port import (
    RELEVANCE,
    BadQuery,
    Condition,
    Conditions,
    Document,
    Order,
    Query,
    Scope,
    Views,
    Write,
)
from tests.contract.views_help import ALL, SOME, THINGS, group, ids, put, thing, where
from tests.contract.views_naive import matching

CONDITIONS: list[tuple[tuple[str, Any, Any], str]] = [
    (("name", "eq", "BETA"), "bc"), (("name", "ne", "beta"), "ade"), (("name", "prefix", "äR"), "a"),
    (("name", "prefix", "上海"), "e"), (("name", "empty", True), "d"), (("name", "in", ["beta", "上海贸易有限公司"]), "bce"),
    (("name", "contains", "RGER g"), "a"), (("name", "contains", "海贸"), "e"), (("name", "contains", "et"), "bc"), (("name", "contains", "\x01"), ""), (("name", "contains", "arger"), ""),
    (("code", "contains", "-1"), "ab"), (("code", "contains", "ull"), "e"), (("mail", "contains", "@Example."), "a"), (("mail", "contains", "NN@"), "ab"),
    (("code", "eq", "X-1"), "a"), (("code", "eq", "x-1"), ""), (("code", "prefix", "x-1"), "ab"),
    (("code", "prefix", "full"), "e"), (("code", "empty", False), "abce"), (("code", "gt", "X-1"), "bce"),
    (("tags", "contains", "new"), "ac"), (("tags", "contains", "重要"), "e"), (("tags", "contains", "ne"), ""),
    (("tags", "in", ["new", "重要", "x"]), "ace"), (("tags", "in", []), ""), (("tags", "ne", "new"), "bde"),
    (("tags", "one_of", ["new"] * 600), "ac"), (("tags", "none_of", ["new", "重要"]), "bd"), (("marks", "in", ["VIP", "ｎew"]), "ab"),
    (("code", "one_of", ["X-1", *"y" * 600]), "a"), (("code", "none_of", ["X-1"]), "bcde"), (("mail", "one_of", ["ANN@example.com"]), "a"),
    (("tags", "empty", True), "bd"), (("tags", "empty", False), "ace"),
    (("mail", "eq", "aNN@example.COM"), "a"), (("mail", "in", ["x", "ann@xn--bcher-kva.example"]), "b"), (("mail", "ne", "ＡＮＮ@example.com"), "bcde"),
    (("mail", "prefix", "ＡNN@B"), "b"), (("mail", "prefix", "ann@"), "ab"), (("mail", "empty", True), "cde"), (("mail", "gt", "ANN@C"), "a"),
    (("marks", "contains", "viP"), "a"), (("marks", "contains", "ｎew"), "b"), (("marks", "contains", "vi"), ""),
    (("size", "lt", 3), "bc"), (("size", "le", 3), "abc"), (("size", "gt", -3), "ace"), (("size", "in", [0, 3, 7]), "ac"),
    (("size", "in", []), ""), (("size", "ge", 2**62), "e"),
    (("price", "eq", "10.5"), "ac"), (("price", "lt", "0"), "b"), (("price", "gt", 10), "ace"), (("price", "empty", True), "d"),
    (("price", "eq", Decimal("99999999999.9999")), "e"),
    (("day", "ge", "2026-01-31"), "ac"), (("day", "lt", "2026-01-31"), "b"),
    (("at", "gt", "2026-01-31T10:00:00.000000Z"), "a"), (("at", "eq", "2026-01-31T10:00:00.000000Z"), "b"),
    (("at", "le", "2026-01-31T10:00:00.000000Z"), "bc"),
    (("day", "within", [("2026-01-31", "2026-01-31")]), "a"), (("day", "outside", [("2026-01-31", "2026-01-31")]), "bcde"),
    (("day", "within", []), ""), (("day", "outside", []), "abcde"),
    (("at", "within", [("2026-01-31T10:00:00.000000Z", "2026-01-31T10:00:00.000000Z"), ("2027-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z")]), "b"),
    (("archived", "eq", False), "ace"), (("archived", "ne", True), "acde"), (("archived", "in", [True, False]), "abce"),
    (("owner", "eq", "bob"), "bc"), (("owner", "empty", True), "d"), (("id", "in", ["a", "c", "x"]), "ac"), (("id", "gt", "b"), "cde"),
]  # fmt: skip

GROUPS: list[tuple[Conditions, str]] = [
    (group("any", ("size", "eq", 3), ("tags", "contains", "重要")), "ae"), (group("any", ("size", "gt", 0), ("name", "eq", "beta")), "abce"),
    (group("all", ("size", "gt", -5), ("archived", "eq", False)), "ace"), (group("any", group("all", ("size", "gt", -5), ("owner", "eq", "bob")), ("id", "eq", "e")), "bce"),
    (group("none", ("size", "gt", 0)), "bcd"), (group("none", ("size", "le", 0), ("code", "prefix", "x")), "de"), (group("none", ("tags", "contains", "new")), "bde"), (group("none", ("name", "contains", "a")), "ade"),
    (group("none", ("size", "empty", True), group("none", ("owner", "eq", "bob"))), "bc"), (group("any", ("name", "contains", "海"), ("code", "contains", "x")), "abe"),
    (group("any", ("day", "ge", "2026-02-01"), ("day", "outside", [("2025-01-01", "2027-01-01")])), "cde"),
    (group("any"), ""), (group("none"), "abcde"), (group("all"), "abcde"), (group("any", group("all")), "abcde"),
]  # fmt: skip

REFUSED: list[Query] = [
    where(("nope", "eq", 1)), where(("notes", "eq", "x")), where(("extra", "eq", "x")), where(("name; DROP TABLE c1; --", "eq", "x")),
    where(("f0", "eq", "x")), where(("x.f0", "eq", "x")), where(("t", "eq", 1)), where(("name", "like", "x")), where(("name", "eq", None)),
    where(("name", "eq", {"$gt": ""})), where(("name", "eq", ["x"])), where(("size", "eq", "1")), where(("tags", "eq", "x")), where(("tags", "in", ["x"] * 501)), where(("tags", "in", [""])), where(("size", "one_of", [1])), where(("name", "none_of", ["x"])),
    where(("name", "in", "abc")), where(("name", "in", ["x"] * 501)), where(("archived", "gt", True)), where(("name", "prefix", "")),
    where(("name", "empty", "yes")), where(("name", "eq", "\ud800")), where(("id", "prefix", "a")), where(*[("size", "ge", 1)] * 51),
    Query(sort="nope"), Query(sort=RELEVANCE), Query(text="a", sort=RELEVANCE, cursor="x"), Query(sort="tags"), Query(sort="notes"), Query(sort="name DESC, (SELECT 1)"), Query(limit=0), Query(limit=-1),
    Query(text="x" * 201), Query(text="\ud800"), Query(cursor="nonsense"), Query(cursor="' OR 1=1 --"), Query(cursor="\ud800"),
    Query(cursor="WyJ4IiwxLCJhIl0"), Query(skip=-1), Query(skip=200_001), Query(skip=1, cursor="x"), Query(skip=1, text="a", sort=RELEVANCE),
    Query(then=(Order("nope"),)), Query(then=(Order("tags"),)), Query(sort="size", then=(Order("size", True),)), Query(then=(Order("size"), Order("name"), Order("code"))),
    Query((group("any", ("nope", "eq", 1)),)), Query((group("none", ("size", "prefix", "1")),)), Query((group("any", *[("size", "ge", 1)] * 51),)),
    Query((group("any", group("any", group("any", group("any", group("any", group("any", group("any", ("size", "eq", 1))))))),),)),
    where(("name", "contains", "")), where(("size", "contains", "1")),
]  # fmt: skip


class ViewsQuerySuite:
    async def test_conditions(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for condition, expected in CONDITIONS:
            query = where(condition)
            assert "".join(await ids(views, query)) == expected
            assert await views.count("things", query, ALL) == len(expected)

    async def test_groups_of_conditions(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for part, expected in GROUPS:
            assert "".join(await ids(views, Query((part,)))) == expected
            assert await views.count("things", Query((part,)), ALL) == len(expected)
            alone = Query((part, Condition("owner", "eq", "bob")), sort="size", descending=True, limit=1)
            assert await ids(views, alone) == matching(THINGS, [("t1", d) for d in SOME], alone, ALL)

    @pytest.mark.parametrize(
        ("orders", "expected"),
        [
            ("owner,-size", "dacbe"), ("-archived,name", "baced"), ("archived,-owner,-name", "decab"), ("-owner,id", "ebcad"), ("price,-size", "dbace"),
        ],
    )  # fmt: skip
    async def test_several_sort_keys(self, views: Views, orders: str, expected: str) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        first, *then = (Order(name.removeprefix("-"), name.startswith("-")) for name in orders.split(","))
        for limit in (1, 2, 4, 200):
            query = Query(sort=first.field, descending=first.descending, then=tuple(then), limit=limit)
            assert "".join(await ids(views, query)) == expected
            assert "".join(await ids(views, replace(query, skip=2))) == expected[2:]

    async def test_a_jump_goes_on_page_by_page(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n:03}", size=n // 2, owner=f"u{n % 3}")) for n in range(100)])
        for scope in (ALL, Scope("t1", frozenset({"u0", "u2"}))):
            for sort, descending in (("size", True), ("id", False), ("name", True)):
                whole = await ids(views, Query(sort=sort, descending=descending), scope)
                for skip in (1, 50, 200_000):
                    query = Query(sort=sort, descending=descending, limit=7, skip=skip)
                    assert await ids(views, query, scope) == whole[skip:]

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

    async def test_texts_are_in_the_order_of_people_and_equal_only_to_themselves(self, views: Views) -> None:
        await views.declare([THINGS])
        names = ["etat", "état", "Etata", "Fee", "Żuk", "zz", "Ёлка", "上海", "张伟", "重庆"]
        await views.write([put(thing(f"k{(n * 7) % 10}", name=name)) for n, name in enumerate(names)])
        for descending in (False, True):
            found = await views.find("things", Query(sort="name", descending=descending), ALL)
            assert [d["name"] for d in found.items] == names[:: -1 if descending else 1]
        for condition, expected in [
            (("name", "eq", "ÉTAT"), ["état"]), (("name", "eq", "etat"), ["etat"]), (("name", "in", ["zuk", "etat"]), ["etat"]),
            (("name", "prefix", "e"), ["etat", "Etata"]), (("name", "prefix", "É"), ["état"]), (("name", "prefix", "上"), ["上海"]),
            (("name", "prefix", "etat"), ["etat", "Etata"]), (("name", "lt", "Fee"), ["etat", "état", "Etata"]),
            (("name", "ge", "zz"), ["zz", "Ёлка", "上海", "张伟", "重庆"]), (("name", "gt", "上海"), ["张伟", "重庆"]),
        ]:  # fmt: skip
            page = await views.find("things", where(condition, sort="name"), ALL)
            assert [d["name"] for d in page.items] == expected, condition

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

    async def test_what_is_not_declared_or_not_sound_is_refused(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for query in REFUSED:
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
            assert await views.count("things", query, scope) == len(expected) + min(
                query.skip, len(matching(THINGS, documents, replace(query, skip=0), scope))
            )
        await views.write([Write("things", t, key, None, version + 1) for t, key in stored])


words = st.sampled_from(
    [
        "",
        "Acme",
        "acme gmbh",
        "ACME",
        "Straße",
        "STRASSE",
        "zurich",
        "zu\x01r",
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
    "owner": _people, "id": _keys, "mail": words,
}  # fmt: skip
documents = st.fixed_dictionaries(
    {"id": _keys, "owner": st.none() | _people},
    optional={
        **{name: st.none() | s for name, s in _values.items() if name not in ("id", "owner")},
        "tags": st.lists(words, max_size=3),
        "marks": st.lists(words, max_size=3),
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
    for name, values in (("day", _days), ("at", _moments)):
        ranges = st.lists(st.tuples(values, values), max_size=3)
        each.append(st.builds(Condition, st.just(name), st.sampled_from(["within", "outside"]), ranges))
    some = words.filter(bool)
    begin_or_part = st.sampled_from(["prefix", "contains"])
    each.append(
        st.builds(Condition, st.sampled_from(["name", "code", "mail"]), begin_or_part, some.map(lambda w: w[-3:]))
    )
    each.append(st.builds(Condition, st.sampled_from(["tags", "marks"]), st.sampled_from(["contains", "ne"]), some))
    sets, among = st.sampled_from(["one_of", "none_of"]), st.lists(some, max_size=3)
    each.append(st.builds(Condition, st.sampled_from(["tags", "marks"]), st.just("in") | sets, among))
    each.append(st.builds(Condition, st.sampled_from(["code", "mail"]), sets, among))
    each.append(st.builds(Condition, st.sampled_from(["tags", "marks"]), st.just("empty"), st.booleans()))
    return st.one_of(each)


_combine = st.sampled_from(["all", "any", "none"])
_parts = st.recursive(
    _conditions(), lambda inner: st.builds(Conditions, _combine, st.lists(inner, max_size=3).map(tuple)), max_leaves=6
)
_further = st.sampled_from([(), (), (Order("name"),), (Order("size", True),), (Order("at", True), Order("code"))])
_names = [name for name in _values if name not in ("name", "size", "at", "code")]
queries = st.builds(
    Query,
    st.lists(_parts, max_size=3).map(tuple),
    st.just("") | words,
    st.sampled_from(list(_values)),
    st.booleans(),
    st.integers(1, 9),
) | st.builds(
    Query,
    st.lists(_parts, max_size=2).map(tuple),
    sort=st.sampled_from(_names),
    descending=st.booleans(),
    limit=st.integers(1, 9),
    then=_further,
    skip=st.integers(0, 3),
)
scopes = st.builds(Scope, st.just("t1"), st.none() | st.frozensets(_people, max_size=3))
