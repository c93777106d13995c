"""The commands that undo changes of a deal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.domain.undo import Reverse, Step, by, entries, restored
from shared.events.common import Changes


def _amount(back: Changes, state: Any) -> Iterator[Step]:
    wanted = restored(back, state, "amount", "currency")
    yield "ChangeAmount", {**wanted, "currency": wanted["currency"] or None}


def _lines(back: Changes, state: Any) -> Iterator[Step]:
    """The amount follows: it is the sum of the lines."""
    now, wanted = entries(back["lines"], "id")
    for id in now.keys() - wanted.keys():
        yield "RemoveLineItem", {"line": id}
    for id, line in wanted.items():
        values = {f: line[f] for f in ("name", "quantity", "unit_price", "discount_percent", "tax_percent")}
        if id not in now:
            yield "AddLineItem", {"product": line["product"], **values}
        elif line != now[id]:
            yield "ChangeLineItem", {"line": id, **values}


def _contact_roles(back: Changes, state: Any) -> Iterator[Step]:
    now, wanted = entries(back["contact_roles"], "contact")
    for contact in now.keys() - wanted.keys():
        yield "RemoveContactRole", {"contact": contact}
    for contact, entry in wanted.items():
        if entry != now.get(contact):
            yield "SetContactRole", {"contact": contact, "role": entry["role"]}


def _stage(back: Changes, state: Any) -> Iterator[Step]:
    """Restore the deal's own probability in that stage, not the present one of the stage."""
    yield "ChangeStage", restored(back, state, "stage", "probability")


_EXCHANGE = ("base_amount", "base_currency", "exchange_rate", "rate_day")  # follow the amount

REVERSES = (
    Reverse(("stage",), _stage, along=("probability", "stage_since", "checked")),
    Reverse(("lines",), _lines, along=("amount", *_EXCHANGE)),
    Reverse(("amount", "currency"), _amount, along=_EXCHANGE),
    by("ChangeCloseDate", "close_date"),
    Reverse(
        ("forecast_category",),
        lambda back, _: [("SetForecastCategory", {"category": back["forecast_category"]["to"]})],
    ),
    Reverse(("contact_roles",), _contact_roles),
)
