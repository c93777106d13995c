"""Beginning a bulk act: the ids of its records go to the shared folder, then an event says that it has started.

Whichever process has the imports role carries it out.
"""

from __future__ import annotations

import asyncio

from services.integration.bulk.ids import write_ids
from services.integration.bulk.request import Wanted
from services.integration.jobs.files import JobFiles, remove
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.request_keys import was_used
from shared.security.permissions import Access


async def start_bulk(kernel: Kernel, access: Access, wanted: Wanted, key: str | None = None, why: str = "") -> str:
    """Fix the records and begin the act; returns its id once it is durable.

    key: the idempotency key. why: the caller's reason, which each change bears.
    Raises Rejected when the filters find another number of records, Invalid, Forbidden, KeyReused.
    """
    id = kernel.ids.new()
    folder = JobFiles(kernel.files).of_job(id)
    if key is None or not await was_used(kernel.store, kernel.keys, access, key):
        # a first one may have changed what the filters find
        ids = await wanted.found(kernel, access)
        await asyncio.to_thread(write_ids, folder, ids)
    try:
        body = {
            "record_type": wanted.aggregate.name,
            "command": wanted.command.name,
            "body": wanted.body,
            "filters": wanted.filters,
            "total": wanted.count,
            "why": why,
        }
        done = await kernel.bus.send("integration.StartBulk", body, Call(access, new_id=id, key=key))
    except BaseException:
        await remove(folder)
        raise
    if done.id != id:  # the same key came before
        await remove(folder)
    return done.id
