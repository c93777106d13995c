"""Commands that are sent together: what they read, and the order in which they decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.kernel.call import Task
from shared.kernel.decide import Decision
from shared.kernel.repository import Repository
from shared.views.port import ReadableViews

Decide = Callable[[Task], Awaitable[Decision]]


@dataclass(slots=True)
class Batch:
    """Where the commands of a batch read. Their rules over several records are left to the policy."""

    repository: Repository
    views: ReadableViews

    async def decide(self, task: Task, decide: Decide) -> Decision:
        """The decision of one of its commands. Raises what `decide` raises."""
        return await decide(task)
