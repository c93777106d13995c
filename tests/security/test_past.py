"""One rule of visibility for the past: who sees a record today sees it as it was at any moment; nobody else does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

from shared.clock import from_rfc3339, to_rfc3339
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access, Level, Role, system_access
from tests.security.suite import Stage, open_stage

OWN = Role("own", "own", "own", {"*": {"*": Level.OWN}})
SECONDS = 30


def as_user(stage: Stage, user: str) -> AbstractContextManager[httpx.AsyncClient]:
    """Somebody who sees and exports their own records alone."""
    return stage.acting(Access(stage.acme.tenant, user, (OWN,)))


async def handed_on(stage: Stage, heir: str) -> list[AnyAggregate]:
    """Give one record of every type that has owners to the heir; returns those types."""
    done = []
    for aggregate in stage.suite.kernel.catalogue:
        transfer = next((c for c in aggregate.commands.values() if c.verb == "transfer"), None)
        if transfer is not None and aggregate.name in stage.ids:
            call = Call(system_access(stage.acme.tenant), stage.ids[aggregate.name])
            await stage.suite.kernel.bus.send(transfer.name, {"owner": heir}, call)
            done.append(aggregate)
    await stage.suite.kernel.projector.catch_up()
    return done


def reads(aggregate: AnyAggregate, id: str, moment: str) -> Iterator[tuple[str, str]]:
    """(path, what stands in the answer if the record is seen)"""
    base = f"/{aggregate.service}/{aggregate.noun}"
    for at in ("", f"as_of={moment}", f"known_at={moment}", f"as_of={moment}&known_at={moment}"):
        yield f"{base}?{at}", id
        yield f"{base}/export?{at}", id
        yield f"{base}/count?{at}", '"count":1'
        yield f"{base}/board?by=archived&{at}", '"count":1'
        yield f"{base}/{id}?{at}", id
        yield f"{base}/{id}/timeline?{at}", '"kind":"change"'
    yield f"{base}/{id}?as_of=1", id
    yield f"{base}/{id}/history", '"version":1'


async def test_the_past_of_a_record_goes_with_the_record(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        heir, former = await stage.user(), stage.acme.user
        moment = to_rfc3339(stage.suite.kernel.clock.now())
        types = await handed_on(stage, heir)
        revealed, unseen = [], []
        for aggregate in types:
            for path, sign in reads(aggregate, stage.ids[aggregate.name], moment):
                with as_user(stage, former) as client:
                    if sign in (await client.get(path)).text:
                        revealed.append(path)
                with as_user(stage, heir) as client:
                    if sign not in (answer := await client.get(path)).text:
                        unseen.append((path, answer.status_code, answer.text[:200]))
        assert not revealed, "\n".join(revealed)
        assert not unseen, "\n".join(map(str, unseen))
        assert {"account", "contact", "lead", "opportunity", "activity", "saved_view"} <= {a.name for a in types}


async def test_views_in_sql_at_a_day_follow_the_same_rule(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        heir, former, kernel = await stage.user(), stage.acme.user, stage.suite.kernel
        long_ago = Call(system_access(stage.acme.tenant, former), occurred_at=from_rfc3339("2020-05-01T00:00:00Z"))
        deal = (await kernel.bus.send("sales.OpenOpportunity", {"name": "Old", "amount": "7.00"}, long_ago)).id
        call = Call(system_access(stage.acme.tenant), deal)
        await kernel.bus.send("sales.TransferOpportunity", {"owner": heir}, call)
        question = "SELECT opportunity_id FROM opportunities_as_of(day = '2020-06-01')"
        total = "SELECT sum(opportunities) FROM pipeline_as_of(day = '2020-06-01')"
        async with asyncio.timeout(SECONDS):
            while deal not in await rows(stage, heir, question):
                await asyncio.sleep(0.05)
        assert deal not in await rows(stage, former, question)
        assert "1" in await rows(stage, heir, total)
        assert "1" not in await rows(stage, former, total)


async def rows(stage: Stage, user: str, sql: str) -> str:
    with as_user(stage, user) as client:
        answer = await client.post("/analytics/sql", json={"sql": sql, "format": "csv"})
    assert answer.status_code == 200, answer.text
    return answer.text
