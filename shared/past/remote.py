"""The past of another process, asked through its door (see shared.past.door)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from shared.clock import Clock, Micros
from shared.door.caller import Caller
from shared.errors import Unavailable
from shared.past.door import failure
from shared.past.port import At, Counted, Differing, Hit, NotCovered, PastReader, PastUnavailable, Position
from shared.past.wire import sent_at, sent_query, sent_scope, shape_of, totals_of
from shared.security.keyring import Wrapper
from shared.views.port import Collection, Query, Scope, Total, leaves
from shared.views.query import group_fields, sum_field, validate

WAITED_SECONDS = 10.0  # for an answer to a question
SILENT_SECONDS = 60.0  # of a rebuild or a verification, which may hold up its process


class RemotePast:
    """A PastReader and a PastUpkeep. address: of the door, without a path's end. seal: a wrapper for its PURPOSE."""

    def __init__(self, address: str, seal: Wrapper, clock: Clock) -> None:
        self._caller = Caller("the past", address, seal, clock, failure, WAITED_SECONDS)
        self._declared: dict[str, Collection] = {}
        self._shapes: dict[str, str] = {}
        self._after = 0

    async def declare(self, collections: Sequence[Collection]) -> None:
        """See PastReader.declare. The other process declares its own: a question of another one is not covered."""
        self._declared.update({one.name: one for one in collections})
        self._shapes.update({one.name: shape_of(one) for one in collections})

    async def look(self) -> None:
        """Ask whether it is there. Raises Unavailable, PastUnavailable, Unreached, Misdirected."""
        await self._caller.call("position")

    async def position(self) -> Position:
        """See PastReader.position."""
        number, chain_hash = await self._ask("position")
        return Position(number, bytes.fromhex(chain_hash))

    async def page(self, collection: str, query: Query, scope: Scope, at: At) -> tuple[list[Hit], str | None]:
        """See PastReader.page."""
        self._check(collection, query)
        hits, following = await self._question("page", collection, scope, at, query=sent_query(query))
        return [Hit(*one) for one in hits], following

    async def count(self, collection: str, query: Query, scope: Scope, at: At) -> Counted:
        """See PastReader.count."""
        self._check(collection, query)
        return Counted(*await self._question("count", collection, scope, at, query=sent_query(query)))

    async def totals(
        self, collection: str, query: Query, scope: Scope, at: At, by: tuple[str, ...], sum: str | None = None
    ) -> list[Total]:
        """See PastReader.totals."""
        self._check(collection, query, by, sum)
        sent = sent_query(query)
        return totals_of(await self._question("totals", collection, scope, at, query=sent, by=by, sum=sum))

    async def density(self, collection: str, scope: Scope, bounds: Sequence[Micros]) -> list[int]:
        """See PastReader.density."""
        found: list[int] = await self._question("density", collection, scope, At(), bounds=list(bounds))
        return found

    async def release(self) -> None:
        """See PastReader.release. Nothing is kept here."""

    async def close(self) -> None:
        """See PastReader.close."""
        await self._caller.close()

    async def holding(self, collection: str, position: int) -> PastReader | None:
        """See PastUpkeep.holding. One call is made with a question, not two."""
        asking = copy(self)
        asking._after = position
        return asking

    async def rewrite(self, category: str, tenant: str, id: str) -> None:
        """See PastUpkeep.rewrite."""
        await self._have_done("rewrite", category=category, tenant=tenant, id=id)

    async def purge(self) -> None:
        """See PastUpkeep.purge."""
        await self._have_done("purge")

    async def rebuild(self, category: str) -> None:
        """See PastUpkeep.rebuild."""
        await self._have_done("rebuild", SILENT_SECONDS, category=category)

    async def verify(self, category: str, tenant: str | None) -> Differing:
        """See PastUpkeep.verify."""
        return Differing(*await self._have_done("verify", SILENT_SECONDS, category=category, tenant=tenant))

    def _check(self, collection: str, query: Query, by: tuple[str, ...] = (), sum: str | None = None) -> None:
        """As the store does, by the declarations of this process; what the callers wrote goes no further than this."""
        checked = validate(self._declared[collection], query)
        group_fields(self._declared[collection], by, checked.entries)
        sum_field(self._declared[collection], sum, checked.entries)
        named = {one.field for one in leaves(query.where)} | {one.field for one in query.orders} | {*by, sum}
        if open_ones := named & checked.entries.keys():
            raise NotCovered(min(map(str, open_ones)))

    async def _question(self, method: str, collection: str, scope: Scope, at: At, **given: Any) -> Any:
        named = {"collection": collection, "shape": self._shapes[collection], "after": self._after}
        return await self._ask(method, **named, scope=sent_scope(scope), moment=sent_at(at), **given)

    async def _ask(self, method: str, **given: Any) -> Any:
        """Raises PastUnavailable."""
        try:
            return await self._caller.call(method, **given)
        except Unavailable as error:
            raise PastUnavailable(error.detail) from None

    async def _have_done(self, method: str, silent: float | None = None, **given: Any) -> Any:
        """Wait for as long as it is worked on. Raises Unavailable."""
        try:
            return await self._caller.call(method, endless=True, silent=silent, **given)
        except PastUnavailable as error:
            raise Unavailable(str(error)) from None
