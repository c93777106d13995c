"""A command on its way: what surrounds its body, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.clock import Micros
from shared.domain.command import Command, CommandModel
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.repository import Repository
from shared.security.permissions import Access

if TYPE_CHECKING:
    from shared.kernel.batch import Batch
    from shared.kernel.decide import Decision


@dataclass(frozen=True, slots=True)
class Call:
    """Everything around one command that is not its body.

    id: the record; None = a new one. if_match: the version the caller saw. key: Idempotency-Key.
    occurred_at: when it happened, if not now. new_id: the id to give a new record (sagas choose it beforehand).
    """

    access: Access
    id: str | None = None
    if_match: int | None = None
    key: str | None = None
    occurred_at: Micros | None = None
    reason: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    on_behalf_of: str = ""
    new_id: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One command on its way through the bus. repository: where records are read. batch: what it is one of."""

    aggregate: AnyAggregate
    command: Command
    body: CommandModel
    call: Call
    repository: Repository
    batch: Batch | None
    traceparent: str


@dataclass(frozen=True, slots=True)
class Done:
    """The command's effect is durable: the record has this version.

    changed: whether events were written now. repeated: the request was carried out before; whether it wrote events then
    is not known. decision: what was decided; None for a repeated request and within a batch.
    """

    id: str
    version: int
    position: int = 0
    changed: bool = True
    repeated: bool = False
    decision: Decision | None = None
