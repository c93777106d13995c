"""`GET /…/{id}/merges`: what un-merging would do, before one does it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field as F
from starlette.responses import Response

from services.customer import account_tree, contact
from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from services.customer.merging import MergeEvents, merges, returning
from shared.clock import to_rfc3339
from shared.domain.aggregate import Aggregate
from shared.domain.undo import value_of
from shared.http import params
from shared.http.answers import Answer, DateTime, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access


class MergedField(Answer):
    field: str
    now: Annotated[Any, F(description="The value that stands there")]
    back: Annotated[Any, F(description="The value it had before the merge")]
    clash: Annotated[bool, F(description="It was changed since the merge and stays as it is")]


class AbsorbedRecord(Answer):
    id: Annotated[str, F(description="The absorbed record")]
    version: Annotated[int, F(description="The survivor's version that the merge made")]
    occurred_at: DateTime
    actor: str
    fields: list[MergedField]


class Merges(Answer):
    items: list[AbsorbedRecord]


def merges_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    for aggregate, events in ((ACCOUNT, account_tree.MERGES), (CONTACT, contact.MERGES)):
        described = operation(
            f"merges_of_{aggregate.name}",
            "The records it absorbed, and what un-merging each would give back",
            aggregate.noun,
            {200: answer("The merges", Merges)},
            parameters=[parameter("Id")],
            errors=RECORD_ERRORS,
        )
        path = f"/{aggregate.noun}/{{id}}/merges"
        router.add_api_route(path, _handler(kernel, aggregate, events), methods=["GET"], openapi_extra=described)
    return router


def _handler(kernel: Kernel, aggregate: Aggregate[Any], events: MergeEvents) -> Any:
    authenticator, notes = Authenticator(kernel), ReadNotes(kernel, aggregate)

    async def handle(request: Request) -> Response:
        access, id = await authenticator.access(request), path_id(request)
        params.only(params.pairs_of(request), ())
        await kernel.queries.get(aggregate, id, access)  # raises what the caller may not see
        items = await merges_of(kernel, aggregate, events, id, access)
        await notes.changes(access, id, [[field.field for field in one.fields] for one in items])
        return model_answer(Merges(items=items))

    return handle


async def merges_of(
    kernel: Kernel, aggregate: Aggregate[Any], events: MergeEvents, id: str, access: Access
) -> list[AbsorbedRecord]:
    """The present merges of a record, newest first, without the fields hidden from the caller."""
    history = await kernel.repository.events(aggregate, access.tenant, id)
    now = aggregate.dump(aggregate.fold(history))
    acts = merges(history, events)
    items: list[AbsorbedRecord] = []
    for absorbed, act in acts.items():
        fields = [
            MergedField(field=f, now=value_of(now, f), back=c["from"], clash=value_of(now, f) not in c.values())
            for f, c in returning(act.event, {absorbed}, set(acts)).items()
            if access.may_see(aggregate.name, f)
        ]
        items.append(
            AbsorbedRecord(
                id=absorbed,
                version=act.version,
                occurred_at=to_rfc3339(act.occurred_at),
                actor=act.metadata.actor,
                fields=fields,
            )
        )
    return sorted(items, key=lambda item: item.version, reverse=True)
