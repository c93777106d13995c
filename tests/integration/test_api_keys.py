"""API keys: what they open and for how long, what events say of them, and that their secrets are kept nowhere."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.security.apikeys import new_key, presented
from tests.security.suite import Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEYS = "/identity/api-keys"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("keys") / "data") as opened:
        yield opened


async def admin(stage: Stage) -> httpx.AsyncClient:
    return await stage.client(stage.acme.tenant, stage.acme.user)


async def issued(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post(KEYS, json={"name": "export", "role": "administrator", **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def holder(stage: Stage, key: str) -> httpx.AsyncClient:
    client = stage.anybody()
    client.headers["Authorization"] = f"Bearer {key}"
    return client


async def status(stage: Stage, key: str, path: str = "/customer/accounts") -> int:
    async with holder(stage, key) as client:
        return (await client.get(path)).status_code


async def test_a_key_opens_every_service_and_says_so_in_events(stage: Stage) -> None:
    made = await issued(await admin(stage))
    async with holder(stage, made["key"]) as client:
        for path in ("/customer/accounts", "/sales/leads", "/identity/me", "/meta", "/search?q=acme", "/audit/events"):
            assert (await client.get(path)).status_code == 200, path
        id = (await client.post("/customer/accounts", json={"name": "Orchard 果园"})).json()["id"]
        entry = (await client.get(f"/audit/streams/account-{id}")).json()["items"][0]
        assert (entry["actor"], entry["on_behalf_of"]) == (f"key-{made['id']}", stage.acme.user)
        await client.get(f"/customer/accounts/{id}", params={"min_version": 1})
        record = (await client.get(f"/customer/accounts/{id}")).json()
        assert record["owner"] == stage.acme.user, "what it makes is its maker's"


async def test_scopes_cut_what_the_role_gives(stage: Stage) -> None:
    client = await admin(stage)
    reads = await issued(client, scopes={"read_only": True})
    async with holder(stage, reads["key"]) as by:
        assert (await by.get("/sales/leads")).status_code == 200
        assert (await by.post("/customer/accounts", json={"name": "X"})).status_code == 403
    typed = await issued(client, scopes={"types": ["account"]})
    async with holder(stage, typed["key"]) as by:
        assert (await by.post("/customer/accounts", json={"name": "Meadow 草地"})).status_code == 201
        assert (await by.get("/sales/leads")).status_code == 403
        assert (await by.get("/audit/events")).status_code == 403
    unknown = await client.post(KEYS, json={"name": "x", "role": "administrator", "scopes": {"types": ["zebra"]}})
    assert unknown.json()["errors"][0]["field"] == "types"


async def test_nobody_gives_a_key_more_than_they_hold(stage: Stage) -> None:
    clerk = await stage.client(stage.acme.tenant, await stage.user("sales_representative"))
    more = await clerk.post(KEYS, json={"name": "x", "role": "administrator"})
    assert (more.status_code, more.json()["errors"][0]["code"]) == (422, "not-held")
    own = await issued(clerk, role="sales_representative")
    assert await status(stage, own["key"]) == 200
    await stage.suite.kernel.projector.catch_up()
    mine = (await clerk.get(KEYS)).json()["items"]
    assert [key["id"] for key in mine] == [own["id"]], "only one's own are listed"
    assert {key["id"] for key in (await (await admin(stage)).get(KEYS)).json()["items"]} > {own["id"]}


async def test_hidden_fields_of_keys_stay_hidden(stage: Stage) -> None:
    client = await admin(stage)
    names = ["role", "expires_at", "used_at", "owner", "created_at", "revoked", "read_only", "types", "digest"]
    body = {"zh": "盲", "en": "Blind", "grants": {"*": {"*": "all"}}, "hidden": {"api_key": names}}
    role = (await client.post("/identity/roles", json=body)).json()["id"]
    await issued(client)
    await stage.suite.kernel.projector.catch_up()
    blind = await stage.client(stage.acme.tenant, await stage.user(role))
    items = (await blind.get(KEYS)).json()["items"]
    assert items
    assert {name for item in items for name in item} == {"id", "name", "scopes"}
    assert {name for item in items for name in item["scopes"]} == set()


async def test_a_key_ends_with_its_makers_rights(stage: Stage) -> None:
    client, user = await admin(stage), await stage.user("sales_manager")
    key = (await issued(await stage.client(stage.acme.tenant, user), role="sales_manager"))["key"]
    assert await status(stage, key) == 200
    (await client.post(f"/identity/users/{user}/roles", json={"roles": ["read_only"]})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert await status(stage, key) == 401
    (await client.post(f"/identity/users/{user}/roles", json={"roles": ["sales_manager"]})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert await status(stage, key) == 200
    (await client.post(f"/identity/users/{user}/suspend", json={})).raise_for_status()
    await stage.suite.kernel.projector.catch_up()
    assert await status(stage, key) == 401


async def test_a_revoked_key_is_refused_at_once(stage: Stage) -> None:
    client = await admin(stage)
    made = await issued(client)
    assert await status(stage, made["key"]) == 200
    revoked = (await client.delete(f"{KEYS}/{made['id']}")).json()
    assert (revoked["undo"], revoked["undo_reason"]["code"]) == (None, "revoked")
    assert await status(stage, made["key"]) == 401
    assert (await client.post(f"{KEYS}/{made['id']}/rotate", json={})).status_code == 409


async def test_a_rotated_key_has_another_secret(stage: Stage) -> None:
    client = await admin(stage)
    made = await issued(client)
    again = (await client.post(f"{KEYS}/{made['id']}/rotate", json={})).json()
    assert again["id"] == made["id"]
    assert [await status(stage, key) for key in (made["key"], again["key"])] == [401, 200]


async def test_a_key_ends_by_itself(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    client, now = await admin(stage), datetime.now(UTC)
    made = await issued(client)
    until = datetime.fromisoformat(made["expires_at"])
    assert timedelta(days=89) < until - now < timedelta(days=91)
    for wrong in (now - timedelta(days=1), now + timedelta(days=366)):
        body = {"name": "x", "role": "administrator", "expires_at": wrong.isoformat()}
        assert (await client.post(KEYS, json=body)).json()["errors"][0]["field"] == "expires_at"
    later = stage.suite.kernel.clock.now() + 91 * 86_400 * 1_000_000
    keys = stage.suite.kernel.api_keys
    monkeypatch.setattr(keys, "_clock", type("Later", (), {"now": lambda self: later})())
    assert await status(stage, made["key"]) == 401


async def test_a_key_is_no_person(stage: Stage) -> None:
    made, other = await issued(await admin(stage)), await issued(await admin(stage), name="another")
    async with holder(stage, made["key"]) as client:
        for method, path, body in (
            ("POST", KEYS, {"name": "x", "role": "administrator"}),
            ("POST", f"{KEYS}/{made['id']}/rotate", {}),
            ("DELETE", f"{KEYS}/{other['id']}", None),
            ("DELETE", f"{KEYS}/{made['id']}", None),
            ("PATCH", "/identity/me", {"name": "x"}),
            ("POST", "/identity/password", {"current": "x", "new": "y"}),
            ("GET", "/identity/sessions", None),
            ("GET", "/identity/me/notifications", None),
            ("DELETE", "/identity/sessions/current", None),
            ("POST", f"/identity/users/{stage.acme.user}/invitation", {}),
            ("GET", "/identity/me/preferences", None),
            ("PUT", "/identity/me/preferences", {"scheme": "dark"}),
            ("POST", "/identity/me/recents", {"items": []}),
        ):
            answer = await client.request(method, path, json=body)
            assert (answer.status_code, answer.json().get("code")) == (403, "not-by-key"), (path, answer.text)
    assert await status(stage, other["key"]) == 200


async def test_when_it_was_used_last_is_known_without_a_write_per_request(stage: Stage) -> None:
    client = await admin(stage)
    made = await issued(client)
    for _ in range(5):
        assert await status(stage, made["key"]) == 200
    async with asyncio.timeout(60):
        while (found := await listed(client, made["id"]))["used_at"] is None:
            await asyncio.sleep(0.02)
    assert found["expires_at"] == made["expires_at"]
    types = [e.type for e in await stage.suite.kernel.store.read(stage.acme.tenant, f"api_key-{made['id']}")]
    assert types == ["identity.ApiKeyIssued", "identity.ApiKeyUsed"]


async def listed(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    return next((key for key in (await client.get(KEYS)).json()["items"] if key["id"] == id), {"used_at": None})


async def test_secrets_are_kept_and_shown_nowhere(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    client = await admin(stage)
    with caplog.at_level(logging.DEBUG):
        made = await issued(client)
        await status(stage, made["key"])
        await status(stage, made["key"][:-1] + "0")
        await stage.suite.kernel.projector.catch_up()
        shown = (await client.get(KEYS)).text + (await client.get(f"/audit/streams/api_key-{made['id']}")).text
    secret = made["key"].rpartition(".")[2][:-8]
    for text in (shown, caplog.text):
        assert secret not in text
    assert hashlib.sha256(secret.encode()).hexdigest() not in (await client.get(KEYS)).text
    stored = b"".join(f.read_bytes() for f in stage.suite.settings.data.rglob("*") if f.is_file())
    assert secret.encode() not in stored


async def test_wrong_keys_take_the_throttle_before_anything_is_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, _ = new_key(stage.acme.tenant, "01936f00-0000-7000-8000-000000000001")
    made, unused = await issued(await admin(stage)), await issued(await admin(stage), name="unused")
    found = [await status(stage, key) for _ in range(70) for key in (made["key"], wrong)]
    assert set(found[::2]) == {200}, "a key that was right is never refused for wrong ones"
    assert (found[1], found[-1]) == (401, 429)
    read: list[str] = []
    load = stage.suite.kernel.repository.load

    async def counted(aggregate: Any, tenant: str, id: str) -> Any:
        read.append(id)
        return await load(aggregate, tenant, id)

    monkeypatch.setattr(stage.suite.kernel.repository, "load", counted)
    stolen = made["key"][: -8 - 4] + "AAAA"
    for key in (wrong, unused["key"], stolen + f"{zlib.crc32(stolen.encode()):08x}"):
        assert await status(stage, key) == 429
    assert not {presented(wrong).id, made["id"], unused["id"]} & {*read}


async def test_a_key_has_a_form_that_scanners_know() -> None:
    key, digest = new_key("c396231d-0c11-809b-bc9a-e786fd74726a", "01936f00-0000-7000-8000-000000000001")
    assert key.startswith("crm_")
    assert presented(key).digest == digest
    for wrong in (key[:-1], key + "0", key[:-1] + ("0" if key[-1] != "0" else "1"), "crm_", "crm_a.b.c", "x" * 500):
        with pytest.raises(ValueError, match="no API key"):
            presented(wrong)
