"""Exports: no cell is a formula, and what an export wrote comes back unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tabular.cells import Columns, cell, entries, neutralise, restore
from shared.views.port import Field, Kind

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
    Field("custom_keys", Kind.KEYWORDS, "", ""),
)


def test_columns_leave_out_what_is_hidden_and_spread_custom_fields() -> None:
    columns = Columns(FIELDS, frozenset({"salary"}), None, [Field("size", Kind.TEXT, "", "")], titles=True)
    assert columns.header == ["id", "version", "name", "owner", "owner.title", "custom.size"]
    document = {"id": "a", "version": 2, "name": "=A", "salary": "1.00", "owner": "u", "custom": {"size": "L"}}
    assert columns.row(document, {"u": "@Anna"}) == ["a", "2", "'=A", "u", "'@Anna", "L"]


def test_columns_show_what_was_asked_for() -> None:
    columns = Columns(FIELDS, frozenset(), ["id", "version", "salary"], [], titles=False)
    assert columns.header == ["id", "version", "salary"]
