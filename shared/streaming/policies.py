"""Policies: event → commands. They carry sagas forward; every command has a deterministic key, so a repeat is harmless.

The runner keeps its own checkpoint and resumes after a crash where it was. A reaction that keeps failing is parked and
tried again at the next start and every few minutes (see retries.py); the others go on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial

from opentelemetry import trace

from shared.clock import Clock
from shared.errors import CrmError, Unavailable, passes, redacted
from shared.events.codec import Codec, Undecodable
from shared.events.envelope import Recorded, Stored
from shared.events.registry import type_of
from shared.faults import crashpoint
from shared.kernel.bus import CommandBus
from shared.past.port import PastUpkeep
from shared.streaming.feed import Batch, StoreFeed
from shared.streaming.folding import PASSING
from shared.streaming.leases import LeaseHolder
from shared.streaming.parked import OPERATORS, PARKED, Entries
from shared.streaming.reaction import PastAway, Policy, Reaction
from shared.streaming.retries import PREFIX, try_some
from shared.streaming.subscription import Pace, Subscription
from shared.telemetry.links import caused_by
from shared.telemetry.metrics import PARKED_EVENTS
from shared.telemetry.spans import span
from shared.views.capabilities import purge_files
from shared.views.port import Checkpoint, Document, LeaseLost, Scope, Write

CHECKPOINT = "policies:reactions"
BATCH = 500
PAUSE = 0.01  # seconds between two batches, so that events gather under load
RETRY_SECONDS = 1.0
ATTEMPTS = 4
PAUSE_SECONDS = 0.1
PARKED_SECONDS = 300.0  # between two looks at what is parked: what refused it, such as a hold, may have ended
REST_SECONDS = 10.0  # between two parts of a look: most of the time is for events
log = logging.getLogger("crm.policies")
_tracer = trace.get_tracer("crm.policies")


class PolicyRunner(Subscription):
    """The policies' subscription to the event store."""

    def __init__(
        self,
        policies: Sequence[Policy],
        bus: CommandBus,
        codec: Codec,
        clock: Clock | None = None,
        past: PastUpkeep | None = None,
    ) -> None:
        store, holder = bus.repository.store, LeaseHolder(bus.views, CHECKPOINT, clock)
        self._reactions = Reactions(policies, bus, codec, holder, past)
        self._views, self._look_at, self._after = bus.views, 0.0, ""
        super().__init__(StoreFeed(store), self._reactions, holder, Pace(BATCH, lambda _: PAUSE, RETRY_SECONDS))

    def add(self, policy: Policy) -> None:
        """One more policy; before `run`."""
        self._reactions.add(policy)

    async def retry_parked(self, attempts: int = ATTEMPTS) -> int:
        """Try every parked reaction again; returns how many were carried out now."""
        done, after = await self._retry_some(attempts)
        while after:
            more, after = await self._retry_some(attempts, after)
            done += more
        return done

    async def _retry_some(self, attempts: int, after: str = "") -> tuple[int, str]:
        async with self.lock, self.holder.kept():
            return await try_some(self._views, self.holder, partial(self._reactions.retry, attempts), after)

    async def idle(self) -> None:
        """Wait for the next event. Before the first time, and now and then, what is parked is tried once more."""
        if self.holder.held and time.monotonic() >= self._look_at:
            try:
                _, self._after = await self._retry_some(1, self._after)
            except LeaseLost:
                self.holder.lose()
            except Exception:
                log.exception("parked reactions could not be tried again")
            self._look_at = time.monotonic() + (REST_SECONDS if self._after else PARKED_SECONDS)
        await super().idle()


class Reactions:
    """The handler: every policy that handles an event reacts to it. A reaction that keeps failing is parked."""

    def __init__(
        self,
        policies: Sequence[Policy],
        bus: CommandBus,
        codec: Codec,
        holder: LeaseHolder,
        past: PastUpkeep | None = None,
    ) -> None:
        self._policies: list[Policy] = []
        self._bus, self._codec, self._holder, self._past = bus, codec, holder, past
        self._types: set[str] = set()
        self._entries = Entries(bus.views, "policies")
        self._kept = 0
        self._views_to_purge = False
        self._past_to_purge: tuple[Policy, Recorded] | None = None  # the last reaction that wants it
        for policy in policies:
            self.add(policy)

    def add(self, policy: Policy) -> None:
        """See PolicyRunner.add."""
        self._policies.append(policy)
        self._types |= {type_of(handled).name for handled in policy.handles}

    async def position(self) -> int:
        """See Handler.position."""
        return await self._bus.views.checkpoint(CHECKPOINT)

    async def load(self) -> int:
        """See Handler.load."""
        await self._entries.load()
        self._kept = await self.position()
        return self._kept

    async def handle(self, batch: Batch) -> int:
        """React to the events in turn. The position is kept after reactions; other events may be read again."""
        reached, reacted = self._kept, False
        try:
            for one in batch.events:
                if one.type in self._types:
                    await self._react_to(one)
                    reacted = True
                    crashpoint("policies.reacted")
                reached = one.position
        finally:  # what was reacted to counts, even where a later reaction failed
            await self._purge()
            if reacted or reached - self._kept >= BATCH:
                crashpoint("policies.before_checkpoint")
                await self._bus.views.write([], [Checkpoint(CHECKPOINT, reached)], self._holder.lease())
                self._kept = reached
        return batch.position

    def forget(self) -> None:
        """See Handler.forget. Reactions leave nothing in memory."""

    async def _react_to(self, one: Stored) -> None:
        try:
            recorded = await self._codec.decode(one)
        except Undecodable:
            return  # the projector parks it and reports it
        for policy in self._policies:
            if type(recorded.event) in policy.handles:
                with span(_tracer, f"policy {policy.name}", context=caused_by(one)):
                    error = await self._attempt(policy, recorded)
                if error is not None:
                    await self._park(policy, recorded, error)

    async def _attempt(self, policy: Policy, recorded: Recorded, attempts: int = ATTEMPTS) -> Exception | None:
        """React, in a few attempts; returns why all of them failed. A refused command is logged: that is an outcome.

        Raises what will pass by itself, such as Unavailable.
        """
        failure: Exception | None = None
        for attempt in range(1, attempts + 1):
            try:
                await self._carry_out(policy, Reaction(self._bus, recorded))
                return None
            except CrmError as error:
                if passes(error):
                    raise
                log.warning("policy %s after %s: %s", policy.name, recorded.event_id, redacted(error))
                return None
            except PASSING:
                raise
            except Exception as error:
                failure = error
                log.warning("policy %s: attempt %s at %s: %s", policy.name, attempt, recorded.event_id, redacted(error))
                if attempt < attempts:
                    await asyncio.sleep(PAUSE_SECONDS * attempt)
        return failure

    async def _carry_out(self, policy: Policy, reaction: Reaction) -> None:
        """React. What was masked by then is followed up also where the rest is refused or fails, maybe for months."""
        try:
            await policy.react(reaction)
        except Exception as error:
            try:
                await self._follow_up(policy, reaction)
            except PastAway:
                if isinstance(error, CrmError) and not passes(error):
                    raise  # else it would be over; after any other error it is tried again as it is
            raise
        await self._follow_up(policy, reaction)

    async def _follow_up(self, policy: Policy, reaction: Reaction) -> None:
        """The past comes after all views: its process may be away. Raises PastAway: the reaction is to be parked."""
        self._views_to_purge |= reaction.afterwards.purge
        if self._past is None:
            return
        for category, id in reaction.afterwards.rewritten:
            try:
                await self._past.rewrite(category, reaction.tenant, id)
            except Unavailable as error:
                raise PastAway(error.detail) from error
        if reaction.afterwards.purge:
            self._past_to_purge = policy, reaction.recorded

    async def _purge(self) -> bool:
        """Purge what reactions asked for. False: the process with the past is away, and a reaction that asks for its
        purge again is parked."""
        if self._views_to_purge:
            await purge_files(self._bus.views)
            self._views_to_purge = False
        if self._past is None or self._past_to_purge is None:
            return True
        reached = True
        try:
            await self._past.purge()
        except Unavailable as error:
            reached, (policy, recorded) = False, self._past_to_purge
            key = f"{_parked_as(policy, recorded)}.{recorded.version}"
            if await self._bus.views.get(PARKED.name, key, Scope(OPERATORS)) is None:  # else its first error stays
                await self._park(policy, recorded, PastAway(error.detail))
        self._past_to_purge = None
        return reached

    async def _park(self, policy: Policy, recorded: Recorded, error: Exception) -> None:
        log.error("parked reaction of policy %s to %s: %s", policy.name, recorded.event_id, redacted(error))
        PARKED_EVENTS.add(1)
        await self._write_entry(self._entries.put(recorded, _parked_as(policy, recorded), redacted(error)))

    async def retry(self, attempts: int, parked: Document) -> bool:
        """Try a parked reaction again; whether it was carried out. Raises what `_attempt` raises, Undecodable."""
        _, name, stream = parked["stream"].split("/", 2)
        version = parked["event_version"]
        stored = await self._bus.repository.store.read(parked["tenant"], stream, after=version - 1, up_to=version)
        policy = next((p for p in self._policies if p.name == name), None)
        if policy is not None and stored:
            recorded = await self._codec.decode(stored[0])
            try:
                error = await self._attempt(policy, recorded, attempts)
            finally:
                purged = await self._purge()
            if error is not None or not purged:
                return False
        await self._write_entry(self._entries.remove(parked["id"]))
        return policy is not None

    async def _write_entry(self, write: Write) -> None:
        await self._bus.views.write([write], self._entries.checkpoints(), self._holder.lease())
        self._entries.settle()


def _parked_as(policy: Policy, recorded: Recorded) -> str:
    """The stream under which the reaction stands in the list."""
    return f"{PREFIX}{policy.name}/{recorded.stream}"
