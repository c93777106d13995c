"""The part of the views suite about full text: what is found, what comes first, who finds it.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from shared.views.port import RELEVANCE, Query, Scope, Views
from tests.contract.views_help import ALL, SOME, THINGS, ids, put, thing, where
from tests.contract.views_naive import matching

TEXTS: list[tuple[str, str]] = [
    ("beta", "bc"), ("BET", "bc"), ("gmbh ärger", "a"), ("gmbh beta", ""), ("贸易", "e"), ("海贸", "e"), ("易贸", ""), ("公", "e"),
    ("上海 公司", "e"), ("full", "e"), ("x 10", "b"), ("arger", "a"), ("aerger", "a"), ("shanghai", "e"), ("shmy", "e"), ("1234", "c"), ("0221 12-34", "c"), ("221 1235", ""), ("  ", "abcde"), ("!?", ""), ('" OR *', ""), ("NEAR(beta)", ""),
]  # fmt: skip


class ViewsTextSuite:
    async def test_full_text(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(d) for d in SOME])
        for text, expected in TEXTS:
            assert "".join(await ids(views, Query(text=text))) == expected
            assert await views.count("things", Query(text=text), ALL) == len(expected)

    @pytest.mark.parametrize(
        "text",
        ["muller", "Müller AG", "mull", "ag", "anna", "zhang", "zw", "5678", "贸易", "mulxer", "anna mulxer", "m", "x"],
    )
    async def test_the_best_come_first_then_the_newest(self, views: Views, text: str) -> None:
        await views.declare([THINGS])
        names = [
            "Muller",
            "Anna Müller",
            "Müller AG",
            "Mullermann",
            "Mueller",
            "张伟贸易",
            "Anna",
            "x",
            "AG",
            "M",
            "Annabel",
        ]
        documents = [
            thing(
                f"{name} {n} {owner}",
                name=name,
                notes="Anna Müller" if n % 5 == 0 else "",
                tel="+49 221 5678" if n % 7 == 0 else "",
                archived=n % 3 == 0,
                owner=owner,
            )
            for owner in ("ann", "bob", "cat")
            for n, name in enumerate(names * 2)
        ]
        await views.write([put(d) for d in documents])
        await views.write([put(d, tenant="t2") for d in documents])
        every = [("t1", d) for d in documents]
        for near in (False, True):
            for scope in (
                ALL,
                Scope("t1", frozenset({"bob", "unknown"})),
                Scope("t1", frozenset(f"u{n}" for n in range(50)) | {"cat"}),
            ):
                for limit in (1, 5, 40, 200):
                    query = where(("archived", "eq", False), text=text, sort=RELEVANCE, limit=limit, near=near)
                    page = await views.find("things", query, scope)
                    assert [d["id"] for d in page.items] == matching(THINGS, every, query, scope)
                    assert page.next is None
                    assert list(page.levels) == sorted(page.levels)
                    assert len(page.levels) == len(page.items)

    async def test_who_may_not_see_a_document_any_more_does_not_find_it(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="Acme", owner="ann"))])
        await views.write([put(thing("a", name="Acme", owner="bob"), version=2)])
        query = Query(text="acme", sort=RELEVANCE)
        for owner, found in (("ann", []), ("bob", ["a"])):
            page = await views.find("things", query, Scope("t1", frozenset({owner})))
            assert [d["id"] for d in page.items] == found
        await views.write([put(thing("a", name="", owner="bob"), version=3)])
        assert (await views.find("things", query, ALL)).items == []

    async def test_full_text_follows_changes(self, views: Views) -> None:
        await views.declare([THINGS])
        await views.write([put(thing("a", name="first name", notes="keeps"))])
        assert await ids(views, Query(text="first")) == ["a"]
        await views.write([put(thing("a", name="second name", notes="keeps"), version=2)])
        assert await ids(views, Query(text="first")) == []
        assert await ids(views, Query(text="second keeps")) == ["a"]
        await views.write([put(thing("a", name="second name", notes="keeps", size=5), version=3)])
        assert await ids(views, Query(text="second keeps")) == ["a"]
