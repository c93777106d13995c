"""The first steps of an organisation: found done in its records, shown to who may do them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.identity.onboarding import STEPS, steps_of
from shared.security.permissions import Access
from tests.support.importing import Office
from tests.support.importing import office as office_at
from tests.support.roles import BUILT_IN

STAGE = {"key": "offer", "zh": "报价", "en": "Offer", "probability": 50}
GUESTS = """\
name: Guests
steps:
  - name: guests
    file: g.csv
    resource: account
    fields: { name: Name }
"""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with office_at(tmp_path) as opened:
        yield opened


async def done(office: Office) -> list[str]:
    found = await office.get("/identity/onboarding")
    assert (found["total"], found["done"]) == (len(STEPS), sum(s["done"] for s in found["steps"]))
    assert all((step["at"] is not None) is step["done"] for step in found["steps"])
    return [step["name"] for step in found["steps"] if step["done"]]


async def test_each_step_is_done_by_what_people_do(office: Office) -> None:
    assert await done(office) == []
    expected: list[str] = []
    organisation = f"/identity/organisations/{office.tenant}"
    (await office.client.patch(organisation, json={"country": "CN"})).raise_for_status()
    for name, path, body in (
        ("invite", "/identity/users", {"name": "Bo", "email": "bo@example.com", "roles": []}),
        ("deal", "/sales/opportunities", {"name": "First"}),
        ("pipeline", "/sales/pipelines", {"name": "Renewals", "stages": [STAGE]}),
        ("activity", "/customer/activities", {"kind": "task", "subject": "Call"}),
        ("view", "/customer/saved-views", {"name": "Mine", "resource": "account"}),
    ):
        await office.create(path, **body)
        expected.append(name)
    await office.suite.kernel.projector.catch_up()
    assert sorted(await done(office)) == sorted(["organisation", *expected])
    await office.run(GUESTS, {"g.csv": "Name\nAcme\n"})
    await office.suite.kernel.projector.catch_up()
    assert sorted(await done(office)) == sorted(["organisation", "import", "connect", *expected])


async def test_a_key_for_another_program_connects_it(office: Office) -> None:
    key = {"name": "ERP", "role": "read_only"}
    made = await office.client.post("/identity/api-keys", json=key)
    assert made.status_code == 201, made.text
    await office.suite.kernel.projector.catch_up()
    assert await done(office) == ["connect"]


async def test_to_open_the_pipeline_is_to_look_at_it(office: Office) -> None:
    standard = (await office.get("/sales/pipelines"))["items"]
    assert "pipeline" not in await done(office)
    opened = {"items": [{"type": "pipeline", "id": standard[0]["id"]}]}
    (await office.client.post("/identity/me/recents", json=opened)).raise_for_status()
    await office.suite.kernel.projector.catch_up()
    assert await done(office) == ["pipeline"]


async def test_records_of_sample_data_are_no_first_ones(office: Office) -> None:
    await office.client.post("/integration/sample-data", json={"language": "en", "size": 10})
    found = await office.get("/integration/sample-data")
    await office.until_status(found["import"], "completed")
    await office.suite.kernel.projector.catch_up()
    assert await done(office) == []


async def test_steps_are_shown_to_who_may_do_them_in_their_language(office: Office) -> None:
    reader = Access(office.tenant, "r", (BUILT_IN["read_only"],), frozenset({"r"}), frozenset({"r"}))
    assert [d.step.name for d in await steps_of(office.suite.kernel, reader)] in ([], ["view"])
    shown = await office.client.get("/identity/onboarding", headers={"Accept-Language": "zh-TW"})
    first = shown.json()["steps"][0]
    assert (first["label"], first["method"], first["done"]) == ("設定組織", "PATCH", False)
    assert first["path"] == f"/identity/organisations/{office.tenant}"
