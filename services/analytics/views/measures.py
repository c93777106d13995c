"""What the metrics are made of: one inner view with two sources, the roll-up where it is fresh, else the records."""

from __future__ import annotations

from dataclasses import replace

from services.analytics.rollups import MEASURED, ROLLUP
from services.analytics.views.spec import View, named
from services.analytics.views.spec import ViewColumn as C

_OPENED = ("opportunity.opened_at", "opportunity.opened_on")
_CLOSED = ("opportunity.closed_at", "opportunity.closed_on")


def _inner(name: str, sql: str, reads: tuple[str, ...], joins: tuple[str, ...] = ()) -> C:
    return C(name, "", "", "", sql, reads, joins)


MEASURES = View(
    "_measures",
    "",
    "",
    (
        _inner("n", "_o.n", ("opportunity.id",)),
        _inner("status", "_o.status", ("opportunity.status",)),
        _inner("currency", "_o.currency", ("opportunity.currency",)),
        _inner("month", "_o.month", _CLOSED),
        _inner("amount", "_o.amount", ("opportunity.amount",)),
        _inner("priced", "_o.priced", ("opportunity.amount",)),
        _inner("days", "_o.days", (*_OPENED, *_CLOSED)),
        _inner("timed", "_o.timed", (*_OPENED, *_CLOSED)),
        _inner("pipeline_id", "_o.pipeline", ("opportunity.pipeline",)),
        _inner("owner_id", "_o.owner", ("opportunity.owner",)),
        _inner("owner", named("_o.owner"), ("opportunity.owner", "user.name")),
        _inner("team", "_team.name", ("opportunity.owner", "user.teams", "team.name"), ("team",)),
        _inner("manager_id", "_agent.manager", ("opportunity.owner", "user.manager"), ("agent",)),
        _inner(
            "manager",
            named("_agent.manager"),
            ("opportunity.owner", "user.name", "user.manager"),
            ("agent",),
        ),
        _inner("product_id", "_o.product", ("opportunity.product",)),
        _inner("product", "_product.name", ("opportunity.product", "product.name"), ("product",)),
    ),
    "opportunity",
    source=f"({MEASURED}) AS _o",
)

ROLLED = replace(
    MEASURES,
    source=(
        f"(SELECT _r.* FROM {ROLLUP.name} AS _r PREWHERE _r.tenant = {{tenant:String}} "
        "AND _r.generation = {generation:UInt64}) AS _o"
    ),
)
