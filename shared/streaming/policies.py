"""Policies: event → commands. They carry sagas forward; every command has a deterministic key, so a repeat is harmless.

The runner keeps its own checkpoint and resumes after a crash where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.bus import Call, CommandBus, Done
from shared.errors import CrmError
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded
from shared.security.permissions import system_access
from shared.views.port import Checkpoint

CHECKPOINT = "policies"
BATCH = 500
log = logging.getLogger("crm.policies")


@dataclass(frozen=True, slots=True)
class Reaction:
    """One policy's hand: sends commands caused by one event, as the system on behalf of its actor."""

    bus: CommandBus
    recorded: Recorded

    async def send(
        self, step: str, name: str, body: dict[str, Any], *, id: str | None = None, new_id: str | None = None
    ) -> Done:
        """`step` names the command within this reaction: the same event and step happen once, however often tried."""
        event = self.recorded
        call = Call(
            access=system_access(event.tenant),
            id=id,
            new_id=new_id,
            key=f"policy/{event.event_id}/{step}",
            on_behalf_of=event.metadata.on_behalf_of or event.metadata.actor,
            correlation_id=event.metadata.correlation_id,
            causation_id=event.event_id,
        )
        return await self.bus.send(name, body, call)


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens after certain events. react may be repeated and must be safe to repeat."""

    name: str
    handles: frozenset[type[Any]]
    react: Callable[[Reaction], Awaitable[None]]


class PolicyRunner:
    def __init__(self, policies: Sequence[Policy], bus: CommandBus, codec: Codec) -> None:
        self._policies, self._bus, self._codec = policies, bus, codec
        self.position = 0

    async def start(self) -> None:
        self.position = await self._bus.views.checkpoint(CHECKPOINT)

    async def run(self) -> None:
        """React for ever."""
        while True:
            try:
                if not await self.step():
                    await self._bus.repository.store.wait(self.position, 1.0)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("policies stopped at %s; trying again", self.position)
                await asyncio.sleep(1.0)

    async def step(self) -> int:
        """React to one page of events, then keep the checkpoint; returns how many events it had."""
        stored = await self._bus.repository.store.read_all(self.position, BATCH)
        for one in stored:
            try:
                await self.react(self._codec.decode(one))
            except Undecodable:
                continue  # the projector parks and tells it
        if stored:
            self.position = stored[-1].position
            await self._bus.views.write([], [Checkpoint(CHECKPOINT, self.position)])
        return len(stored)

    async def react(self, recorded: Recorded) -> None:
        """Run every policy that handles the event. A command that is refused is logged: refusing is an outcome."""
        for policy in self._policies:
            if type(recorded.event) in policy.handles:
                try:
                    await policy.react(Reaction(self._bus, recorded))
                except CrmError as error:
                    if error.status == 503:
                        raise
                    log.warning("policy %s after %s: %s", policy.name, recorded.event_id, error.detail)
