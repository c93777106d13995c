"""What a rule would erase, asked over HTTP before it does: by whom, of what, and what a hold keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.audit.app import create_app
from services.audit.retention_preview import LOOKED_AT, MOST
from shared.readlog.readlog import ReadLog
from tests.support.retention import DAY, Office, open_office
from tests.support.world import BOSS, TENANT, joined

OLD = {"resource": "contact", "days": 30, "basis": "used"}
RULES = "/retention-rules"


@dataclass
class Desk:
    office: Office
    stack: AsyncExitStack

    async def client(self, name: str, **role: Any) -> httpx.AsyncClient:
        """Of a new user with this role, an administrator unless said."""
        world = self.office.world
        roles = ["administrator"]
        if role:
            roles = [await world.make("identity.DefineRole", zh=name, en=name, **role)]
        user = await joined(world.bus, BOSS, {"name": name, "email": f"{name}@a.example", "roles": roles})
        await world.settle()
        access = await world.kernel.directory.access(TENANT, user)
        assert access is not None
        assert world.kernel.signer is not None
        token, _ = world.kernel.signer.issue(user, TENANT, "s1", access.epoch)
        transport = httpx.ASGITransport(create_app(world.kernel))
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(transport=transport, base_url="http://crm.test", headers=headers)
        return await self.stack.enter_async_context(client)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        yield Desk(await stack.enter_async_context(open_office(tmp_path)), stack)


async def test_a_preview_counts_what_would_be_announced_and_writes_nothing(desk: Desk) -> None:
    office = desk.office
    first, held = [await office.person(name) for name in ("First", "Held")]
    await office.world.make("audit.PlaceHold", resource="contact", record=held, cause="Case 1")
    office.world.clock.ahead += 31 * DAY
    await office.person("Young")
    http = await desk.client("ann")
    before = await office.world.store.head()
    asked = await http.post(f"{RULES}/preview", json={**OLD, "notice_days": 3})
    assert asked.status_code == 200, asked.text
    found = asked.json()
    assert (found["count"], found["held"], found["whole"]) == (2, 1, True)
    assert {one["id"]: one["title"] for one in found["records"]} == {first: "First", held: "Held"}
    assert await office.world.store.head() == before
    rule = await office.rule(notice_days=3)
    await office.world.settle()
    assert (await http.post(f"{RULES}/{rule}/preview", json={})).json() == found
    await office.days_later(0)
    (run,) = await office.runs()
    assert (run["count"], run["due"]) == (1, found["due"])


async def test_a_preview_names_mistakes_by_field(desk: Desk) -> None:
    http = await desk.client("ann")
    personal = {"all": [{"field": "email", "op": "eq", "value": "a@b.example"}]}
    for body, field in (
        ({"resource": "account"}, "resource"),
        ({"conditions": personal}, "conditions.all.0"),
        ({"days": 0}, "days"),
        ({"basis": "seen"}, "basis"),
    ):
        refused = await http.post(f"{RULES}/preview", json={**OLD, **body})
        assert refused.status_code == 422, refused.text
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert (await http.post(f"{RULES}/01936f00-0000-7000-8000-000000000001/preview", json={})).status_code == 404


async def test_a_preview_is_for_who_may_erase_all_and_hides_what_is_hidden_from_them(desk: Desk) -> None:
    office = desk.office
    rule = await office.rule(conditions={"field": "tags", "op": "ne", "value": "vip"})
    await office.person("Old")
    office.world.clock.ahead += 31 * DAY
    rules = {"retention_rule": {"*": "all"}}
    part = await desk.client("part", grants={**rules, "contact": {"read": "all", "erase": "own"}})
    assert (await part.post(f"{RULES}/{rule}/preview", json={})).status_code == 403
    assert (await part.post(f"{RULES}/preview", json=OLD)).status_code == 403
    nobody = await desk.client("nobody", grants={"contact": {"*": "all"}})
    assert (await nobody.post(f"{RULES}/{rule}/preview", json={})).status_code == 403
    grants = {**rules, "contact": {"*": "all"}}
    blind = await desk.client("blind", grants=grants, hidden={"contact": ["tags", "family_name", "updated_at"]})
    assert (await blind.post(f"{RULES}/{rule}/preview", json={})).status_code == 422
    assert (await blind.get(f"{RULES}/{rule}")).json()["conditions"] is None
    (record,) = (await blind.post(f"{RULES}/preview", json=OLD)).json()["records"]
    assert (record["title"], record["updated_at"]) == ("", None)


async def test_who_finds_people_by_a_sensitive_field_is_in_the_read_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(ReadLog, "read", lambda log, access, *read: noted.append((*read[:2], [*read[2]])))
    grade = {"resource": "contact", "name": "grade", "kind": "keyword", "options": ["A", "B"], "sensitive": True}
    await desk.office.world.make("customer.DefineField", **grade)
    await desk.office.world.settle()
    found = await desk.office.person("Old", custom={"grade": "A"})
    desk.office.world.clock.ahead += 31 * DAY
    http = await desk.client("ann")
    conditions = {"all": [{"field": "custom.grade", "op": "eq", "value": "A"}]}
    asked = await http.post(f"{RULES}/preview", json={**OLD, "conditions": conditions})
    assert [one["id"] for one in asked.json()["records"]] == [found]
    assert noted == [("contact", ("custom.grade",), [found])]


async def test_a_preview_stops_counting_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 1_000
    monkeypatch.setattr("services.audit.retention_preview.MOST", 2)
    monkeypatch.setattr("services.audit.retention_candidates.MAX_PAGE", 2)
    for n in range(5):
        await desk.office.person(f"Old {n}")
    desk.office.world.clock.ahead += 31 * DAY
    http = await desk.client("ann")
    found = (await http.post(f"{RULES}/preview", json=OLD)).json()
    assert (found["count"], found["whole"], len(found["records"])) == (2, False, 2)


async def test_a_preview_stops_looking_where_all_that_is_old_is_in_use(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LOOKED_AT == 10_000
    monkeypatch.setattr("services.audit.retention_preview.LOOKED_AT", 2)
    monkeypatch.setattr("services.audit.retention_candidates.MAX_PAGE", 2)
    people = [await desk.office.person(f"Old {n}") for n in range(5)]
    desk.office.world.clock.ahead += 31 * DAY
    links = [{"type": "contact", "id": id} for id in people[:4]]
    await desk.office.world.make("customer.CreateActivity", kind="task", subject="Call", links=links)
    http = await desk.client("ann")
    found = (await http.post(f"{RULES}/preview", json=OLD)).json()
    assert (found["count"], found["whole"]) == (0, False)
    monkeypatch.setattr("services.audit.retention_preview.LOOKED_AT", 6)
    found = (await http.post(f"{RULES}/preview", json=OLD)).json()
    assert (found["count"], found["whole"]) == (1, True)
