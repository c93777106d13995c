"""Sending the commands of a job through the bus, with the rights of the user in whose name it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from services.integration.jobs.batch_repository import BatchRepository
from shared.domain.command import Command, CommandModel
from shared.errors import CrmError, KeyReused
from shared.eventstore.port import StoreUnavailable
from shared.kernel.batch import Batch
from shared.kernel.bus import Call, CommandBus, Done
from shared.kernel.catalogue import AnyAggregate
from shared.security.keyring import KeysUnavailable
from shared.security.permissions import Access
from shared.views.port import ViewsUnavailable

IN_FLIGHT = 256  # records worked on at once: the store commits them together
AWAY = (StoreUnavailable, ViewsUnavailable, KeysUnavailable)  # answers again later
MAX_WAIT = 10.0  # longest wait, in seconds, between two attempts while the store cannot take anything


class Sender:
    """alone: each command is sent as by itself, so that the rules over several records refuse it at once; else they are
    left to the policy, which is quicker.
    """

    def __init__(self, bus: CommandBus, access: Access, job: str, *, alone: bool = False) -> None:
        self._bus, self._repository = bus, BatchRepository(bus.repository)
        self.access, self.job = access, job
        self._batch = None if alone else Batch(self._repository, bus.views)

    def begin(self, changed: Iterable[str]) -> None:
        """A batch that changes the records of these ids: each of its commands reads them as they are."""
        self._repository.begin((), changed)

    async def send(
        self, aggregate: AnyAggregate, command: Command, body: CommandModel, call: Call, batch: Batch | None = None
    ) -> Done | None:
        """Send one command; wait while the store cannot take it. Raises every other refusal.

        None: it was done before a crash, from a lookup that has another answer now.
        """
        wait = 0.1
        while True:
            try:
                return await self._bus.execute(aggregate, command, body, call, batch=batch or self._batch)
            except KeyReused:
                return None
            except CrmError as error:
                if error.status != 503:
                    raise
            except AWAY:
                pass
            await asyncio.sleep(wait)
            wait = min(wait * 2, MAX_WAIT)

    async def changed_before(self, aggregate: AnyAggregate, done: Done) -> bool:
        """Whether a command that was carried out before a crash wrote the record's event of that version."""
        if not done.repeated:
            return False
        stream, tenant = aggregate.stream(done.id), self.access.tenant
        found = await self._bus.repository.store.read(tenant, stream, after=done.version - 1, up_to=done.version)
        return any(self.job.encode() in event.metadata for event in found)


def command_of(aggregate: AnyAggregate, verb: str) -> Command | None:
    """An aggregate's command by its path segment."""
    return next((c for c in aggregate.commands.values() if c.verb == verb), None)
