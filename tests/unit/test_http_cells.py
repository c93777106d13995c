"""Exports: no cell is a formula, and what an export wrote comes back unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tabular.cells import Column, cell, columns_of, entries, neutralise, restore, typed
from shared.views.port import Document, Field, Kind

TEXT = Field("t", Kind.TEXT, "", "")
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_formulas_are_neutralised(start: str) -> None:
    assert cell(TEXT, f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["  =1+1", "\u3000＝1", "'=1", "''+1", "'\t"])
def test_formulas_behind_spaces_and_quotes_are_neutralised(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Acme", "a=b", "'quoted'", "", "1-2", "中=文"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert neutralise(text) == text == restore(text)


@given(st.text(st.sampled_from("'=+-@＝ \t\r\nax中"), max_size=12) | st.text(max_size=20))
def test_restore_takes_back_what_neutralise_did(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert not neutralise(text).lstrip(" \u3000")[:1] or neutralise(text).lstrip()[:1] not in set(FORMULA_STARTS)


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8), max_size=4))
def test_lists_come_back(values: list[str]) -> None:
    assert entries(restore(cell(Field("k", Kind.KEYWORDS, "", ""), values))) == values


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.DECIMAL, "-5.00", "-5.00"),
        (Kind.INTEGER, -3, "-3"),
        (Kind.BOOLEAN, False, "false"),
        (Kind.TEXT, None, ""),
        (Kind.KEYWORD, "+86101234", "'+86101234"),
        (Kind.KEYWORDS, ["a", "b"], "a; b"),
        (Kind.KEYWORDS, ["a;b", "c"], '["a;b","c"]'),
        (Kind.JSON, {"a": 1}, '{"a":1}'),
        (Kind.TEXT, "a\x07b", "ab"),
    ],
)
def test_cells_by_kind(kind: Kind, value: object, text: str) -> None:
    assert cell(Field("f", kind, "", ""), value) == text


FIELDS = (
    Field("name", Kind.TEXT, "", ""),
    Field("salary", Kind.DECIMAL, "", ""),
    Field("owner", Kind.KEYWORD, "", "", ref="user"),
    Field("custom", Kind.JSON, "", ""),
)


def texts(columns: list[Column], document: Document, titles: dict[str, str]) -> list[str]:
    return [cell(c.field, c.value(document, titles)) for c in columns]


def test_columns_leave_out_what_is_hidden_and_spread_custom_fields() -> None:
    custom = [Field("size", Kind.TEXT, "", "")]
    columns = columns_of(FIELDS, frozenset({"salary"}), None, custom, titles=True)
    assert [c.name for c in columns] == ["id", "version", "name", "owner", "owner.title", "custom.size"]
    document = {"id": "a", "version": 2, "name": "=A", "salary": "1.00", "owner": "u", "custom": {"size": "L"}}
    assert texts(columns, document, {"u": "@Anna"}) == ["a", "2", "'=A", "u", "'@Anna", "L"]


def test_columns_come_in_the_order_asked_for() -> None:
    custom = [Field("size", Kind.TEXT, "", ""), Field("tier", Kind.TEXT, "", "")]
    columns = columns_of(FIELDS, frozenset(), ["id", "version", "custom.tier", "salary", "name"], custom, titles=False)
    assert [c.name for c in columns] == ["id", "version", "custom.tier", "salary", "name"]


def test_columns_have_titles_for_people() -> None:
    fields = (Field("owner", Kind.KEYWORD, "负责人", "Owner", ref="user"),)
    for language, titles in (("en", ["Owner", "Owner (name)"]), ("zh-CN", ["负责人", "负责人（名称）"])):
        columns = columns_of(fields, frozenset(), ["owner"], [], titles=True, language=language)
        assert [c.title for c in columns] == titles


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.TEXT, "'=1+1", "''=1+1"),
        (Kind.TEXT, "", None),
        (Kind.TEXT, None, None),
        (Kind.BOOLEAN, False, False),
        (Kind.INTEGER, 7, 7),
        (Kind.INTEGER, -7, -7),
        (Kind.DECIMAL, "1054.00", 1054.0),
        (Kind.DECIMAL, "99999999999999.25", "99999999999999.25"),
        (Kind.DECIMAL, "0.000000000000123", 0.000000000000123),
        (Kind.DATE, "2026-11-24", date(2026, 11, 24)),
        (Kind.DATE, "1900-02-28", "1900-02-28"),
        (Kind.DATETIME, "2026-11-24T20:30:00.000001Z", datetime(2026, 11, 25, 4, 30, 0, 1)),
        (Kind.DATETIME, "0001-01-01T00:00:00.000000Z", "0001-01-01T00:00:00.000000Z"),
        (Kind.DATE, "[erased]", "[erased]"),
        (Kind.KEYWORDS, ["a", "b"], "a; b"),
    ],
)
def test_sheets_get_typed_values(kind: Kind, value: object, found: object) -> None:
    value = typed(Field("f", kind, "", ""), value, SHANGHAI)
    assert (value, type(value)) == (found, type(found))


@given(st.text(st.sampled_from("'=+-@＝ \t\r\nax中"), max_size=12))
def test_a_text_comes_back_from_a_sheet(text: str) -> None:
    assert restore(str(typed(TEXT, text) or "")) == text


@pytest.mark.parametrize(
    ("zone", "value", "found"),
    [
        (UTC, "2026-06-30T20:30:00.000001Z", "2026-06-30T20:30:00.000001Z"),
        (SHANGHAI, "2026-06-30T20:30:00.000001Z", "2026-07-01T04:30:00.000001+08:00"),
        (ZoneInfo("America/New_York"), "2026-07-01T03:30:00.000000Z", "2026-06-30T23:30:00.000000-04:00"),
        (ZoneInfo("America/New_York"), "2026-11-01T06:30:00.000000Z", "2026-11-01T01:30:00.000000-05:00"),
        (SHANGHAI, "9999-12-31T23:00:00.000000Z", "9999-12-31T23:00:00.000000Z"),
        (SHANGHAI, "[erased]", "[erased]"),
    ],
)
def test_moments_have_the_offset_of_the_place(zone: tzinfo, value: str, found: str) -> None:
    assert cell(Field("f", Kind.DATETIME, "", ""), value, zone) == found
