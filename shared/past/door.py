"""The store of the past for the other processes of an installation: they ask it, and have its upkeep done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.clock import Clock
from shared.door.server import Call, Door
from shared.errors import CrmError, redacted
from shared.eventstore.port import StoreUnavailable
from shared.past.port import NotCovered, NotHeld, PastReader, PastUnavailable, PastUpkeep
from shared.past.wire import at_of, query_of, scope_of, sent_totals, shape_of
from shared.security.keyring import KeysUnavailable, Wrapper
from shared.views.port import BadQuery, Collection

PURPOSE = "past door"  # of the key ring's wrapper


def past_door(
    past: PastReader, upkeep: PastUpkeep, declared: Sequence[Collection], seal: Wrapper, clock: Clock
) -> Door:
    """declared: the collections as this process has them. seal: a wrapper for PURPOSE."""
    asked, done = _Asked(past, upkeep, {one.name: shape_of(one) for one in declared}), _Done(upkeep)
    questions = {"page": asked.page, "count": asked.count, "totals": asked.totals, "density": asked.density}
    upkeeping = {"rewrite": done.rewrite, "purge": done.purge}
    long = {"rebuild": done.rebuild, "verify": done.verify}
    return Door({"position": asked.position, **questions, **upkeeping, **long}, _refusal, seal, clock)


class _Asked:
    """The methods of PastReader. A process of another version may mean something else by the name of a collection.

    A question says up to where the collection must be filled; one that is not is refused.
    """

    def __init__(self, past: PastReader, upkeep: PastUpkeep, shapes: dict[str, str]) -> None:
        self._past, self._upkeep, self._shapes = past, upkeep, shapes

    async def position(self, _: Call) -> Any:
        number, chain_hash = await self._past.position()
        return [number, chain_hash.hex()]

    async def page(self, call: Call) -> Any:
        query, scope, at = query_of(call["query"]), scope_of(call["scope"]), at_of(call["moment"])
        name, past = await self._held(call)
        hits, following = await past.page(name, query, scope, at)
        return [[list(one) for one in hits], following]

    async def count(self, call: Call) -> Any:
        query, scope, at = query_of(call["query"]), scope_of(call["scope"]), at_of(call["moment"])
        name, past = await self._held(call)
        return list(await past.count(name, query, scope, at))

    async def totals(self, call: Call) -> Any:
        query, scope, at = query_of(call["query"]), scope_of(call["scope"]), at_of(call["moment"])
        by, added = tuple(call["by"]), call["sum"]
        name, past = await self._held(call)
        return sent_totals(await past.totals(name, query, scope, at, by, added))

    async def density(self, call: Call) -> Any:
        name, past = await self._held(call)
        return await past.density(name, scope_of(call["scope"]), call["bounds"])

    async def _held(self, call: Call) -> tuple[str, PastReader]:
        name: str = call["collection"]
        if self._shapes.get(name) != call["shape"]:
            raise NotCovered(name)
        if (past := await self._upkeep.holding(name, call["after"])) is None:
            raise NotHeld(name)
        return name, past


class _Done:
    """The methods of PastUpkeep."""

    def __init__(self, upkeep: PastUpkeep) -> None:
        self._upkeep = upkeep

    async def rewrite(self, call: Call) -> None:
        await self._upkeep.rewrite(call["category"], call["tenant"], call["id"])

    async def purge(self, _: Call) -> None:
        await self._upkeep.purge()

    async def rebuild(self, call: Call) -> None:
        await self._upkeep.rebuild(call["category"])

    async def verify(self, call: Call) -> Any:
        return list(await self._upkeep.verify(call["category"], call["tenant"]))


def _refusal(error: Exception) -> Call | None:
    match error:
        case NotCovered() | BadQuery():  # the caller checked the query by its own declarations
            return {"failed": "not-covered", "detail": str(error)}
        case NotHeld():
            return {"failed": "not-held", "detail": str(error)}
        case PastUnavailable() | StoreUnavailable() | KeysUnavailable() | CrmError():
            return {"failed": "unavailable", "detail": redacted(error)}
        case LookupError():
            return {"failed": "unknown", "detail": str(error)}
        case _:
            return None


def failure(answer: Call) -> Exception:
    """The error that was refused with."""
    detail = str(answer["detail"])
    match answer["failed"]:
        case "not-covered":
            return NotCovered(detail)
        case "not-held":
            return NotHeld(detail)
        case "unknown":
            return LookupError(detail)
        case _:
            return PastUnavailable(detail)
