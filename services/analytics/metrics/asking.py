"""One metric asked: from the query string to the figures, through the gateway of analysts' SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.analytics.metrics.answers import Figures, figures
from services.analytics.metrics.catalogue import Seen, metric_for
from services.analytics.metrics.request import wish_of
from services.analytics.metrics.spec import Money
from services.analytics.metrics.statement import BASE, statement
from shared.clock import Micros
from shared.domain.calendar import Calendar
from shared.errors import FieldError, Invalid
from shared.http.params import Pairs, option
from shared.messages.languages import Language
from shared.security.permissions import Access

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway
    from shared.warehouse.turns import Gone


async def ask(
    gateway: SqlGateway,
    name: str,
    pairs: Pairs,
    access: Access,
    calendar: Calendar,
    now: Micros,
    language: Language,
    base: str = "",
    gone: Gone | None = None,
) -> Figures:
    """calendar, base: the organisation's; base is its currency. gone: as of `SqlGateway.asked`.

    Raises NotFound, Invalid naming the parameter, and as `SqlGateway.asked` does.
    """
    money: Money = "base" if option(dict(pairs), "currency", ("deal", "base"), "deal") == "base" else "deal"
    metric = metric_for(name, Seen(access, language), money)
    wish = wish_of(metric, pairs, calendar, now, access.user)
    today = calendar.date_of(now)
    question = statement(wish, money, calendar.fiscal_year_start)
    values = {**question.values, "$today": today.isoformat(), BASE: base}
    try:
        async with gateway.asked(question.text, access, values, gone) as found:
            return figures(wish, question, found, money, today, language)
    except Invalid as error:
        errors = [FieldError("metric", e.code, e.message) for e in error.errors]  # its places are not the caller's
        why = "the figures cannot be computed; ask for a shorter period or fewer groups"
        raise Invalid(why, errors=errors) from None
