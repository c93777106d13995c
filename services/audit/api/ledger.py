"""The ledger over HTTP: its signed checkpoints, and proofs that an event is in it and that it only grew."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.api.events import LoggedEvent, shown
from services.audit.asking import carried
from shared.clock import to_rfc3339
from shared.errors import Forbidden, Invalid, NotFound, Unavailable
from shared.events.audit_reads import DataExported
from shared.events.envelope import Stored
from shared.events.registry import ANYTHING
from shared.http import params
from shared.http.answers import DateTime, json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.ledger.evidence import MOST as MOST_EVENTS
from shared.ledger.evidence import Wanted, write_evidence
from shared.ledger.file import Signed
from shared.ledger.ledger import Diverged, Ledger
from shared.ledger.note import checkpoint_in, text_of
from shared.messages import say
from shared.security.permissions import Access, Action

MOST = 1_000  # checkpoints of a page
ZIP = "application/zip"
LARGEST = 2**53
Hex = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256")]


class ShownCheckpoint(TypedDict):
    version: Annotated[int, Field(description="Ask with `after` this for what follows")]
    size: Annotated[int, Field(description="Leaves that it covers")]
    root: Hex
    signed_at: DateTime
    note: Annotated[str, Field(description="The signed note (C2SP tlog-checkpoint)")]
    key: Annotated[str, Field(description="The key that it is signed with, `name+id+key`")]


class Checkpoints(TypedDict):
    items: list[ShownCheckpoint]


class Consistency(TypedDict):
    old_size: int
    new_size: int
    old_root: Hex
    new_root: Hex
    proof: Annotated[list[Hex], Field(description="RFC 6962 §2.1.2")]


class EventProof(TypedDict):
    event: LoggedEvent
    data_sha256: Hex
    metadata_sha256: Hex
    leaf: Annotated[int, Field(description="The number of its leaf, from 0")]
    leaf_hash: Hex
    size: Annotated[int, Field(description="Leaves of the tree that it is proven in")]
    root: Hex
    proof: Annotated[list[Hex], Field(description="RFC 6962 §2.1.1")]
    note: Annotated[str, Field(description="The checkpoint of that size; empty if none was signed")]


_SIZE = {"type": "integer", "minimum": 1}
_CHECKPOINTS = operation(
    "checkpoints",
    "The ledger's signed checkpoints, oldest first",
    "ledger",
    {200: answer("A page of checkpoints", Checkpoints)},
    description="Keep one where the suite cannot reach it: everything before it can be checked against it.",
    parameters=[
        query("after", "Those behind this version", {"type": "integer", "minimum": 0}),
        query("last", "In place of `after`: the newest so many", {**_SIZE, "maximum": MOST}),
        query("limit", "Checkpoints", {**_SIZE, "maximum": MOST, "default": 100}),
    ],
)
_CONSISTENCY = operation(
    "consistency",
    "The proof that the ledger of one size begins with that of an earlier one",
    "ledger",
    {200: answer("The proof", Consistency)},
    parameters=[
        query("from", "The earlier size", _SIZE, required=True),
        query("to", "The later size; without it, that of the newest checkpoint", _SIZE),
    ],
)
_PROOF = operation(
    "event_proof",
    "The proof that an event is in the ledger",
    "ledger",
    {200: answer("The event and its proof", EventProof)},
    description="What a leaf is made of: docs/adr/0036. An event is covered by a checkpoint within a minute.",
    parameters=[
        {"name": "event", "in": "path", "required": True, "description": "An event's id", "schema": {"type": "string"}},
        query("size", "The size of the checkpoint that you keep; without it, the newest one's", _SIZE),
    ],
    errors=(401, 403, 404, 422, 503),
)
_EVIDENCE = operation(
    "evidence",
    "Events with their proofs, checkpoints and key, under a signed manifest: for an auditor",
    "ledger",
    {200: answer("A zip file", {"type": "string", "format": "binary"}, media=ZIP)},
    description=f"At most {MOST_EVENTS} events of the organisation. The stand-alone verifier checks it.",
    parameters=[
        query("after", "Events behind this position", {"type": "integer", "minimum": 0}),
        query("up_to", "Events up to this position", {"type": "integer", "minimum": 0}),
        query("since", "The size of the checkpoint that the auditor keeps", _SIZE),
    ],
    errors=(401, 403, 409, 422, 503),
)


class _Callers:
    """Who asks, and the ledger that answers."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self._authenticator = kernel, Authenticator(kernel)

    async def allowed(self, request: Request, action: Action = "read") -> tuple[Access, Ledger]:
        """Raises Unavailable where there is no ledger, or it has stopped."""
        access = await self._authenticator.access(request)
        access.check("audit", action)
        ledger = self.kernel.ledger
        if ledger is None or ledger.problem is not None:
            raise Unavailable("the ledger does not agree with the log: operators run crm verify")
        return access, ledger


def ledger_router(kernel: Kernel) -> APIRouter:
    router, callers = DirectRouter(), _Callers(kernel)
    _add_checkpoints(router, callers)
    _add_consistency(router, callers)
    _add_evidence(router, callers)
    _add_proofs(router, callers)
    return router


def _add_checkpoints(router: APIRouter, callers: _Callers) -> None:
    @router.get("/checkpoints", openapi_extra=_CHECKPOINTS)
    async def checkpoints(request: Request) -> Response:
        _, ledger = await callers.allowed(request)
        given = params.only(params.pairs_of(request), ("after", "last", "limit"))
        after, limit = params.number(given, "after", 0, LARGEST, 0), params.number(given, "limit", 100, MOST)
        if "last" in given:
            limit = params.number(given, "last", 1, MOST)
            newest = ledger.file.newest()
            after = max(0, newest.version - limit) if newest else 0
        return json_answer(Checkpoints(items=[_shown(one) for one in ledger.file.checkpoints(after, limit)]))


def _add_consistency(router: APIRouter, callers: _Callers) -> None:
    @router.get("/consistency", openapi_extra=_CONSISTENCY)
    async def consistency(request: Request) -> Response:
        _, ledger = await callers.allowed(request)
        given, tree = params.only(params.pairs_of(request), ("from", "to")), ledger.file.tree()
        new = params.number(given, "to", _newest_size(ledger), max(tree.size, 1))
        if "from" not in given:
            raise Invalid.field("from", "missing", "the size of the earlier tree is needed")
        old = params.number(given, "from", 1, new)
        proof = [one.hex() for one in tree.consistency(old, new)]
        roots = {"old_root": tree.root(old).hex(), "new_root": tree.root(new).hex()}
        return json_answer({"old_size": old, "new_size": new, **roots, "proof": proof})


def _add_evidence(router: APIRouter, callers: _Callers) -> None:
    @router.get("/evidence", openapi_extra=_EVIDENCE)
    async def evidence(request: Request) -> Response:
        access, ledger = await callers.allowed(request, "manage")
        if access.masks(ANYTHING):
            raise Forbidden("evidence shows whole events, and fields are hidden from you")
        if callers.kernel.notary is None:
            raise Unavailable("another process has the notary, which signs evidence")
        given = params.only(params.pairs_of(request), ("after", "up_to", "since"))
        after, up_to = params.number(given, "after", 0, LARGEST, 0), params.number(given, "up_to", LARGEST, LARGEST, 0)
        since = (params.number(given, "since", 1, LARGEST),) if "since" in given else ()
        out = BytesIO()
        wanted = Wanted(access.tenant, after, up_to, since)
        try:
            count = await write_evidence(out, ledger, wanted, callers.kernel.notary.key, callers.kernel.notary.signed)
        except ValueError as error:
            raise Invalid.field("after", "unknown-position", "not a position of the log") from error
        conditions = "&".join(f"{name}={value}" for name, value in given.items())
        exported = DataExported(callers.kernel.ids.new(), "audit", "zip", conditions, [], count)
        await callers.kernel.reads.record(access, exported)
        headers = {"Content-Disposition": 'attachment; filename="evidence.zip"'}
        return Response(out.getvalue(), media_type=ZIP, headers=headers)


def _add_proofs(router: APIRouter, callers: _Callers) -> None:
    @router.get("/events/{event}/proof", openapi_extra=_PROOF)
    async def event_proof(request: Request) -> Response:
        access, ledger = await callers.allowed(request)
        given = params.only(params.pairs_of(request), ("size",))
        leaf, event = await _found(ledger, access.tenant, request.scope["path_params"]["event"])
        if any(access.masks(resource) for resource in carried(event)):
            raise Forbidden("fields of this event are hidden from you, and its proof tells of them")
        size = params.number(given, "size", _newest_size(ledger), max(ledger.file.tree().size, 1))
        if size <= leaf:
            raise _not_covered(leaf, given)
        return json_answer(_proven(ledger, leaf, event, size, access))


async def _found(ledger: Ledger, tenant: str, id: str) -> tuple[int, Stored]:
    """The leaf and the event. Raises NotFound, also for those of others; Unavailable where log and ledger differ."""
    for leaf in ledger.file.leaves_named(id):
        try:
            event = await ledger.event(leaf)
        except Diverged as error:
            raise Unavailable("the ledger does not agree with the log: operators run crm verify") from error
        if event.event_id == id and event.tenant == tenant:
            return leaf, event
    raise NotFound()


def _not_covered(leaf: int, given: dict[str, str]) -> Exception:
    if "size" in given:
        message = say("the event is leaf {leaf}: name a larger size", leaf=leaf)
        return Invalid.field("size", "out-of-range", message)
    return Unavailable("no checkpoint covers the event yet: one is signed within a minute")


def _newest_size(ledger: Ledger) -> int:
    newest = ledger.file.newest()
    return newest.size if newest else 0


def _proven(ledger: Ledger, leaf: int, event: Stored, size: int, access: Access) -> EventProof:
    tree, signed = ledger.file.tree(), ledger.file.signed(size)
    return {
        "event": shown(event, access),
        "data_sha256": sha256(event.data).hexdigest(),
        "metadata_sha256": sha256(event.metadata).hexdigest(),
        "leaf": leaf,
        "leaf_hash": tree.leaf(leaf).hex(),
        "size": size,
        "root": tree.root(size).hex(),
        "proof": [one.hex() for one in tree.inclusion(leaf, size)],
        "note": signed.note if signed else "",
    }


def _shown(one: Signed) -> ShownCheckpoint:
    root = checkpoint_in(text_of(one.note)).root.hex()
    return {
        "version": one.version,
        "size": one.size,
        "root": root,
        "signed_at": to_rfc3339(one.signed_at),
        "note": one.note,
        "key": one.key,
    }
