"""Bulk acts over HTTP against the real suite: what a user previews, does to many records, and takes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.integration.bulk import runner
from services.integration.jobs import execution
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from tests.support.bulk import act, csv_of, events_of, revert
from tests.support.importing import Office, office
from tests.support.role_harness import acts_since

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("bulk")) as opened:
        yield opened


async def accounts(desk: Office, mark: str, count: int, **fields: Any) -> list[str]:
    """New accounts of one city, named by a mark of the test's own."""
    made = [
        await desk.create("/customer/accounts", name=f"{mark} {n}", city=mark, allow_duplicate=True, **fields)
        for n in range(count)
    ]
    for id in made:
        await desk.get(f"/customer/accounts/{id}", min_version=1)
    return made


async def values(desk: Office, mark: str, name: str, **params: Any) -> list[Any]:
    page = await desk.get("/customer/accounts", city=mark, limit=200, sort="name", **params)
    return [item[name] for item in page["items"]]


async def test_an_edit_of_all_that_a_filter_finds_and_its_revert(desk: Office) -> None:
    ids = await accounts(desk, "Lyon", 5, industry="Retail")
    (await desk.client.patch(f"/customer/accounts/{ids[0]}", json={"industry": "Banking"})).raise_for_status()
    await desk.get(f"/customer/accounts/{ids[0]}", min_version=2)
    asked = {"type": "account", "command": "edit", "body": {"industry": "Banking"}, "filters": {"city": "Lyon"}}
    done = await act(desk.client, **asked, expected_count=5, headers={"X-Reason": "new segments"})
    assert (done["status"], done["changed"], done["unchanged"], done["failed"]) == ("completed", 4, 1, 0)
    assert await values(desk, "Lyon", "industry") == ["Banking"] * 5
    entry = (await desk.get(f"/customer/accounts/{ids[1]}/history"))["items"][0]
    assert (entry["correlation_id"], entry["actor"], entry["reason"]) == (done["id"], desk.user, "new segments")
    shown = await desk.get(f"/bulk/{done['id']}")
    assert (shown["record_type"], shown["command"]) == ("account", "customer.ChangeAccountDetails")
    assert (shown["body"], shown["filters"]) == ({"industry": "Banking"}, {"city": ["Lyon"]})
    assert (shown["total"], shown["changed"], shown["unchanged"], shown["owner"]) == (5, 4, 1, desk.user)

    (await desk.client.patch(f"/customer/accounts/{ids[2]}", json={"industry": "Mining"})).raise_for_status()
    (await desk.client.patch(f"/customer/accounts/{ids[3]}", json={"website": "lyon.example"})).raise_for_status()
    back = await revert(desk.client, done["id"])
    assert (back["status"], back["reverted"]) == ("reverted", {"archived": 0, "undone": 3, "left": 1})
    assert await values(desk, "Lyon", "industry") == ["Banking", "Retail", "Mining", "Retail", "Retail"]
    assert (await values(desk, "Lyon", "website"))[3] == "lyon.example"
    [left] = await csv_of(desk.client, f"/bulk/{done['id']}/left.csv")
    assert (left["resource"], left["id"]) == ("account", ids[2])
    assert left["reason"].endswith("industry")
    [said] = await csv_of(desk.client, f"/bulk/{done['id']}/left.csv", "zh-CN")
    assert said["reason"] != left["reason"]
    assert said["reason"].endswith("industry")


@pytest.mark.parametrize(
    ("word", "body", "field", "after"),
    [
        ("assign", {"owner": None}, "owner", None),
        ("tag", {"add": ["fair"]}, "tags", ["fair"]),
        ("archive", {}, "archived", True),
        ("TagAccount", {"add": ["show"]}, "tags", ["show"]),
    ],
)
async def test_every_word_goes_there_and_back(
    desk: Office, word: str, body: dict[str, Any], field: str, after: Any
) -> None:
    ids = await accounts(desk, f"Back {word}", 3)
    before = (await desk.get(f"/customer/accounts/{ids[0]}"))[field]
    done = await act(desk.client, type="account", command=word, body=body, ids=[*ids, ids[0]])
    assert (done["total"], done["changed"]) == (3, 3)
    assert (await desk.get(f"/customer/accounts/{ids[0]}"))[field] == after
    assert (await revert(desk.client, done["id"]))["reverted"]["undone"] == 3
    assert (await desk.get(f"/customer/accounts/{ids[0]}"))[field] == before


@pytest.mark.parametrize("word", ["archive", "restore"])
async def test_a_revert_leaves_what_others_archived_or_restored_since(desk: Office, word: str) -> None:
    ids, other = await accounts(desk, f"Since {word}", 4), {"archive": "restore", "restore": "archive"}[word]
    if word == "restore":
        assert (await act(desk.client, type="account", command="archive", ids=ids))["changed"] == 4
    done = await act(desk.client, type="account", command=word, ids=ids)
    assert done["changed"] == 4
    for id, steps in ((ids[0], (other, word)), (ids[1], (other,))):
        for step in steps:
            (await desk.client.post(f"/customer/accounts/{id}/{step}", json={})).raise_for_status()
    if word == "restore":  # an archived record takes no edits
        (await desk.client.patch(f"/customer/accounts/{ids[2]}", json={"industry": "Mining"})).raise_for_status()
    back = await revert(desk.client, done["id"])
    assert back["reverted"] == {"archived": 0, "undone": 2, "left": 2}
    left = await csv_of(desk.client, f"/bulk/{done['id']}/left.csv")
    assert [(one["id"], one["reason"]) for one in left] == [(id, "others changed it since") for id in ids[:2]]
    now = [(await desk.get(f"/customer/accounts/{id}"))["archived"] for id in ids]
    assert now == [word == "archive", word != "archive", word != "archive", word != "archive"]


async def test_deals_change_their_stage_where_the_way_is_open(desk: Office) -> None:
    ids = [await desk.create("/sales/opportunities", name=f"Deal {n}", currency="EUR") for n in range(3)]
    (await desk.client.post(f"/sales/opportunities/{ids[1]}/lose", json={"reason": "price"})).raise_for_status()
    pipeline = (await desk.get("/sales/pipelines"))["items"][0]
    stage = pipeline["stages"][1]["key"]
    asked = {"type": "opportunity", "command": "change-stage", "body": {"stage": stage}, "ids": ids}
    foretold = await act(desk.client, "/bulk/preview", **asked)
    assert (foretold["status"], foretold["changed"], foretold["failed"]) == ("dry-run", 2, 1)
    done = await act(desk.client, **asked)
    assert (done["changed"], done["failed"], done["failures"]) == (2, 1, foretold["failures"])
    [failure] = done["failures"]
    assert (failure["id"], failure["title"], failure["errors"][0]["code"]) == (ids[1], "Deal 1", "closed")
    assert (await revert(desk.client, done["id"]))["reverted"]["undone"] == 2


async def test_what_a_gate_asked_for_goes_back_with_the_move_as_one_step(desk: Office) -> None:
    stages = [{"key": key, "zh": key, "en": key, "probability": 10, "gate": None} for key in ("talks", "offer")]
    stages[1]["gate"] = {"roles": [], "fields": ["amount", "close_date", "next_step"], "checklist": [], "back": None}
    pipeline = await desk.create("/sales/pipelines", name="Gated", stages=stages)
    ids = [
        await desk.create("/sales/opportunities", name=f"Gated {n}", currency="EUR", pipeline=pipeline)
        for n in range(3)
    ]
    before = [await desk.get(f"/sales/opportunities/{id}", min_version=1) for id in ids]
    filled = {"amount": "7.00", "close_date": "2027-01-31", "next_step": "Call", "owner": None}
    asked = {"type": "opportunity", "command": "change-stage", "body": {"stage": "offer", **filled}, "ids": ids}
    done = await act(desk.client, **asked)
    assert (done["changed"], done["failed"]) == (3, 0), done
    moved = [await desk.get(f"/sales/opportunities/{id}") for id in ids]
    assert [(one["stage"], one["amount"], one["next_step"], one["owner"]) for one in moved] == [
        ("offer", "7.00", "Call", None)
    ] * 3
    (await desk.client.patch(f"/sales/opportunities/{ids[1]}", json={"next_step": "Write"})).raise_for_status()
    assert (await revert(desk.client, done["id"]))["reverted"] == {"archived": 0, "undone": 2, "left": 1}
    [left] = await csv_of(desk.client, f"/bulk/{done['id']}/left.csv")
    assert (left["id"], left["reason"].rpartition(": ")[2]) == (ids[1], "next_step")
    names = ("stage", "probability", "amount", "close_date", "next_step", "owner")
    after = [await desk.get(f"/sales/opportunities/{id}") for id in ids]
    for n in (0, 2):
        assert {name: after[n][name] for name in names} == {name: before[n][name] for name in names}
        assert after[n]["version"] == moved[n]["version"] + 1  # one step
    assert {**after[1], **dict.fromkeys(("version", "updated_at", "next_step", "formulas"))} == {
        **moved[1],
        **dict.fromkeys(("version", "updated_at", "next_step", "formulas")),
    }  # nothing of it went back by halves


async def test_a_preview_decides_as_the_act_does_and_writes_nothing(desk: Office) -> None:
    ids = await accounts(desk, "Turin", 4)
    (await desk.client.post(f"/customer/accounts/{ids[0]}/archive", json={})).raise_for_status()
    unknown = "01900000-0000-7000-8000-000000000000"
    asked: dict[str, Any] = {"type": "account", "command": "edit", "ids": [*ids, unknown]}
    asked["body"] = {"tax_id": "91310000MA1FL0AB12"}
    await desk.suite.kernel.projector.catch_up()
    before = await desk.suite.kernel.store.head()
    foretold = await act(desk.client, "/bulk/preview", **asked)
    assert await acts_since(desk.suite, before) == []
    assert (foretold["changed"], foretold["unchanged"], foretold["failed"]) == (1, 0, 4)
    [shown] = foretold["sample"]
    assert (shown["id"], shown["title"]) == (ids[1], "Turin 1")
    assert shown["changes"]["tax_id"] == {"from": "", "to": "91310000MA1FL0AB12"}
    body = {"command": "assign", "ids": [ids[1]], "body": {"owner": None}}
    released = await act(desk.client, "/bulk/preview", type="account", **body)
    assert released["sample"][0]["changes"]["owner"] == {"from": desk.user, "to": None}
    assert list(released["names"]) == [desk.user]
    codes = [f["errors"][0]["code"] for f in foretold["failures"]]
    assert codes == ["archived", "duplicate", "duplicate", "not-found"]
    done = await act(desk.client, **asked)
    assert [f["errors"][0]["code"] for f in done["failures"]] == codes
    assert (await desk.client.get(f"/bulk/{foretold['id']}")).status_code == 404  # it is no record


async def test_failures_come_as_csv_in_the_language_of_the_reader(desk: Office) -> None:
    id = await desk.create("/customer/accounts", name='=HYPERLINK("x")')
    (await desk.client.post(f"/customer/accounts/{id}/archive", json={})).raise_for_status()
    await desk.get(f"/customer/accounts/{id}", min_version=2)
    done = await act(desk.client, type="account", command="tag", body={"add": ["x"]}, ids=[id])
    [row] = await csv_of(desk.client, f"/bulk/{done['id']}/failures.csv")
    assert row["title"] == '\'=HYPERLINK("x")'
    assert (row["id"], row["code"]) == (id, "archived")
    assert row["message"] == "the record is archived; restore it first"
    [row] = await csv_of(desk.client, f"/bulk/{done['id']}/failures.csv", "zh-CN")
    assert "恢复" in row["message"] or "还原" in row["message"]


async def test_an_act_whose_count_has_changed_is_refused(desk: Office) -> None:
    await accounts(desk, "Bern", 3)
    asked = {"type": "account", "command": "archive", "filters": {"city": "Bern"}, "expected_count": 2}
    for path in ("/bulk", "/bulk/preview"):
        answer = await desk.client.post(path, json=asked)
        assert answer.status_code == 409
        assert (answer.json()["code"], answer.json()["expected"], answer.json()["actual"]) == ("count-changed", 2, 3)
    assert await values(desk, "Bern", "archived") == [False] * 3


async def test_groups_of_conditions_choose_the_records(desk: Office) -> None:
    ids = await accounts(desk, "Nice", 2, industry="Retail") + await accounts(desk, "Metz", 1, industry="Retail")
    groups = {"any": [{"field": "city", "value": "Nice"}, {"field": "city", "value": "Metz"}]}
    asked = {"type": "account", "command": "tag", "body": {"add": ["south"]}, "expected_count": 3}
    done = await act(desk.client, **asked, filters={"filter": groups, "owner": "@me"})
    assert done["changed"] == 3
    assert (await desk.get(f"/customer/accounts/{ids[2]}"))["tags"] == ["south"]
    await revert(desk.client, done["id"])


async def test_a_key_begins_an_act_once_although_the_filter_finds_other_records_then(desk: Office) -> None:
    await accounts(desk, "Oslo", 2)
    asked = {"type": "account", "command": "archive", "filters": {"city": "Oslo"}, "expected_count": 2}
    done = await act(desk.client, **asked, headers={"Idempotency-Key": "oslo-1"})
    assert done["changed"] == 2
    again = await desk.client.post("/bulk", json=asked, headers={"Idempotency-Key": "oslo-1"})
    assert (again.status_code, again.json()["id"]) == (201, done["id"])
    other = {**asked, "command": "restore"}
    assert (await desk.client.post("/bulk", json=other, headers={"Idempotency-Key": "oslo-1"})).status_code == 422


GOOD: dict[str, Any] = {"type": "account", "command": "edit", "body": {"city": "X"}, "ids": ["a"]}


@pytest.mark.parametrize(
    ("change", "status", "field", "code"),
    [
        ({"type": "shoe"}, 404, "", ""),
        ({"command": "merge"}, 422, "command", "not-for-many"),
        ({"command": "CreateAccount"}, 422, "command", "not-for-many"),
        ({"body": {"shoe": 1}}, 422, "body.shoe", "extra-forbidden"),
        ({"body": {"founded": "x"}}, 422, "body.founded", "int-type"),
        ({"ids": []}, 422, "ids", "too-short"),
        ({"ids": ["a"] * 1001}, 422, "ids", "too-long"),
        ({"ids": ["a b"]}, 422, "ids.0", "string-pattern-mismatch"),
        ({"ids": None}, 422, "ids", "ids-or-filters"),
        ({"filters": {}}, 422, "ids", "ids-or-filters"),
        ({"expected_count": 2}, 422, "expected_count", "other-count"),
        ({"ids": None, "filters": {"city": "X"}}, 422, "expected_count", "required"),
        ({"ids": None, "filters": {}, "expected_count": 100_001}, 422, "expected_count", "too-many-records"),
        ({"ids": None, "filters": {"shoe": "X"}, "expected_count": 1}, 422, "filters.shoe", "bad-filter"),
        ({"ids": None, "filters": {"city": {}}, "expected_count": 1}, 422, "filters.city", "bad-filter"),
        ({"ids": None, "filters": {"limit": "1"}, "expected_count": 1}, 422, "filters.limit", "unknown-parameter"),
        ({"shoe": 1}, 422, "shoe", "extra-forbidden"),
    ],
)
async def test_what_does_not_fit_is_refused_whole(
    desk: Office, change: dict[str, Any], status: int, field: str, code: str
) -> None:
    before = await desk.suite.kernel.store.head()
    for path in ("/bulk", "/bulk/preview"):
        answer = await desk.client.post(path, json=GOOD | change)
        assert answer.status_code == status, answer.text
        if field:
            assert (field, code) in [(e["field"], e["code"]) for e in answer.json()["errors"]], answer.text
    assert await acts_since(desk.suite, before) == []


async def test_pause_resume_and_cancel(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BATCH", 1)
    ids = await accounts(desk, "Pisa", 40)
    asked = {"type": "account", "command": "tag", "body": {"add": ["leaning"]}, "ids": ids}
    id = (await desk.client.post("/bulk", json=asked)).raise_for_status().json()["id"]
    (await desk.client.post(f"/bulk/{id}/pause", json={"reason": "lunch"})).raise_for_status()
    last = (await events_of(desk.client, id))[-1]
    assert (last["status"], last["reason"]) == ("paused", "lunch")
    assert last["changed"] < 40
    (await desk.client.post(f"/bulk/{id}/resume", json={})).raise_for_status()
    assert (await events_of(desk.client, id))[-1]["changed"] == 40
    assert (await desk.client.post(f"/bulk/{id}/cancel", json={})).status_code == 409

    id = (await desk.client.post("/bulk", json={**asked, "body": {"add": ["tall"]}})).raise_for_status().json()["id"]
    (await desk.client.post(f"/bulk/{id}/cancel", json={})).raise_for_status()
    last = (await events_of(desk.client, id))[-1]
    assert last["status"] == "cancelled"
    assert (await desk.client.post(f"/bulk/{id}/resume", json={})).status_code == 409
    assert (await revert(desk.client, id))["reverted"]["left"] == 0
    await desk.suite.kernel.projector.catch_up()
    assert await values(desk, "Pisa", "tags") == [["leaning"]] * 40


@pytest.mark.one_process
async def test_rights_are_those_of_the_owner_at_that_moment(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await accounts(desk, "Graz", 3)
    monkeypatch.setattr(runner, "BATCH", 1)
    rights, asked = execution.rights_of, 0

    async def fewer(kernel: Kernel, tenant: str, user: str) -> Access | None:
        nonlocal asked
        asked += 1
        access = await rights(kernel, tenant, user)
        assert access is not None
        return access if asked < 3 else Access(access.tenant, access.user)

    monkeypatch.setattr(execution, "rights_of", fewer)
    done = await act(desk.client, type="account", command="tag", body={"add": ["x"]}, ids=ids)
    assert done["status"] == "failed"
    assert "no right to" in done["error"]
    assert 0 < done["changed"] < 3
    monkeypatch.setattr(execution, "rights_of", rights)
    (await desk.client.post(f"/bulk/{done['id']}/resume", json={})).raise_for_status()
    assert (await events_of(desk.client, done["id"]))[-1]["changed"] == 3
