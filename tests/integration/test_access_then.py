"""Access then and access if: they agree with what the suite decides live, before and after the change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.identity import preview
from shared.clock import to_rfc3339
from shared.kernel.bus import Call
from shared.security.permissions import Access, system_access
from tests.support.importing import Office, office
from tests.support.world import joined

OWN = {"account": {"read": "own", "edit": "own"}, "user": {"read": "all"}}
TEAM = {"account": {"read": "team", "edit": "own"}, "user": {"read": "all"}}


@dataclass
class Staff:
    """Mia owns an account; Tom is to read it one day. Both have the role `rep`, and nothing else."""

    desk: Office
    role: str
    team: str
    mia: str
    tom: str
    account: str

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.desk.client.post(path, json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def live(self, user: str) -> Access:
        await self.desk.suite.kernel.projector.catch_up()
        access = await self.desk.suite.kernel.directory.access(self.desk.tenant, user)
        assert access is not None
        return access

    async def asked(self, user: str, at: str = "", record: str = "") -> dict[str, Any]:
        params = {"record": record or f"account-{self.account}", "user": user, **({"at": at} if at else {})}
        found: dict[str, Any] = await self.desk.get("/audit/access", **params)
        return found

    async def moment(self) -> str:
        """Now: nothing that follows was recorded by then."""
        return to_rfc3339(self.desk.suite.kernel.clock.now())


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[Staff]:
    async with office(tmp_path / "data") as desk:
        role = await desk.create("/identity/roles", zh="销售", en="Rep", grants=OWN, hidden={"account": ["website"]})
        team = await desk.create("/identity/teams", name="East")
        bus, access = desk.suite.kernel.bus, system_access(desk.tenant)
        people = []
        for name in ("mia", "tom"):
            body = {"name": name, "email": f"{name}@example.com", "roles": [role]}
            people.append(await joined(bus, access, body))
        account = (await bus.send("customer.CreateAccount", {"name": "Acme", "owner": people[0]}, Call(access))).id
        await desk.suite.kernel.projector.catch_up()
        yield Staff(desk, role, team, people[0], people[1], account)


async def test_who_could_see_a_record_on_that_day_and_by_what(staff: Staff) -> None:
    before = await staff.moment()
    assert (await staff.asked(staff.tom, before))["visible"] is False
    of_mia = await staff.asked(staff.mia, before)
    assert (of_mia["visible"], of_mia["editable"], "website" in of_mia["hidden"]) == (True, True, True)
    read = next(right for right in of_mia["rights"] if right["action"] == "read")
    assert [(one["role"], one["by"]) for one in read["because"]] == [(staff.role, "own")]
    await staff.desk.client.patch(f"/identity/roles/{staff.role}", json={"grants": TEAM, "hidden": {}})
    for user in (staff.mia, staff.tom):
        await staff.post(f"/identity/users/{user}/teams", teams=[staff.team])
    together = await staff.moment()
    of_tom = await staff.asked(staff.tom, together)
    assert (of_tom["visible"], of_tom["editable"], of_tom["hidden"]) == (True, False, [])
    read = next(right for right in of_tom["rights"] if right["action"] == "read")
    assert [(one["by"], one["teams"]) for one in read["because"]] == [("team", ["East"])]
    assert (await staff.live(staff.tom)).allows("account", "read", staff.mia)
    await staff.post(f"/identity/users/{staff.tom}/suspend")
    await staff.post(f"/customer/accounts/{staff.account}/transfer", owner=staff.tom)
    now = await staff.asked(staff.tom)
    assert (now["active"], now["visible"], now["owner"]) == (False, False, staff.tom)
    assert (await staff.asked(staff.tom, together)) == of_tom  # what came later changes no answer about then
    assert (await staff.asked(staff.mia, "2001-01-01"))["existed"] is False
    for wrong in (f"record=account-{staff.account}&user=nobody", "record=account-none&user=x"):
        assert (await staff.desk.client.get(f"/audit/access?{wrong}")).status_code == 404
    assert (await staff.desk.client.get(f"/audit/access?record=account-{staff.account}")).status_code == 422


async def test_an_answer_tells_the_asker_nothing_that_is_hidden_from_them(staff: Staff) -> None:
    desk = staff.desk
    deal = await desk.create("/sales/opportunities", name="Deal", account=staff.account)
    reads = {"audit": {"read": "all"}, "opportunity": {"read": "all"}}
    _, no_users = await desk.colleague(grants=reads)
    reads["user"] = {"read": "all"}
    _, sees = await desk.colleague(grants=reads)
    _, no_owner = await desk.colleague(grants=reads, hidden={"opportunity": ["owner", "status"]})
    params = {"record": f"opportunity-{deal}", "user": desk.user}
    answer = await desk.client.get("/audit/access", params=params, headers=no_users)
    assert answer.status_code == 404
    whole, part = [(await desk.client.get("/audit/access", params=params, headers=h)).json() for h in (sees, no_owner)]
    assert (whole["owner"], part["owner"]) == (desk.user, None)
    revealing = {"sales.WinOpportunity", "sales.LoseOpportunity"}
    assert revealing <= {*whole["commands"]}
    assert not revealing & {*part["commands"]}
    assert "sales.TransferOpportunity" in part["commands"]  # whatever its status
    assert [any(right["because"] for right in one["rights"]) for one in (whole, part)] == [True, False]


async def test_a_change_of_role_team_or_user_says_beforehand_what_it_would_do(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in (staff.mia, staff.tom):
        await staff.post(f"/identity/users/{user}/teams", teams=[staff.team])
    await staff.desk.suite.kernel.projector.catch_up()
    wanted = {"grants": {**TEAM, "lead": {"read": "own"}}, "hidden": {"account": ["name"]}}
    found = await staff.post(f"/identity/roles/{staff.role}/preview", **wanted)
    assert (found["people"], found["gaining"], found["losing"]) == (2, 2, 2)
    mia, tom = found["items"]
    assert (mia["name"], tom["name"]) == ("mia", "tom")
    rights = {(one["resource"], one["action"]): (one["before"], one["after"]) for one in tom["gains"]}
    assert rights == {("account", "read"): ("own", "team"), ("lead", "read"): ("none", "own")}
    assert tom["losses"] == []
    (fields,) = tom["fields"]
    assert (fields["resource"], "website" in fields["shown"], "name" in fields["hidden"]) == ("account", True, True)
    assert {one["resource"]: (one["before"], one["after"]) for one in tom["records"]} == {"account": (0, 1)}
    assert "account" not in {one["resource"] for one in mia["records"]}  # her own one, before and after
    with monkeypatch.context() as patched:
        patched.setattr(preview, "MOST_COUNTED", 1)
        fewer = await staff.post(f"/identity/roles/{staff.role}/preview", **wanted)
    assert [(one["name"], one["records"]) for one in fewer["items"]] == [("mia", []), ("tom", [])]
    _, sees_no_users = await staff.desk.colleague(grants={"role": {"read": "all", "edit": "all"}})
    path = f"/identity/roles/{staff.role}/preview"
    unnamed = (await staff.desk.client.post(path, json=wanted, headers=sees_no_users)).raise_for_status().json()
    assert [(one["id"], one["name"], one["losses"]) for one in unnamed["items"]] == [("", "", [])] * 2
    assert not (await staff.live(staff.tom)).allows("account", "read", staff.mia)  # nothing was changed
    await staff.desk.client.patch(f"/identity/roles/{staff.role}", json=wanted)
    assert (await staff.live(staff.tom)).allows("account", "read", staff.mia)
    await staff.desk.suite.kernel.projector.catch_up()
    gone = await staff.post(f"/identity/teams/{staff.team}/preview", archived=True)
    lost = {one["name"]: [(right["resource"], right["action"]) for right in one["losses"]] for one in gone["items"]}
    assert lost == {"mia": [("account", "read")], "tom": [("account", "read")]}
    records = {one["name"]: [(each["before"], each["after"]) for each in one["records"]] for one in gone["items"]}
    assert records == {"mia": [], "tom": [(1, 0)]}  # she keeps her own
    none = await staff.post(f"/identity/users/{staff.tom}/preview", roles=[])
    assert (none["people"], none["gaining"], none["losing"]) == (1, 0, 1)
    bad = await staff.desk.client.post(f"/identity/roles/{staff.role}/preview", json={"grants": {"nothing": {}}})
    assert bad.json()["errors"][0]["field"] == "grants.nothing"
    assert (await staff.desk.client.post("/identity/roles/none/preview", json={})).status_code == 404
