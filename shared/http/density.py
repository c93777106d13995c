"""`GET /<service>/<noun>/density`: changes per hour, day, week or month, for the bars of a time slider."""

from __future__ import annotations

from typing import Any

from shared.clock import to_rfc3339
from shared.domain.calendar import Calendar
from shared.errors import Invalid
from shared.http import params
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.density import BUCKETS, MOST, Bucket, bounds, density
from shared.kernel.kernel import Kernel
from shared.messages import say
from shared.security.permissions import Access
from shared.views.filters import with_plus

SHOWN = 30  # buckets up to now, where no begin is given
_LENGTHS: dict[Bucket, int] = {"hour": 3_600, "day": 86_400, "week": 7 * 86_400, "month": 31 * 86_400}  # seconds


async def density_of(
    kernel: Kernel, aggregate: AnyAggregate, access: Access, given: dict[str, str], calendar: Calendar
) -> dict[str, Any]:
    """The answer. Raises Invalid, Forbidden."""
    asked = params.option(given, "bucket", BUCKETS, "day")
    bucket = next(one for one in BUCKETS if one == asked)
    end = params.instant("to", with_plus(given["to"]), calendar) if "to" in given else kernel.clock.now()
    begin = end - (SHOWN - 1) * _LENGTHS[bucket] * 1_000_000
    if "from" in given:
        begin = params.beginning("from", with_plus(given["from"]), calendar)
    if begin > end:
        raise Invalid.field("from", "bad-range", "from is later than to")
    try:
        edges = bounds(calendar, bucket, begin, end)
    except (OverflowError, ValueError):
        raise Invalid.field("to", "bad-moment", "an RFC 3339 moment or a date is needed") from None
    if len(edges) - 1 > MOST:
        raise Invalid.field("bucket", "too-many", say("at most {most} buckets: ask for larger ones", most=MOST))
    counts = await density(kernel, aggregate, access, edges)
    items = [{"at": to_rfc3339(at), "count": count} for at, count in zip(edges, counts, strict=False)]
    return {"bucket": bucket, "items": items}
