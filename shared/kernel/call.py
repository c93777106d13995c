"""The context of a command."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import Micros
from shared.security.permissions import Access


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
