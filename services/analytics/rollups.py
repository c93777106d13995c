"""What the metrics add up: a row per opportunity, and the roll-up of these rows for large organisations."""

from __future__ import annotations

from shared.warehouse.rollup import RollUp
from shared.warehouse.tables import Column

_REF = "LowCardinality(String)"


def day_of(moment: str) -> str:
    """The day of a moment where the organisation is."""
    return f"toDate32(toTimeZone({moment}, {{zone:String}}))"


def fiscal(start: str, day: str) -> str:
    """The first day of the fiscal quarter or year of a day: the calendar's, moved by the months before it begins."""
    return f"addMonths({start}(addMonths({day}, 1 - {{fiscal:UInt8}})), {{fiscal:UInt8}} - 1)"


_KEYS = (
    *(Column(name, _REF) for name in ("owner", "product", "pipeline", "status", "currency")),
    Column("month", "Nullable(Date32)"),
)
_SUMMED = (
    Column("n", "UInt64"),
    Column("amount", "Nullable(Decimal(38, 4))"),
    Column("priced", "UInt64"),
    Column("days", "Int64"),
    Column("timed", "UInt64"),
)

# Days are those of the organisation. month: of closing. priced: whether there is an amount. days: from opening to
# closing, timed: whether both are known
MEASURED = (
    "SELECT _m.owner AS owner, _m.product AS product, _m.pipeline AS pipeline, _m.status AS status, "
    "_m.currency AS currency, toStartOfMonth(_m.closed) AS month, toUInt64(1) AS n, _m.amount AS amount, "
    "toUInt64(isNotNull(_m.amount)) AS priced, "
    "ifNull(toInt64(dateDiff('day', _m.opened, _m.closed)), 0) AS days, "
    "toUInt64(isNotNull(_m.opened) AND isNotNull(_m.closed)) AS timed "
    f"FROM (SELECT _n.*, {day_of('_n.opened_at')} AS opened, {day_of('_n.closed_at')} AS closed "
    "FROM opportunities_now AS _n FINAL PREWHERE _n.tenant = {tenant:String} WHERE NOT _n.archived) AS _m"
)

_KEY_NAMES = ", ".join(c.name for c in _KEYS)
_SUMS = ", ".join(f"sum({c.name}) AS {c.name}" for c in _SUMMED)

ROLLUP = RollUp(
    "opportunity_rollup",
    "opportunities_now",
    (*_KEYS, *_SUMMED),
    f"SELECT {_KEY_NAMES}, {_SUMS} FROM ({MEASURED}) GROUP BY {_KEY_NAMES}",
)
