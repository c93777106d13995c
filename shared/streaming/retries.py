"""Another try for parked reactions, a few seconds at a time: the events that come meanwhile wait as long."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from shared.errors import redacted
from shared.streaming.leases import LeaseHolder
from shared.streaming.parked import OPERATORS, PARKED
from shared.views.paging import every
from shared.views.port import Condition, Document, LeaseLost, Query, Scope, Views, ViewsDamaged

PREFIX = "policy/"  # of the stream under which a reaction is parked: policy/<policy>/<stream>
PASS_SECONDS = 2.0  # of a pass; the entry in hand is finished
log = logging.getLogger("crm.policies")


async def try_some(
    views: Views, holder: LeaseHolder, retry: Callable[[Document], Awaitable[bool]], after: str
) -> tuple[int, str]:
    """Try parked reactions in the order of their ids, those behind `after`; one that fails stops no other.

    retry: whether an entry was carried out. Returns how many were, and the id to go on behind; "" = all were tried.
    Raises LeaseLost: another process tries them. ViewsUnavailable.
    """
    done, ends = 0, time.monotonic() + PASS_SECONDS
    query = Query((Condition("stream", "prefix", PREFIX), Condition("id", "gt", after or PREFIX)))
    async for document in every(views, PARKED.name, query, Scope(OPERATORS)):
        await views.write([], [], holder.lease())  # prolongs it: a reaction that fails writes nothing
        try:
            done += await retry(document)
        except (LeaseLost, ViewsDamaged):
            raise
        except Exception as error:  # such as an event that is unreadable, or a record that waits for a newer program
            log.warning("parked reaction %s was not tried: %s", document["id"], redacted(error))
        if time.monotonic() >= ends:
            return done, document["id"]
    return done, ""
