"""What a views adapter may offer beyond the port. The functions here use a capability where there is one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from shared.views.port import Views


@runtime_checkable
class PreparesSwap(Protocol):
    async def prepare(self, rebuilt: str) -> None:
        """Build what searching the rebuilt collection needs, so that the swap is short. Raises ViewsUnavailable."""
        ...


@runtime_checkable
class PurgesFiles(Protocol):
    async def purge(self) -> None:
        """Return once nothing that was replaced or removed before stands in any file of this storage.

        May take a minute per million documents; writes wait, reads go on. Raises ViewsUnavailable.
        """
        ...


@runtime_checkable
class Recomputes(Protocol):
    async def recompute(self) -> bool:
        """Compute some documents again whose formulas have changed; False when there are no more."""
        ...

    def look_again(self) -> None:
        """Another process may have changed something: the next call looks everywhere for what is to be computed."""
        ...


async def recompute(views: Views) -> bool:
    """Call it between batches, in the process that writes the views, as long as it answers True."""
    return isinstance(views, Recomputes) and await views.recompute()


def look_again(views: Views) -> None:
    """Call it when the right to write the views was taken over."""
    if isinstance(views, Recomputes):
        views.look_again()


async def prepare_swap(views: Views, rebuilt: str) -> None:
    """Call it once a rebuilt collection is filled, before writes are held up for the swap."""
    if isinstance(views, PreparesSwap):
        await views.prepare(rebuilt)


async def purge_files(views: Views) -> None:
    """Call it after an erasure. A storage without the capability overwrites in its own time: encrypt its disks."""
    if isinstance(views, PurgesFiles):
        await views.purge()
