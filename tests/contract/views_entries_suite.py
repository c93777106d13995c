"""The part of the views suite about the entries of an open field: an organisation's own fields.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.views.port import (
    BadQuery,
    Buckets,
    Condition,
    Document,
    Field,
    Kind,
    Order,
    Query,
    Scope,
    Total,
    Views,
    Write,
)
from tests.contract.views_help import ALL, ENTRIES, THINGS, group, ids, put, thing
from tests.contract.views_naive import matching

OWN = [
    thing("a", extra={"note": "Ärger GmbH", "tier": "A", "area": ["north", "上海"], "seats": 9, "rate": "1000", "from": "2026-01-31", "seen": "2026-01-31T10:00:00.000001Z", "vip": True, "fee": {"amount": "10.50", "currency": "USD"}}),
    thing("b", extra={"note": "ÄRGER gmbh", "tier": "b", "area": [], "seats": 10, "rate": "-1e3", "from": "2025-12-31", "seen": "2026-01-31T10:00:00.000000Z", "vip": False, "fee": {"amount": "2", "currency": "JPY"}}),
    thing("c", owner="bob", extra={"note": "beta", "tier": "B", "area": ["south", "north"], "seats": -10, "rate": "1e3", "fee": {"amount": "10.5", "currency": "USD"}}),
    thing("d", owner="bob", extra={"note": "", "tier": None, "rate": "0.000000000000000001"}),
    thing("e"),
]  # fmt: skip


def own(*conditions: tuple[str, Any, Any], **rest: Any) -> Query:
    asked = tuple(Condition(f"extra.{name}", op, value) for name, op, value in conditions)
    return Query(asked, entries=ENTRIES, **rest)


CONDITIONS: list[tuple[tuple[str, Any, Any], str]] = [
    (("note", "eq", "ärger GMBH"), "ab"), (("note", "ne", "beta"), "abde"), (("note", "prefix", "äR"), "ab"), (("note", "gt", "b"), "c"),
    (("note", "contains", "GER g"), "ab"), (("note", "contains", "et"), "c"), (("tier", "contains", "b"), "bc"),
    (("note", "empty", True), "de"), (("note", "empty", False), "abc"), (("note", "in", ["BETA", "x"]), "c"),
    (("tier", "eq", "B"), "c"), (("tier", "prefix", "B"), "bc"), (("tier", "in", ["A", "b"]), "ab"), (("tier", "ne", "A"), "bcde"), (("tier", "lt", "B"), "a"),
    (("area", "contains", "north"), "ac"), (("area", "contains", "上海"), "a"), (("area", "contains", "nor"), ""), (("area", "empty", True), "bde"), (("area", "empty", False), "ac"),
    (("area", "in", ["south", "上海"]), "ac"), (("area", "ne", "south"), "abde"), (("area", "one_of", ["x", "south"]), "c"), (("area", "none_of", ["上海"]), "bcde"),
    (("tier", "one_of", ["A", *"x" * 600]), "a"), (("tier", "none_of", ["A", "B"]), "bde"),
    (("seats", "gt", 9), "b"), (("seats", "ge", 9), "ab"), (("seats", "lt", 9), "c"), (("seats", "in", [9, -10]), "ac"), (("seats", "empty", True), "de"),
    (("rate", "eq", "1000.0"), "ac"), (("rate", "eq", 1000), "ac"), (("rate", "lt", "1"), "bd"), (("rate", "gt", "0"), "acd"), (("rate", "le", "-1000"), "b"),
    (("from", "ge", "2026-01-01"), "a"), (("from", "lt", "2026-01-01"), "b"), (("seen", "gt", "2026-01-31T10:00:00.000000Z"), "a"),
    (("from", "within", [("2025-12-31", "2026-01-01"), ("2026-02-01", "2027-01-01")]), "b"), (("from", "outside", [("2025-01-01", "2026-01-01")]), "acde"),
    (("seen", "within", [("2026-01-31T10:00:00.000000Z", "2026-01-31T10:00:00.000000Z")]), "b"), (("from", "within", []), ""),
    (("vip", "eq", True), "a"), (("vip", "ne", True), "bcde"), (("vip", "in", [True, False]), "ab"),
    (("fee.amount", "eq", "10.50"), "ac"), (("fee.amount", "lt", "10"), "b"), (("fee.currency", "eq", "JPY"), "b"),
]  # fmt: skip


class ViewsEntriesSuite:
    async def test_conditions_on_entries(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in OWN])
        for condition, expected in CONDITIONS:
            assert "".join(await ids(views, own(condition))) == expected
            assert await views.count("things", own(condition), ALL) == len(expected)

    async def test_both_ends_of_a_range_are_asked_of_one_value(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in OWN])
        assert await ids(views, own(("seats", "gt", 8), ("seats", "lt", 10))) == ["a"]
        assert await ids(views, own(("area", "contains", "north"), ("area", "contains", "south"))) == ["c"]

    @pytest.mark.parametrize("field", [f.name for f in ENTRIES if f.kind is not Kind.KEYWORDS])
    @pytest.mark.parametrize("descending", [False, True])
    async def test_every_order_of_entries_with_ties_and_nothing(
        self, views: Views, field: str, descending: bool
    ) -> None:
        await views.declare([THINGS])
        documents = [{**d, "id": f"{d['id']}{n}"} for d in OWN for n in range(3)]
        await views.write([put(d) for d in documents])
        for limit in (1, 2, 4, 200):
            for scope in (ALL, Scope("t1", frozenset({"bob"}))):
                query = own(sort=field, descending=descending, limit=limit)
                expected = matching(THINGS, [("t1", d) for d in documents], query, scope)
                assert await ids(views, query, scope) == expected

    async def test_buckets_and_several_sums_of_entries(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in OWN])
        by = (Buckets("extra.rate", ("0", "1000")),)
        assert await views.totals("things", own(), ALL, by, "extra.seats", ("extra.fee.amount",)) == [
            Total((None,), 1, "0", ("0.00",)), Total((0,), 1, "10", ("2.00",)), Total((1,), 1, "0", ("0.00",)),
            Total((2,), 2, "-1", ("21.00",)),
        ]  # fmt: skip

    async def test_entries_in_groups_and_among_several_sort_keys(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in OWN])
        either = group("any", ("extra.seats", "eq", 9), group("all", ("extra.rate", "lt", "1"), ("owner", "eq", "bob")))
        assert await ids(views, Query((either,), entries=ENTRIES)) == ["a", "d"]
        neither = group("none", ("extra.seats", "gt", 0), ("extra.area", "contains", "south"))
        assert await ids(views, Query((neither,), entries=ENTRIES)) == ["d", "e"]
        for sort, then in (
            ("extra.tier", Order("owner", True)), ("owner", Order("extra.seats", True)), ("extra.vip", Order("extra.fee.amount")),
        ):  # fmt: skip
            for descending in (False, True):
                for limit in (1, 3):
                    query = own(sort=sort, descending=descending, then=(then,), limit=limit)
                    assert await ids(views, query) == matching(THINGS, [("t1", d) for d in OWN], query, ALL)

    async def test_entries_follow_the_document(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", extra={"tier": "A", "area": ["x", "y"], "seats": 1}))])
        await views.write([put(thing("a", extra={"tier": "B", "area": ["y"], "seats": 1}), version=2)])
        assert await ids(views, own(("tier", "eq", "A"))) == []
        assert await ids(views, own(("area", "contains", "x"))) == []
        assert await ids(views, own(("tier", "eq", "B"), ("area", "contains", "y"), ("seats", "eq", 1))) == ["a"]
        await views.write([put(thing("a"), version=3)])
        assert await ids(views, own(("seats", "empty", True))) == ["a"]
        await views.write([put(thing("a", extra={"tier": "C"}), version=4), Write("things", "t1", "a", None, 5)])
        assert await ids(views, own(("tier", "eq", "C"))) == []

    async def test_totals_by_and_of_entries(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in OWN])

        async def totals(*by: str, sum: str | None = None) -> list[Total]:
            asked = None if sum is None else f"extra.{sum}"
            return await views.totals("things", own(), ALL, tuple(f"extra.{name}" for name in by), asked)

        assert await totals("tier", sum="seats") == [
            Total((None,), 2, "0"), Total(("A",), 1, "9"), Total(("B",), 1, "-10"), Total(("b",), 1, "10")
        ]  # fmt: skip
        assert await totals("vip", sum="rate") == [
            Total((None,), 3, "1000.000000000000000001"), Total((False,), 1, "-1000.00"), Total((True,), 1, "1000.00")
        ]  # fmt: skip
        assert await totals("fee.currency", sum="fee.amount") == [
            Total((None,), 2, "0.00"), Total(("JPY",), 1, "2.00"), Total(("USD",), 2, "21.00")
        ]  # fmt: skip
        with pytest.raises(BadQuery):
            await totals("area")
        with pytest.raises(BadQuery):
            await totals(sum="note")

    @pytest.mark.parametrize(
        "query",
        [
            Query((Condition("extra.tier", "eq", "A"),)), Query(sort="extra.tier"), own(("seats", "contains", "A")), own(("area", "eq", "x")),
            own(("seats", "eq", "9")), own(("rate", "eq", "1,5")), own(("rate", "gt", "1e999")), own(("from", "eq", "31.1.2026")), own(sort="extra.area"),
            Query(entries=(Field("extra.x", Kind.JSON, "", "", indexed=True),)), Query(entries=(Field("name.x", Kind.TEXT, "", "", indexed=True),)),
            Query(entries=(Field("extra.", Kind.TEXT, "", "", indexed=True),)), own(sort="extra.seats", cursor="WyJ4IiwxLCJhIl0"),
        ],
    )  # fmt: skip
    async def test_entries_that_are_not_brought_or_not_sound_are_refused(self, views: Views, query: Query) -> None:
        await views.declare([THINGS])
        with pytest.raises(BadQuery):
            await views.find("things", query, ALL)

    @pytest.mark.parametrize("name", ["x' OR '1'='1", '"; DROP TABLE c1_entries; --', "$where", "a.b.c", "\0", "名"])
    async def test_names_and_values_of_entries_are_values(self, views: Views, name: str) -> None:
        await views.declare([THINGS])
        field = Field(f"extra.{name}", Kind.KEYWORD, "", "", indexed=True)
        value = {} if "." in name else {name: name}
        await views.write([put(thing("a", extra={**value, "other": name}))])
        query = Query((Condition(field.name, "eq", name),), sort=field.name, entries=(field,))
        assert await ids(views, query) == (["a"] if value else [])

    async def test_entries_answer_as_the_query_means(self, views: Views) -> None:
        await views.declare([THINGS])
        version = 0

        @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(_documents, max_size=20), st.lists(st.tuples(_queries, _scopes), min_size=1, max_size=6))
        def agree(documents: list[Document], asked: list[tuple[Query, Scope]]) -> None:
            nonlocal version
            version += 2
            stored = {d["id"]: d for d in documents}
            running = asyncio.run_coroutine_threadsafe(compare(list(stored.values()), asked, version), loop)
            running.result(60)

        async def compare(documents: list[Document], asked: list[tuple[Query, Scope]], version: int) -> None:
            await views.write([put(d, version=version) for d in documents])
            for query, scope in asked:
                expected = matching(THINGS, [("t1", d) for d in documents], query, scope)
                assert await ids(views, query, scope) == expected
                assert await views.count("things", query, scope) == len(expected)
            await views.write([Write("things", "t1", d["id"], None, version + 1) for d in documents])

        loop = asyncio.get_running_loop()
        await asyncio.to_thread(agree)


_texts = st.sampled_from(["a", "A", "b", "Straße", "STRASSE", "上海", "10", "1e1", "ﬁn", "é"])
_numbers = st.sampled_from(["0", "-0.0", "10", "1e1", "-10", "-1e1", "0.1", "-0.1", "9.99", "1234567890123456789.5"])
_values: dict[str, st.SearchStrategy[Any]] = {
    "note": _texts, "tier": _texts, "seats": st.integers(-12, 12), "rate": _numbers, "vip": st.booleans(),
    "from": st.sampled_from(["2026-01-01", "2025-12-31", "2026-10-01"]),
}  # fmt: skip
_documents = st.fixed_dictionaries(
    {"id": st.sampled_from([f"k{n}" for n in range(12)]), "owner": st.sampled_from(["ann", "bob", None])},
    optional={
        "name": _texts,
        "extra": st.fixed_dictionaries(
            {},
            optional={**{n: st.none() | s for n, s in _values.items()}, "area": st.lists(_texts, max_size=3)},
        ),
    },
)


def _conditions() -> st.SearchStrategy[Condition]:
    sets, among = st.sampled_from(["one_of", "none_of", "in"]), st.lists(_texts, max_size=3)
    each = [st.builds(Condition, st.just("extra.area"), st.sampled_from(["contains", "ne"]), _texts)]
    each.append(st.builds(Condition, st.sampled_from(["extra.area", "extra.tier"]), sets, among))
    for name, values in _values.items():
        ops = ["eq", "ne"] if name == "vip" else ["eq", "ne", "gt", "ge", "lt", "le"]
        each.append(st.builds(Condition, st.just(f"extra.{name}"), st.sampled_from(ops), values))
        each.append(st.builds(Condition, st.just(f"extra.{name}"), st.just("in"), st.lists(values, max_size=3)))
        each.append(st.builds(Condition, st.just(f"extra.{name}"), st.just("empty"), st.booleans()))
    each.append(st.builds(Condition, st.just("extra.area"), st.just("empty"), st.booleans()))
    each.append(st.builds(Condition, st.sampled_from(["extra.note", "extra.tier"]), st.just("prefix"), _texts))
    each.append(st.builds(Condition, st.just("name"), st.just("eq"), _texts))
    return st.one_of(each)


_queries = st.builds(
    lambda where, sort, descending, limit: replace(own(sort=sort, descending=descending, limit=limit), where=where),
    st.lists(_conditions(), max_size=3).map(tuple),
    st.sampled_from([*(f"extra.{name}" for name in _values), "name", "id"]),
    st.booleans(),
    st.integers(1, 9),
)
_scopes = st.builds(Scope, st.just("t1"), st.none() | st.frozensets(st.sampled_from(["ann", "bob"]), max_size=2))
