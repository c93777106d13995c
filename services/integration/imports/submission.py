"""Beginning an import: its files go to the shared folder, then an event says that it has started.

Whichever process has the imports role carries it out.
"""

from __future__ import annotations

from services.integration.imports.upload import Sent, accept
from services.integration.jobs.files import JobFiles, remove
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access


async def start_import(
    kernel: Kernel,
    access: Access,
    sent: Sent,
    key: str | None = None,
    *,
    sample: bool = False,
) -> str:
    """Copy the files and begin the import; returns its id once it is durable.

    key: the idempotency key. sample: the records are made up.
    Raises Invalid (place in the mapping and line, or file and line), Forbidden, KeyReused.
    """
    id = kernel.ids.new()
    folder = JobFiles(kernel.files).of_job(id)
    opened = await accept(kernel, access, sent, folder)
    try:
        files = opened.summaries(await kernel.keys.index_key(access.tenant))
        body = {"name": opened.mapping.name, "mapping": sent.mapping, "files": files, "total": opened.total}
        body |= {"sample": True} if sample else {}
        done = await kernel.bus.send("integration.StartImport", body, Call(access, new_id=id, key=key))
    except BaseException:
        await remove(folder)
        raise
    if done.id != id:  # the same key came before
        await remove(folder)
    return done.id
