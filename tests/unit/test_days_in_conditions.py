"""What days mean in conditions: whole days of a place on moments, ranges of days on days."""

from __future__ import annotations

from typing import Any

import pytest

from shared.clock import from_rfc3339
from shared.domain.calendar import Calendar
from shared.kernel.days import dated
from shared.views.port import Condition, Field, Kind

NEW_YORK = Calendar("America/New_York")
NOW = from_rfc3339("2026-12-24T03:00:00Z")  # in New York still the 23rd
DUE, CLOSES = Field("due", Kind.DATETIME, "", "", indexed=True), Field("closes", Kind.DATE, "", "", indexed=True)
BEGIN, END = "2026-12-24T05:00:00.000000Z", "2026-12-25T04:59:59.999999Z"
OTHER = "2026-01-01T00:00:00.000000Z"


def meant(field: Field, op: Any, value: Any) -> list[tuple[str, Any]]:
    made = dated(field, Condition(field.name, op, value), NEW_YORK, NOW)
    assert {c.field for c in made} == {field.name}
    return [(c.op, c.value) for c in made]


@pytest.mark.parametrize(
    ("op", "value", "conditions"),
    [
        ("eq", "2026-12-24", [("ge", BEGIN), ("le", END)]),
        ("ne", "2026-12-24", [("outside", [(BEGIN, END)])]),
        ("ge", "2026-12-24", [("ge", BEGIN)]),
        ("gt", "2026-12-24", [("gt", END)]),
        ("le", "2026-12-24", [("le", END)]),
        ("lt", "2026-12-24", [("lt", BEGIN)]),
        ("lt", "tomorrow", [("lt", BEGIN)]),
        ("in", ["2026-12-24", OTHER], [("within", [(BEGIN, END), (OTHER, OTHER)])]),
        ("eq", "last_month", [("ge", "2026-11-01T04:00:00.000000Z"), ("le", "2026-12-01T04:59:59.999999Z")]),
        ("ge", "-7d", [("ge", "2026-12-16T05:00:00.000000Z")]),
        ("ge", OTHER, [("ge", OTHER)]),
        ("in", [OTHER], [("in", [OTHER])]),
        ("empty", True, [("empty", True)]),
    ],
)
def test_on_moments_a_day_is_the_whole_day_there(op: str, value: Any, conditions: list[tuple[str, Any]]) -> None:
    assert meant(DUE, op, value) == conditions


@pytest.mark.parametrize(
    ("op", "value", "conditions"),
    [
        ("eq", "2026-12-24", [("eq", "2026-12-24")]),
        ("in", ["2026-12-24", "2026-12-25"], [("in", ["2026-12-24", "2026-12-25"])]),
        ("eq", "today", [("ge", "2026-12-23"), ("le", "2026-12-23")]),
        ("eq", "this_quarter", [("ge", "2026-10-01"), ("le", "2026-12-31")]),
        ("ne", "this_quarter", [("outside", [("2026-10-01", "2026-12-31")])]),
        ("gt", "this_quarter", [("gt", "2026-12-31")]),
        ("le", "this_quarter", [("le", "2026-12-31")]),
        ("lt", "today", [("lt", "2026-12-23")]),
        (
            "in",
            ["last_year", "2026-12-24"],
            [("within", [("2025-01-01", "2025-12-31"), ("2026-12-24", "2026-12-24")])],
        ),
    ],
)
def test_on_days_a_word_is_its_days(op: str, value: Any, conditions: list[tuple[str, Any]]) -> None:
    assert meant(CLOSES, op, value) == conditions


def test_other_kinds_keep_their_words() -> None:
    name = Field("name", Kind.TEXT, "", "", indexed=True)
    assert meant(name, "eq", "today") == [("eq", "today")]
