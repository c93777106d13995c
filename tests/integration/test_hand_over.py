"""Who leaves: open work moves to a successor, what is finished stays, and nothing new is given to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.suite import Whole, open_whole


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with open_whole(tmp_path) as opened:
        yield opened


async def post(client: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_finished_stays_with_who_did_it(whole: Whole) -> None:
    admin, bob = whole.client(), whole.client("sales_representative")
    leaver, heir = whole.ours.users["sales_representative"], whole.ours.users["sales_manager"]
    deals = [(await post(bob, "/sales/opportunities", 201, name=f"D{n}"))["id"] for n in range(3)]
    await post(bob, f"/sales/opportunities/{deals[0]}/amount", amount="900.00", currency="EUR")
    await post(bob, f"/sales/opportunities/{deals[0]}/win")
    await post(bob, f"/sales/opportunities/{deals[1]}/lose", reason="price")
    tasks = [(await post(bob, "/customer/activities", 201, kind="task", subject=f"T{n}"))["id"] for n in range(3)]
    await post(bob, f"/customer/activities/{tasks[0]}/complete")
    await post(bob, f"/customer/activities/{tasks[1]}/cancel")
    leads = [(await post(bob, "/sales/leads", 201, name=f"L{n}", company=f"C{n}"))["id"] for n in range(2)]
    await post(bob, f"/sales/leads/{leads[0]}/disqualify", reason="no budget")
    await whole.settle()
    await post(admin, f"/identity/users/{leaver}/deactivate")
    await post(admin, f"/identity/users/{leaver}/hand-over", to=heir)
    await whole.settle()
    finished = {f"opportunities/{deals[0]}", f"opportunities/{deals[1]}", f"leads/{leads[0]}"}
    owners = {}
    for noun, ids in (("opportunities", deals), ("leads", leads)):
        owners |= {f"{noun}/{id}": (await admin.get(f"/sales/{noun}/{id}")).json()["owner"] for id in ids}
    assert {path for path, owner in owners.items() if owner == leaver} == finished
    assert set(owners.values()) == {leaver, heir}
    found = [(await admin.get(f"/customer/activities/{id}")).json()["owner"] for id in tasks]
    assert found == [leaver, leaver, heir]


async def test_nothing_is_given_to_someone_who_has_left(whole: Whole) -> None:
    admin, leaver = whole.client(), whole.ours.users["marketing"]
    me = whole.ours.users["administrator"]
    account = (await post(admin, "/customer/accounts", 201, name="Umbrella"))["id"]
    theirs = (await post(admin, "/customer/accounts", 201, name="Their own", owner=leaver))["id"]
    moved = await post(admin, f"/customer/accounts/{theirs}/transfer", owner=me)
    await post(admin, f"/identity/users/{leaver}/deactivate")
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/customer/accounts", {"name": "New", "owner": leaver}),
        ("/customer/contacts", {"family_name": "Lee", "owner": leaver}),
        ("/customer/activities", {"kind": "task", "subject": "Call", "owner": leaver}),
        ("/sales/leads", {"name": "Lee", "owner": leaver}),
        ("/sales/opportunities", {"name": "Deal", "owner": leaver}),
        (f"/customer/accounts/{account}/transfer", {"owner": leaver}),
        (f"/customer/accounts/{theirs}/undo", {"version": moved["version"]}),
        (f"/identity/users/{me}/hand-over", {"to": leaver}),
    ]
    for path, body in bodies:
        answer = await admin.post(path, json=body)
        errors = [(e["field"], e["code"]) for e in answer.json().get("errors", [])]
        expected = [("to" if "to" in body else "owner", "deactivated")]
        assert (path, answer.status_code, errors) == (path, 422, expected), answer.text
    chinese = await admin.post("/customer/accounts", json=bodies[0][1], headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["errors"][0]["message"] == "该用户已停用；请选择在职的用户"
