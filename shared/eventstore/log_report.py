"""What a check of the log finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

ADVICE = "Put events.db back from a backup of before; do not replay. `crm verify --data` names all that is wrong"
SHOWN = 20  # findings a report names


class Finding(NamedTuple):
    """A problem in the log and its position. tenant, stream: "" where no event remains."""

    position: int
    problem: str
    tenant: str = ""
    stream: str = ""
    version: int = 0


class Known(NamedTuple):
    """The chain hash at a position, as another file noted it."""

    who: str
    position: int
    chain_hash: bytes

    @property
    def finding(self) -> Finding:
        """For a log with another chain hash there, or a shorter log."""
        return Finding(
            self.position, f"is not the one that {self.who} knew: the log was cut off, replaced or rewritten"
        )


def described(finding: Finding) -> str:
    """One line for people."""
    where = f" ({finding.stream} version {finding.version})" if finding.stream else ""
    return f"event {finding.position}{where} {finding.problem}" if finding.position else f"{finding.problem}{where}"


@dataclass(slots=True)
class LogReport:
    """The result of a check of the log: `findings`, 20 at most; `count` is whole. events: as many were read.

    chained_later: the events up to this position are older than their chain hashes. contents: whether they were
    compared with chain hashes; else their order alone was checked.
    """

    events: int = 0
    contents: bool = True
    chained_later: int = 0
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.count

    def note(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < SHOWN:
            self.findings.append(finding)
