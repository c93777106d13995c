"""Links that invite somebody or replace a password: who may make one, how often it works, and what makes it void."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.kernel.bus import Call
from shared.security.permissions import system_access
from tests.support.identity_suite import PASSWORD, Suite, open_suite, post


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def admin(suite: Suite) -> httpx.AsyncClient:
    return await suite.sign_in()


async def test_an_invitation_works_once_and_only_the_newest(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = (await post(admin, "/identity/users", 201, name="Bob", email="bob@acme.example"))["id"]
    old = await post(admin, f"/identity/users/{id}/invitation", 201)
    new = await post(admin, f"/identity/users/{id}/invitation", 201)
    assert new["path"] == f"/invitation#token={new['token']}"
    client = suite.client()
    await post(client, "/identity/invitations/accept", 403, token=old["token"], password=PASSWORD)
    await post(client, "/identity/invitations/accept", 422, token=new["token"], password="short")
    accepted = await post(client, "/identity/invitations/accept", token=new["token"], password=PASSWORD)
    assert accepted == {"email": "bob@acme.example"}
    await post(client, "/identity/invitations/accept", 403, token=new["token"], password="another fine one")
    assert (await (await suite.sign_in("bob@acme.example")).get("/identity/me")).json()["user"]["status"] == "active"
    assert new["token"].split(".")[2].encode() not in suite.stored_bytes()


async def test_an_invitation_runs_out_and_says_no_more_than_a_made_up_one(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    id = (await post(admin, "/identity/users", 201, name="Bob", email="bob@acme.example"))["id"]
    token = (await post(admin, f"/identity/users/{id}/invitation", 201))["token"]
    suite.clock.forward(7 * 86_400 + 1)
    late = await post(suite.client(), "/identity/invitations/accept", 403, token=token, password=PASSWORD)
    for made_up in ("a.b.c", "x", token[:-1] + ("A" if token[-1] != "A" else "B"), f"{token}.x"):
        other = await post(suite.client(), "/identity/invitations/accept", 403, token=made_up, password=PASSWORD)
        assert other == late


OFFICER = {
    "user": dict.fromkeys(("read", "create", "edit", "manage", "archive"), "all"),
    "role": {"read": "all"},
    "team": {"read": "all"},
}


async def officer(suite: Suite, admin: httpx.AsyncClient, **more: Any) -> tuple[str, httpx.AsyncClient]:
    """Somebody who may invite, and no more: their role's id and their client."""
    role = (await post(admin, "/identity/roles", 201, zh="人事", en="HR", grants=OFFICER | more))["id"]
    await suite.join(admin, "hr@acme.example", role)
    return role, await suite.sign_in("hr@acme.example")


async def held_link(
    suite: Suite, admin: httpx.AsyncClient, issuer: httpx.AsyncClient, roles: list[str], **more: Any
) -> tuple[str, str]:
    body = {"name": "Pat", "email": "pat@acme.example", "roles": roles, **more}
    id = (await post(admin, "/identity/users", 201, **body))["id"]
    await suite.settle()
    return id, (await post(issuer, f"/identity/users/{id}/invitation", 201))["token"]


async def accept(suite: Suite, token: str, status: int) -> dict[str, Any]:
    return await post(suite.client(), "/identity/invitations/accept", status, token=token, password=PASSWORD)


async def test_a_link_made_before_its_user_became_administrator_is_void(suite: Suite, admin: httpx.AsyncClient) -> None:
    _, hr = await officer(suite, admin)
    id, link = await held_link(suite, admin, hr, [])
    await post(admin, f"/identity/users/{id}/roles", roles=["administrator"])
    await post(hr, f"/identity/users/{id}/invitation", 403)
    assert await accept(suite, link, 403) == await accept(suite, "a.b.c", 403)
    mine = (await post(admin, f"/identity/users/{id}/invitation", 201))["token"]
    await accept(suite, mine, 200)


async def test_a_link_is_void_once_its_issuer_might_not_make_it_any_more(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    """The user's own record stays as it is: their role comes to give more, or the issuer is suspended."""
    weak = (await post(admin, "/identity/roles", 201, zh="w", en="Weak"))["id"]
    role, hr = await officer(suite, admin)
    id, link = await held_link(suite, admin, hr, [weak])
    grants = {"account": {"read": "all"}}
    assert (await admin.patch(f"/identity/roles/{weak}", json={"grants": grants})).status_code == 200
    await suite.settle()
    assert await accept(suite, link, 403) == await accept(suite, "a.b.c", 403)
    assert (await admin.patch(f"/identity/roles/{role}", json={"grants": OFFICER | grants})).status_code == 200
    await suite.settle()
    boss = (await hr.get("/identity/me")).json()["user"]["id"]
    await post(admin, f"/identity/users/{boss}/suspend")
    await accept(suite, link, 403)
    await post(admin, f"/identity/users/{boss}/reactivate")
    await suite.settle()
    await accept(suite, link, 200)
    assert (await (await suite.sign_in("pat@acme.example")).get("/identity/me")).json()["user"]["id"] == id


async def test_a_link_is_void_once_its_user_reaches_further_than_its_issuer(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    below = {"account": {"read": "below"}}
    lead = (await post(admin, "/identity/roles", 201, zh="l", en="Lead", grants=below))["id"]
    _, hr = await officer(suite, admin, **below)
    boss = (await hr.get("/identity/me")).json()["user"]["id"]
    id, link = await held_link(suite, admin, hr, [lead], manager=boss)
    team = (await post(admin, "/identity/teams", 201, name="East", leads=[id]))["id"]
    await suite.join(admin, "seller@acme.example", "sales_representative", teams=[team])
    await suite.settle()
    await accept(suite, link, 403)


async def test_a_restore_revives_no_link_and_asks_who_governs_the_user(suite: Suite, admin: httpx.AsyncClient) -> None:
    _, hr = await officer(suite, admin)
    id, link = await held_link(suite, admin, admin, ["administrator"])
    await post(hr, f"/identity/users/{id}/archive", 403)
    await post(admin, f"/identity/users/{id}/archive")
    await accept(suite, link, 403)
    await post(hr, f"/identity/users/{id}/restore", 403)
    await post(admin, f"/identity/users/{id}/restore")
    await accept(suite, link, 403)


async def test_an_honest_link_is_good_days_later(suite: Suite, admin: httpx.AsyncClient) -> None:
    """Of an administrator, and of somebody who may invite: others change meanwhile, the user's standing does not."""
    _, hr = await officer(suite, admin)
    id, link = await held_link(suite, admin, hr, [])
    await post(admin, f"/identity/users/{id}/archive")
    await post(admin, f"/identity/users/{id}/restore")
    await accept(suite, link, 403)
    for issuer in (hr, admin):
        link = (await post(issuer, f"/identity/users/{id}/invitation", 201))["token"]
        assert (await admin.patch(f"/identity/users/{id}", json={"phone": "+49 30 1234567"})).status_code == 200
        await accept(suite, link, 200)


async def test_a_user_known_from_an_import_joins_on_the_same_record(suite: Suite, admin: httpx.AsyncClient) -> None:
    me = (await admin.get("/identity/me")).json()
    call = Call(system_access(me["tenant"], "import"))
    id = (await suite.kernel.bus.send("identity.ListUser", {"name": "Moses Frase"}, call)).id
    await post(admin, f"/identity/users/{id}/invitation", 409)
    await post(admin, f"/identity/users/{id}/invite", email="moses@acme.example", roles=["read_only"])
    token = (await post(admin, f"/identity/users/{id}/invitation", 201))["token"]
    await post(suite.client(), "/identity/invitations/accept", token=token, password=PASSWORD)
    found = (await (await suite.sign_in("moses@acme.example")).get("/identity/me")).json()["user"]
    assert (found["id"], found["name"]) == (id, "Moses Frase")


async def test_a_forgotten_password_is_replaced_by_a_new_link(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, "bob@acme.example", "read_only")
    before = await suite.sign_in("bob@acme.example")
    token = (await post(admin, f"/identity/users/{id}/invitation", 201))["token"]
    await post(suite.client(), "/identity/invitations/accept", token=token, password="nine kinds of lamps")
    assert (await before.get("/identity/me")).status_code == 401
    assert (await suite.sign_in("bob@acme.example", "nine kinds of lamps")) is not None
