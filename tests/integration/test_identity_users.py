"""Users, teams and roles over HTTP: what each role sees, how rights change at once, and what is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.audit.replays import replay
from services.identity.preferences import PREFERENCES
from services.identity.session import SESSION
from shared.streaming import rebuild as rebuilding
from shared.streaming.leases import exclusively
from shared.views.port import Query, Scope
from tests.support.identity_suite import ADMIN, PASSWORD, Suite, open_suite, post


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    async with open_suite(tmp_path) as opened:
        await opened.set_up()
        yield opened


@pytest.fixture
async def admin(suite: Suite) -> httpx.AsyncClient:
    return await suite.sign_in()


async def names(client: httpx.AsyncClient) -> set[str]:
    return {a["name"] for a in (await client.get("/customer/accounts")).json()["items"]}


# --- rights -----------------------------------------------------------------------------------------------------------


async def test_each_level_sees_its_part(suite: Suite, admin: httpx.AsyncClient) -> None:
    east = (await post(admin, "/identity/teams", 201, name="East"))["id"]
    north = (await post(admin, "/identity/teams", 201, name="North", parent=east))["id"]
    roles = {
        level: (
            await post(
                admin,
                "/identity/roles",
                201,
                zh=level,
                en=level,
                grants={"account": {"read": level, "create": "own", "edit": "own"}, "user": {"read": "all"}},
            )
        )["id"]
        for level in ("own", "team", "below", "all")
    }
    clients = {}
    for who, level, team in (
        ("eva", "own", east),
        ("ed", "team", east),
        ("boss", "below", east),
        ("nora", "team", north),
        ("spy", "all", None),
    ):
        id = await suite.join(admin, f"{who}@acme.example", roles[level], teams=[team] if team else [])
        clients[who] = await suite.sign_in(f"{who}@acme.example")
        await post(clients[who], "/customer/accounts", 201, name=f"of {who}")
        assert id
    await suite.settle()
    assert await names(clients["eva"]) == {"of eva"}
    assert await names(clients["ed"]) == {"of eva", "of ed", "of boss"}
    assert await names(clients["boss"]) == {"of eva", "of ed", "of boss", "of nora"}
    assert await names(clients["nora"]) == {"of nora"}
    assert await names(clients["spy"]) == {"of eva", "of ed", "of boss", "of nora", "of spy"}


async def test_a_change_of_role_or_team_counts_at_once_and_older_tokens_end(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    await post(admin, "/customer/accounts", 201, name="Umbrella")
    id = await suite.join(admin, "bob@acme.example", "sales_representative")
    bob = await suite.sign_in("bob@acme.example")
    await suite.settle()
    assert await names(bob) == set()
    await post(admin, f"/identity/users/{id}/roles", roles=["read_only"])
    await suite.settle()
    assert (await bob.get("/customer/accounts")).status_code == 401
    again = await bob.post("/identity/sessions/refresh")
    bob.headers["Authorization"] = f"Bearer {again.json()['access_token']}"
    assert await names(bob) == {"Umbrella"}


async def test_a_suspended_user_is_refused_everywhere_until_reactivated(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, "bob@acme.example", "read_only")
    bob = await suite.sign_in("bob@acme.example")
    assert (await bob.get("/customer/accounts")).status_code == 200
    await post(admin, f"/identity/users/{id}/suspend")
    await suite.settle()
    assert (await bob.get("/customer/accounts")).status_code == 401
    assert (await bob.post("/identity/sessions/refresh")).status_code == 401
    await post(admin, f"/identity/users/{id}/reactivate")
    await suite.settle()
    assert (await bob.get("/customer/accounts")).status_code == 401  # the old token stays void
    assert (await (await suite.sign_in("bob@acme.example")).get("/customer/accounts")).status_code == 200


async def test_hidden_and_locked_fields_hold_on_every_way(suite: Suite, admin: httpx.AsyncClient) -> None:
    role = (
        await post(
            admin,
            "/identity/roles",
            201,
            zh="内勤",
            en="Back office",
            grants={"account": {"read": "all", "create": "all", "edit": "all", "export": "all"}},
            hidden={"account": ["tax_id"]},
            read_only={"account": ["website"]},
        )
    )["id"]
    await suite.join(admin, "bob@acme.example", role)
    account = (await post(admin, "/customer/accounts", 201, name="Umbrella", tax_id="SECRET-77"))["id"]
    await admin.patch(f"/customer/accounts/{account}", json={"tax_id": "SECRET-78"})
    await suite.settle()
    bob = await suite.sign_in("bob@acme.example")
    for path in (
        f"/customer/accounts/{account}",
        f"/customer/accounts/{account}?as_of=1",
        f"/customer/accounts/{account}/history",
        "/customer/accounts",
        "/customer/accounts?fields=name",
        "/customer/accounts/export?format=csv",
    ):
        answer = await bob.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert "SECRET" not in answer.text, path
    for path in ("tax_id=SECRET-78", "sort=tax_id", "tax_id[prefix]=SECRET"):
        assert (await bob.get(f"/customer/accounts?{path}")).status_code == 422
    for field in ("tax_id", "website"):
        answer = await bob.patch(f"/customer/accounts/{account}", json={field: "x.example"})
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, "read-only")]
    undo = await bob.post(f"/customer/accounts/{account}/undo", json={"version": 2})
    assert undo.status_code == 422
    me = (await bob.get("/identity/me")).json()
    assert me["hidden"] == {"account": ["tax_id"]}
    assert me["read_only"] == {"account": ["site_key", "tax_id", "website"]}  # the site's key shows the website


async def test_nobody_gives_themselves_or_others_more_than_they_hold(suite: Suite, admin: httpx.AsyncClient) -> None:
    officer = (
        await post(
            admin, "/identity/roles", 201, zh="人事", en="HR", grants={"user": {"*": "all"}, "role": {"*": "all"}}
        )
    )["id"]
    id = await suite.join(admin, "hr@acme.example", officer)
    other = await suite.join(admin, "bob@acme.example", "read_only")
    boss = (await admin.get("/identity/me")).json()["user"]["id"]
    hr = await suite.sign_in("hr@acme.example")
    await post(hr, f"/identity/users/{id}/roles", 403, roles=["administrator"])
    await post(hr, f"/identity/users/{other}/roles", 403, roles=["administrator"])
    await post(hr, "/identity/users", 403, name="X", email="x@acme.example", roles=["administrator"])
    await post(hr, "/identity/roles", 403, zh="a", en="a", grants={"*": {"*": "all"}})
    assert (await hr.patch(f"/identity/roles/{officer}", json={"grants": {"*": {"*": "all"}}})).status_code == 403
    for verb in ("suspend", "deactivate", "invitation"):
        await post(hr, f"/identity/users/{boss}/{verb}", 403)
    await post(hr, f"/identity/users/{boss}/email", 403, email="mine@acme.example")
    await post(hr, "/identity/users", 201, name="Y", email="y@acme.example", roles=[officer])


@pytest.mark.parametrize("role", ["sales_manager", "sales_representative", "marketing", "service_agent", "read_only"])
async def test_built_in_roles_do_not_govern_users(suite: Suite, admin: httpx.AsyncClient, role: str) -> None:
    id = await suite.join(admin, "bob@acme.example", role)
    bob = await suite.sign_in("bob@acme.example")
    boss = (await admin.get("/identity/me")).json()["user"]["id"]
    for target in (id, boss):
        for verb, body in (
            ("roles", {"roles": ["administrator"]}),
            ("suspend", {}),
            ("deactivate", {}),
            ("email", {"email": "x@acme.example"}),
            ("invitation", {}),
            ("erase", {}),
            ("archive", {}),
            ("teams", {"teams": []}),
            ("manager", {"manager": None}),
            ("hand-over", {"to": boss}),
        ):
            answer = await bob.post(f"/identity/users/{target}/{verb}", json=body)
            assert answer.status_code == 403, (verb, answer.text)
        assert (await bob.patch(f"/identity/users/{target}", json={"name": "X"})).status_code == 403
    assert (await bob.patch("/identity/me", json={"name": "Bobby", "language": "zh"})).status_code == 200
    assert (await bob.patch("/identity/me", json={"roles": ["administrator"]})).status_code == 422
    assert (await bob.patch("/identity/me", json={"email": "x@acme.example"})).status_code == 422


async def test_the_last_administrator_cannot_go_even_when_two_act_at_once(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    first = (await admin.get("/identity/me")).json()["user"]["id"]
    for verb, body in (("suspend", {}), ("deactivate", {}), ("roles", {"roles": []})):
        refused = await post(admin, f"/identity/users/{first}/{verb}", 409, **body)
        assert refused["code"] == "last-administrator"
    second = await suite.join(admin, "bob@acme.example", "administrator")
    await suite.settle()
    other = await suite.sign_in("bob@acme.example")
    await asyncio.gather(
        admin.post(f"/identity/users/{second}/roles", json={"roles": []}),
        other.post(f"/identity/users/{first}/suspend", json={}),
    )
    await suite.settle()
    await suite.settle()
    tenant = (await suite.kernel.store.read_all(0, 1, categories=["user"]))[0].tenant
    found = [await suite.kernel.directory.access(tenant, id) for id in (first, second)]
    assert any(a is not None and "administrator" in {r.id for r in a.roles} for a in found)


async def test_work_is_handed_over_record_by_record(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, "bob@acme.example", "sales_representative")
    heir = await suite.join(admin, "eve@acme.example", "sales_representative")
    bob = await suite.sign_in("bob@acme.example")
    made = [(await post(bob, "/customer/accounts", 201, name=f"Account {n}"))["id"] for n in range(5)]
    await post(bob, f"/customer/accounts/{made[0]}/archive")
    await suite.settle()
    await post(admin, f"/identity/users/{id}/deactivate")
    await post(admin, f"/identity/users/{id}/hand-over", to=heir)
    await suite.settle()
    await suite.settle()
    assert await names(await suite.sign_in("eve@acme.example")) == {f"Account {n}" for n in range(1, 5)}
    history = (await admin.get(f"/customer/accounts/{made[1]}/history")).json()["items"]
    assert history[0]["changes"] == {"owner": {"from": id, "to": heir}}
    assert history[0]["on_behalf_of"] == (await admin.get("/identity/me")).json()["user"]["id"]


# --- what others may know ---------------------------------------------------------------------------------------------


async def test_why_somebody_sees_a_record_is_explained(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, "bob@acme.example", "sales_representative")
    account = (await post(admin, "/customer/accounts", 201, name="Umbrella"))["id"]
    await suite.settle()
    path = f"/identity/access/explain?resource=account&id={account}"
    explained = (await admin.get(f"{path}&user={id}")).json()
    assert (explained["visible"], explained["relation"]) == (False, "none")
    read = next(r for r in explained["rights"] if r["action"] == "read")
    assert read == {"action": "read", "level": "team", "allowed": False, "roles": ["sales_representative"]}
    own = (await admin.get(path)).json()
    assert (own["visible"], own["relation"]) == (True, "own")
    bob = await suite.sign_in("bob@acme.example")
    assert (await bob.get(path)).status_code == 404
    assert (await bob.get(f"{path}&user={own['user']}")).status_code == 403
    assert (await admin.get("/identity/access/explain?resource=account")).status_code == 422


async def test_the_choice_of_roles_lists_built_in_ones_and_ones_own(suite: Suite, admin: httpx.AsyncClient) -> None:
    await post(admin, "/identity/roles", 201, zh="甲", en="A", grants={"account": {"read": "team"}})
    await suite.settle()
    items = (await admin.get("/identity/access/roles")).json()["items"]
    assert next(r["id"] for r in items if r["built_in"]) == "administrator"
    assert [(r["en"], r["grants"]) for r in items if not r["built_in"]] == [("A", {"account": {"read": "team"}})]


async def test_public_keys_are_published_and_nothing_private(suite: Suite) -> None:
    answer = await suite.client().get("/identity/.well-known/jwks.json")
    keys = answer.json()["keys"]
    assert len(keys) == 2
    assert all(set(k) == {"kty", "crv", "use", "alg", "kid", "x"} for k in keys)


async def test_no_answer_anywhere_holds_a_secret(suite: Suite, admin: httpx.AsyncClient) -> None:
    id = await suite.join(admin, "bob@acme.example", "read_only")
    await admin.post("/identity/password", json={"current": PASSWORD, "new": "nine kinds of lamps"})
    client = await suite.sign_in(ADMIN, "nine kinds of lamps")
    await suite.settle()
    for path in (
        f"/identity/users/{id}",
        f"/identity/users/{id}/history",
        f"/identity/users/{id}?as_of=4",
        f"/identity/users/{id}/timeline",
        "/identity/users",
        "/identity/users?as_of=2100-01-01",
        "/identity/users/export?format=csv",
        "/identity/sessions",
        "/identity/me",
        "/identity/openapi.json",
    ):
        answer = await client.get(path)
        assert answer.status_code in (200, 422), (path, answer.text)
        for secret in ("$argon2", 'token_hash":"', PASSWORD, "v1."):
            assert secret not in answer.text, (path, secret)


async def test_an_erased_user_is_unreadable_everywhere_and_frees_their_name(
    suite: Suite, admin: httpx.AsyncClient
) -> None:
    id = await suite.join(admin, "bob.dylan@acme.example", "read_only")
    await post(admin, f"/identity/users/{id}/deactivate")
    await post(admin, f"/identity/users/{id}/erase")
    await suite.settle()
    shown = (await admin.get(f"/identity/users/{id}")).json()
    assert (shown["name"], shown["email"]) == ("[erased]", "")
    assert "bob.dylan" not in (await admin.get(f"/identity/users/{id}/history")).text
    await post(admin, "/identity/users", 201, name="B", email="bob.dylan@acme.example")


async def test_no_plain_text_of_an_erased_user_is_left_in_any_file(suite: Suite, admin: httpx.AsyncClient) -> None:
    """Also not of the devices they signed in from, and also when the process died before the key was destroyed."""
    id = await suite.join(admin, "bob.dylan@acme.example", "read_only")
    [tenant] = [tenant async for tenant, _, _ in suite.kernel.views.scan("organisations")]
    browser = suite.client(**{"User-Agent": "Quillbrowser"})
    answer = await browser.post("/identity/sessions", json={"email": "bob.dylan@acme.example", "password": PASSWORD})
    refresh = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    await suite.settle()
    assert b"Quillbrowser" in suite.stored_bytes()
    await post(admin, f"/identity/users/{id}/deactivate")
    with patch.object(suite.kernel.keys, "destroy", side_effect=RuntimeError("the process dies here")):
        await admin.post(f"/identity/users/{id}/erase")
    await suite.settle()
    await suite.client().post("/identity/sessions/refresh", headers=refresh)
    await suite.settle()
    assert await suite.kernel.keys.key(tenant, id) is None
    held = suite.stored_bytes().lower()
    assert [s for s in (b"bob.dylan", b"quillbrowser") if s in held] == []
    for session in (await suite.kernel.views.find("sessions", Query(), Scope(tenant))).items:
        folded = await suite.kernel.repository.load(SESSION, tenant, session["id"])
        assert session == SESSION.document(folded)


async def test_an_erased_user_stays_unreadable_where_a_replay_had_read_them_before(
    suite: Suite, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure is over, files purged, when the replayed view takes the place of the masked one."""
    id = await suite.join(admin, "bob.dylan@acme.example", "read_only")
    bob = await suite.sign_in("bob.dylan@acme.example")
    (await bob.put("/identity/me/preferences", json={"motto": "Quillwork"})).raise_for_status()
    await post(admin, f"/identity/users/{id}/deactivate")
    await suite.settle()
    assert b"Quillwork" in suite.stored_bytes()

    async def first_erased(*args: Any) -> Any:
        monkeypatch.undo()
        await post(admin, f"/identity/users/{id}/erase")
        await suite.settle()
        return await exclusively(*args)

    monkeypatch.setattr(rebuilding, "exclusively", first_erased)
    await replay(suite.kernel, [PREFERENCES], False, lambda _: None)
    [tenant] = [tenant async for tenant, _, _ in suite.kernel.views.scan("organisations")]
    shown = await suite.kernel.views.get("preferences", id, Scope(tenant))
    assert shown is not None
    assert shown["values"] == {}
    assert b"quillwork" not in suite.stored_bytes().lower()
