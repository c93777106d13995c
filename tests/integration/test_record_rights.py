"""What an answer says that the caller may do with a record is what the routes then let them do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.http.commandpaths import method_and_path
from tests.security.sowing import Field
from tests.security.suite import Stage, open_stage
from tests.support.roles import BUILT_IN

pytestmark = pytest.mark.asyncio(loop_scope="module")
STALE = {"If-Match": '"999999"'}  # a command comes as far as its rights and no further


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("rights") / "data") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sown(stage: Stage) -> Field:
    return Field(stage, await stage.client(stage.acme.tenant, stage.acme.user))


async def rights_on(client: Any, path: str, **params: str) -> dict[str, Any]:
    answer = await client.get(path, params={"rights": "true", **params})
    return dict(answer.raise_for_status().json()["rights"])


@pytest.mark.parametrize("role", BUILT_IN)
async def test_rights_are_those_that_the_commands_ask_for(stage: Stage, role: str) -> None:
    client = await stage.client(stage.acme.tenant, await stage.user(role))
    wrong, asked = [], 0
    for aggregate in (a for a in stage.suite.kernel.catalogue if a.name in stage.ids):
        path = f"/{aggregate.service}/{aggregate.noun}/{stage.ids[aggregate.name]}"
        answer = await client.get(path, params={"rights": "true"})
        if answer.status_code != 200:
            continue
        record = answer.json()
        for name, may in record["rights"]["commands"].items():
            command = aggregate.commands[name]
            method, place = method_and_path(aggregate, command)
            place = f"/{aggregate.service}{place}".replace("{id}", record["id"])
            route = next(r for r in stage.routes if (r.method, r.to(record["id"])) == (method, place))
            sent = await client.request(method, place, json=route.example, headers=STALE)
            refused = sent.status_code in (403, 404)
            applies = all(record.get(field) in values for field, values in command.when.items())
            asked += 1
            if may != (applies and not refused):
                wrong.append((name, may, sent.status_code, applies))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 30


async def test_rights_follow_the_state_of_the_record(stage: Stage, sown: Field) -> None:
    path = await sown.made("opportunity")
    open_ = await rights_on(sown.client, path, min_version="1")
    assert (open_["edit"], open_["commands"]["sales.WinOpportunity"], "name" in open_["fields"]) == (True, True, False)
    (await sown.client.post(f"{path}/win", json={})).raise_for_status()
    won = await rights_on(sown.client, path, min_version="2")
    assert (won["commands"]["sales.WinOpportunity"], won["commands"]["sales.ReopenOpportunity"]) == (False, True)
    assert {"amount", "stage", "close_date"} <= {*won["fields"]}
    (await sown.client.post(f"{path}/archive", json={})).raise_for_status()
    away = await rights_on(sown.client, path, min_version="3", fields="name")
    assert (away["read"], away["edit"]) == (True, False)
    assert [name for name, may in away["commands"].items() if may] == ["sales.RestoreOpportunity"]


async def test_lists_say_it_for_each_row_and_never_for_the_past(stage: Stage, sown: Field) -> None:
    path = await sown.made("account")
    one = await rights_on(sown.client, path, min_version="1")
    page = (await sown.client.get("/customer/accounts", params={"rights": "true", "fields": "name"})).json()["items"]
    assert {row["id"]: row["rights"] for row in page}[path.rpartition("/")[2]] == one
    past = await sown.client.get(path, params={"rights": "true", "as_of": "1"})
    assert past.json()["errors"][0]["code"] == "only-now"


async def test_locked_fields_are_named_and_hidden_ones_are_not(stage: Stage, sown: Field) -> None:
    body = {
        "zh": "员",
        "en": "Clerk",
        "grants": {"account": {"read": "all", "edit": "all"}},
        "read_only": {"account": ["industry", "custom.tier"]},
        "hidden": {"account": ["phone"]},
    }
    role = (await sown.client.post("/identity/roles", json=body)).json()["id"]
    path = await sown.made("account")
    await stage.suite.kernel.projector.catch_up()
    clerk = await stage.client(stage.acme.tenant, await stage.user(role))
    rights = await rights_on(clerk, path)
    assert rights["edit"]
    assert {"industry", "custom.tier", "owner"} <= {*rights["fields"]}
    assert not {"phone", "name"} & {*rights["fields"]}


async def test_names_come_with_one_record_its_history_and_its_timeline(stage: Stage, sown: Field) -> None:
    account = await sown.made("account", name="Orchard 果园")
    id = account.rpartition("/")[2]
    deal = await sown.made("opportunity")
    (await sown.client.patch(deal, json={"account": id})).raise_for_status()
    asked = {"names": "true", "min_version": "2"}
    record = (await sown.client.get(deal, params=asked)).json()
    assert (record["names"][id], record["names"][stage.acme.user]) == ("Orchard 果园", "Ada Bloom")
    history = (await sown.client.get(f"{deal}/history", params={"names": "true"})).json()
    assert (history["names"][id], history["names"][stage.acme.user]) == ("Orchard 果园", "Ada Bloom")
    task = await sown.made("activity", links=[{"type": "account", "id": id}])
    (await sown.client.get(task, params={"min_version": "1"})).raise_for_status()
    timeline = (await sown.client.get(f"{account}/timeline", params={"names": "true"})).json()
    assert {"activity", "change"} == {item["kind"] for item in timeline["items"]}
    assert timeline["names"][stage.acme.user] == "Ada Bloom"


async def test_a_history_is_read_in_pages(stage: Stage, sown: Field) -> None:
    path = await sown.made("account")
    for n in range(4):
        (await sown.client.patch(path, json={"industry": str(n)})).raise_for_status()
    (await sown.client.get(path, params={"min_version": "5"})).raise_for_status()
    whole = (await sown.client.get(f"{path}/history", params={})).json()
    assert whole["next"] is None
    found, cursor = [], {}
    while True:
        page = (await sown.client.get(f"{path}/history", params={"limit": 2, **cursor})).json()
        found += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == whole["items"]
    assert [entry["version"] for entry in found] == [5, 4, 3, 2, 1]
    assert (await sown.client.get(f"{path}/history", params={"cursor": "x"})).status_code == 422
