"""What the daily run of retention rules works with: one organisation, its rules, and commands that bear their cause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.audit.retention_candidates import Candidates, Wanted
from services.audit.retention_rule import RETENTION_RULE, RetentionRule
from services.audit.retention_run import RetentionRun
from shared.domain.aggregate import Aggregate
from shared.events.envelope import Event
from shared.kernel.bus import Call
from shared.kernel.call import Done
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access

AT_ONCE = 4  # records whose commands are on their way: a command of a person waits for no more of them
LONGEST_PAUSE = 1.0  # seconds
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """day: today, where the organisation is. go_on: prolongs the lease; raises LeaseLost."""

    kernel: Kernel
    tenant: str
    day: str
    go_on: Callable[[], Awaitable[None]]

    async def state(self, aggregate: Aggregate[Any], id: str) -> Any:
        """A record as the log has it."""
        return await self.kernel.repository.load(aggregate, self.tenant, id)

    async def may_run(self, rule: RetentionRule) -> bool:
        return rule.may_run(await self.kernel.directory.erases_by_request(self.tenant))

    async def stands_for(self, run: RetentionRun, rule: RetentionRule) -> bool:
        """Whether the rule is yet the one that announced the run, and may run."""
        return rule.activation == run.activation and await self.may_run(rule)

    def candidates(self, rule: RetentionRule) -> Candidates:
        wanted = Wanted(rule.resource, rule.conditions, rule.basis, rule.days)
        return Candidates(self.kernel, self.tenant, wanted)

    async def cause(self, aggregate: Aggregate[Any], id: str, kind: type[Event]) -> str:
        """The id of a record's newest event of a class; "" = there is none."""
        events = await self.kernel.repository.events(aggregate, self.tenant, id)
        return next((one.event_id for one in reversed(events) if isinstance(one.event, kind)), "")

    def sender(self, rule: RetentionRule, run: str, cause: str) -> Sender:
        return Sender(self, rule, run, cause)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends commands as the system, for who activated the rule. run: the act that they belong to; cause: the event."""

    work: Work
    rule: RetentionRule
    run: str
    cause: str

    async def send(
        self,
        name: str,
        body: dict[str, Any],
        *,
        id: str | None = None,
        new_id: str | None = None,
        match: int | None = None,
    ) -> Done:
        call = Call(
            access=system_access(self.work.tenant),
            id=id,
            if_match=match,
            new_id=new_id,
            correlation_id=self.run,
            causation_id=self.cause,
            on_behalf_of=self.rule.approvals[-1],
        )
        return await self.work.kernel.bus.send(name, body, call)


async def in_turns(items: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """The items, as many at a time as may be on their way. After each turn, others have as long as it took."""
    loop = asyncio.get_running_loop()
    for start in range(0, len(items), AT_ONCE):
        begun = loop.time()
        yield items[start : start + AT_ONCE]
        await asyncio.sleep(min(loop.time() - begun, LONGEST_PAUSE))


async def rule_of(work: Work, run: RetentionRun) -> RetentionRule:
    rule: RetentionRule = await work.state(RETENTION_RULE, run.rule)
    return rule
