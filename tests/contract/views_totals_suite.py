"""The part of the views suite about totals: counts and exact sums by groups and ranges.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from shared.views.port import BadQuery, Buckets, Query, Total, Views
from tests.contract.views_help import ALL, SOME, THINGS, put, thing, where


class ViewsTotalsSuite:
    async def test_totals(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        assert await views.totals("things", Query(), ALL, ("owner",), "price") == [
            Total((None,), 1, "0.00"), Total(("ann",), 1, "10.50"), Total(("bob",), 2, "8.50"),
            Total(("cat",), 1, "99999999999.9999"),
        ]  # fmt: skip
        assert await views.totals("things", where(("size", "le", 3)), ALL, ("archived", "name")) == [
            Total((False, "Ärger GmbH"), 1), Total((False, "Beta"), 1), Total((True, "beta"), 1)
        ]  # fmt: skip
        assert await views.totals("things", Query(), ALL, ("mail",)) == [
            Total((None,), 3), Total(("ａnn@bücher.example",), 1), Total(("Ann@Example.com",), 1)
        ]  # fmt: skip
        assert await views.totals("things", where(("size", "eq", 77)), ALL, (), "size") == []
        assert [t.keys for t in await views.totals("things", Query(), ALL, ("price",))] == [
            (None,), ("-2.00",), ("10.50",), ("99999999999.9999",)
        ]  # fmt: skip

    async def test_totals_by_buckets_and_of_several_fields(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for field, edges, expected in (
            ("size", (0, 3), [(None, 1), (0, 1), (1, 1), (2, 2)]), ("price", ("10.5",), [(None, 1), (0, 1), (1, 3)]),
            ("day", ("2026-01-01", "2026-02-01"), [(None, 2), (0, 1), (1, 1), (2, 1)]),
            ("at", ("2026-01-31T10:00:00.000001Z",), [(None, 2), (0, 2), (1, 1)]),
        ):  # fmt: skip
            found = await views.totals("things", Query(), ALL, (Buckets(field, edges),), "size", ("price",))
            assert [(t.keys[0], t.count) for t in found] == expected
        both = await views.totals("things", Query(), ALL, ("owner", Buckets("size", (0,))), "price", ("size",))
        assert both == [
            Total((None, None), 1, "0.00", ("0",)), Total(("ann", 1), 1, "10.50", ("3",)), Total(("bob", 0), 1, "-2.00", ("-3",)),
            Total(("bob", 1), 1, "10.50", ("0",)), Total(("cat", 1), 1, "99999999999.9999", (str(2**62),)),
        ]  # fmt: skip
        for wrong in (Buckets("name", ("a",)), Buckets("size", ()), Buckets("size", (2, 1)), Buckets("nope", (1,))):
            with pytest.raises(BadQuery):
                await views.totals("things", Query(), ALL, (wrong,))

    async def test_a_thousand_buckets(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing(f"k{n:04}", size=n)) for n in range(0, 2000, 7)])
        edges = tuple(range(1, 2001, 2))
        found = await views.totals("things", Query(), ALL, (Buckets("size", edges),))
        assert [t.keys[0] for t in found] == [sum(e <= n for e in edges) for n in range(0, 2000, 7)]

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
