"""What the views suites write and how they ask.

Tables of cases are wider than code.
"""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.views.port import (
    Collection,
    Combine,
    Condition,
    Conditions,
    Document,
    Field,
    Key,
    Kind,
    Query,
    Scope,
    Views,
    Write,
)

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
        Field("mail", Kind.KEYWORD, "邮箱", "E-mail", indexed=True, key=Key.EMAIL),
        Field("marks", Kind.KEYWORDS, "标记", "Marks", indexed=True, key=Key.TAG),
        Field("tel", Kind.KEYWORD, "电话", "Telephone", searchable=True, key=Key.PHONE),
        Field("extra", Kind.JSON, "其他", "Extra", entries=True),
    ),
)
ENTRIES = tuple(
    Field(f"extra.{name}", kind, name, name, indexed=True)
    for name, kind in {
        "note": Kind.TEXT, "tier": Kind.KEYWORD, "area": Kind.KEYWORDS, "seats": Kind.INTEGER, "rate": Kind.DECIMAL,
        "from": Kind.DATE, "seen": Kind.DATETIME, "vip": Kind.BOOLEAN, "fee.amount": Kind.DECIMAL, "fee.currency": Kind.KEYWORD,
    }.items()
)  # fmt: skip
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
        query = replace(query, cursor=page.next, skip=0)


def where(*conditions: tuple[str, Any, Any], **rest: Any) -> Query:
    return Query(tuple(Condition(*c) for c in conditions), **rest)


def group(combine: Combine, *parts: tuple[str, Any, Any] | Conditions) -> Conditions:
    return Conditions(combine, tuple(p if isinstance(p, Conditions) else Condition(*p) for p in parts))


SOME = [
    thing("a", name="Ärger GmbH", code="X-1", tags=["vip", "new"], size=3, price="10.50", day="2026-01-31", at="2026-01-31T10:00:00.000001Z", archived=False, mail="Ann@Example.com", marks=["Vip", "ＶＩＰ"]),
    thing("b", name="beta", code="x-10", tags=[], size=-3, price="-2", day="2025-12-31", at="2026-01-31T10:00:00.000000Z", archived=True, owner="bob", mail="ａnn@bücher.example", marks=["new"]),
    thing("c", name="Beta", code="Y", tags=["new"], size=0, price="10.5", day="2026-02-01", at="1999-12-31T23:59:59.999999Z", archived=False, owner="bob", tel="+492211234"),
    thing("d", name="", code=None, size=None, owner=None),
    thing("e", name="上海贸易有限公司", code="ＦＵＬＬ", tags=["重要"], size=2**62, price="99999999999.9999", archived=False, owner="cat"),
]  # fmt: skip
