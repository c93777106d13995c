"""All metrics, and those parts of each that exist for one caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.analytics.metrics.deals import DEALS
from services.analytics.metrics.spec import MONEY, Dimension, Figure, Metric, Money, in_currency, reads
from services.analytics.metrics.work import WORK
from services.analytics.views.documented import JOINS, VIEWS, within_reach
from services.analytics.views.spec import Scoping
from shared.errors import Forbidden, NotFound
from shared.messages import say
from shared.messages.languages import Language
from shared.security.permissions import Access

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in (*DEALS, *WORK)}


class Seen:
    """The columns of each view that exist for a caller. Raises Forbidden without a right to analytics."""

    def __init__(self, access: Access, language: Language) -> None:
        self._scoping = Scoping(access, within_reach(None), JOINS)
        self._language = {"en": "en", "zh-CN": "zh", "zh-TW": "tw"}[language]  # as columns of stages name it
        self._columns: dict[str, frozenset[str]] = {}

    def _of(self, view: str) -> frozenset[str]:
        if view not in self._columns:
            self._columns[view] = frozenset(c.name for c in self._scoping.columns(VIEWS[view]))
        return self._columns[view]

    def readable(self, view: str, *texts: str) -> bool:
        """Whether every column of the view that some SQL reads exists for the caller."""
        return reads(texts, (c.name for c in VIEWS[view].columns)) <= self._of(view)

    def part(self, metric: Metric, money: Money = "deal") -> Metric | None:
        """The metric without figures and dimensions that the caller may not see; None when nothing is left."""
        joined = all(self._of(view).issuperset(columns) for view, columns in metric.joined.items())
        if not self._of(metric.view) or not joined or not self.readable(metric.view, metric.where, metric.day):
            return None
        figures = tuple(f for f in metric.figures if self._has(metric.view, f, money))
        if not figures:
            return None
        dimensions = (d for d in metric.dimensions if self.readable(metric.view, d.sql, d.order))
        return replace(metric, figures=figures, dimensions=tuple(self._named(metric.view, d) for d in dimensions))

    def _has(self, view: str, figure: Figure, money: Money) -> bool:
        currency = "currency" if figure.unit in MONEY else ""
        return self.readable(view, in_currency(f"{figure.sql} {currency}", money))

    def _named(self, view: str, dimension: Dimension) -> Dimension:
        """Its text in the caller's language; without one where the caller may not see it."""
        text = dimension.text.replace("{language}", self._language)
        return replace(dimension, text=text if self.readable(view, text) else "")


def metric_for(name: str, seen: Seen, money: Money) -> Metric:
    """A metric as the caller sees it. Raises NotFound, Forbidden."""
    if (metric := METRICS.get(name)) is None:
        raise NotFound(say("there is no metric of this name"))
    if (part := seen.part(metric, money)) is None:
        raise Forbidden(say("no right to read {name}", name=name), resource="analytics", action="read")
    return part
