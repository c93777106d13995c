"""What an account's deals come to: how many are open and won, and the open amounts of each currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.sales.opportunity import OPPORTUNITY, Opportunity
from services.sales.values import total
from shared.streaming.multistream import MultiStreamProjection
from shared.views.port import Collection, Document, Field, Kind


def part(deal: Opportunity) -> tuple[str, Document] | None:
    """What a deal adds to its account; nothing while it is archived, lost or without an account."""
    if deal.account is None or deal.archived or deal.status == "lost":
        return None
    if deal.status == "won":
        return deal.account, {"won_on": deal.closed_on}
    return deal.account, {"amount": deal.amount, "currency": deal.currency}


def combine(parts: Sequence[Document]) -> Document:
    """Amounts of several currencies are not added up. A deal without an amount counts, and adds none."""
    won = [one["won_on"] for one in parts if "won_on" in one]
    amounts: dict[str, list[Any]] = {}
    for one in parts:
        if one.get("amount") is not None:
            amounts.setdefault(one["currency"], []).append(one["amount"])
    return {
        "open_deals": len(parts) - len(won),
        "open_amount": {currency: total(amounts[currency], currency) for currency in sorted(amounts)},
        "won_deals": len(won),
        "last_won_on": max(won, default=None),
    }


DEAL_SUMMARIES = MultiStreamProjection(
    OPPORTUNITY.name,
    Collection(
        "deal_summaries",
        3,
        (
            Field("open_deals", Kind.INTEGER, "进行中商机", "Open deals"),
            Field("open_amount", Kind.JSON, "进行中金额", "Open amount"),
            Field("won_deals", Kind.INTEGER, "赢单数", "Won deals"),
            Field("last_won_on", Kind.DATE, "最近赢单日", "Last won on"),
            Field("parts", Kind.JSON, "明细", "Parts"),
        ),
        owner=None,
        title="id",
    ),
    part,
    combine,
)
