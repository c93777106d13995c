"""Views that keep the port and no more, as a store without transactions over documents does.

Documents are written first, then the checkpoints under the lease. Nothing prepares a swap, nothing purges files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.views.port import Checkpoint, Lease, Write
from shared.views.sqlite import SqliteViews

BEYOND_THE_PORT = ("prepare", "purge")


class TwoStepViews:
    """fails: the next write ends between its two steps with this error."""

    def __init__(self, inner: SqliteViews) -> None:
        self._inner = inner
        self.fails: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if name in BEYOND_THE_PORT:
            raise AttributeError(name)
        return getattr(self._inner, name)

    async def lease(self, *given: Any, **more: Any) -> Lease | None:
        return await self._inner.lease(*given, **more)

    async def write(
        self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None
    ) -> None:
        await self._inner.write([], [], lease)
        await self._inner.write(writes)
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        await self._inner.write([], checkpoints, lease)

    async def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint] = (), lease: Lease | None = None) -> None:
        await self._inner.swap(rebuilt, (), lease)
        await self._inner.write([], checkpoints, lease)
