"""A masked fork holds nobody's text, address or secret in any form, and lets nobody in who could get into the suite."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest_asyncio

from crm.verifying import verify_directory
from tests.security.sowing import Field, spots
from tests.security.suite import PASSWORD, Stage, all_opened, open_copy, open_stage
from tests.support.backed_up import done

ADDRESSES = ("ada@acme.example", "uma@umbrella.example", "bert@acme.example")
NAMES = ("Ada Bloom", "Uma Reed", "Bert Quill")
CHOSEN = "nine slow copper kettles"


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path / "data") as opened:
        yield opened


async def test_a_masked_fork_holds_nobody_and_lets_nobody_in(stage: Stage, tmp_path: Path) -> None:
    field = Field(stage, await stage.client(stage.acme.tenant, stage.acme.user))
    for spot in spots(stage):
        if spot.answer in ("person", "text"):
            await field.sow(spot)
    assert len(field.sown) > 100
    opened = await _secrets(stage)
    data, key, target, new = (tmp_path / name for name in ("data", "key", "target", "new"))
    await asyncio.to_thread(done, "backup", "key", key)
    await asyncio.to_thread(done, "backup", "create", "--to", target, "--data", data, "--key", key)
    said = await asyncio.to_thread(done, "fork", "--from", target, "--data", new, "--key", key, "--mask")

    hidden = [*ADDRESSES, *NAMES, *(text for text in opened.values() if len(text) > 20)]
    assert _held(field, new, hidden) == {}
    async with open_copy(new) as (suite, http):
        kept = (await all_opened(suite)).encode()
        assert field.found(kept) == []
        assert [text for text in hidden if text.encode() in kept] == []
        await _nobody_gets_in(http, opened)
        await _the_administrators_get_in(http, said)
        shown = await _shown(stage, field, http)
        assert {path: found for path, found in shown.items() if found} == {}
    assert _held(field, new, hidden) == {}
    assert (await asyncio.to_thread(verify_directory, new, None))["ok"]


async def test_what_was_unique_is_unique_in_a_masked_fork(stage: Stage, tmp_path: Path) -> None:
    """Its keys of blind indexes are new, so that they tell nobody whose address was known."""
    admin = await stage.client(stage.acme.tenant, stage.acme.user)
    (await admin.post("/customer/accounts", json={"name": "Taxed", "tax_id": "TAX-77"})).raise_for_status()
    data, key, target, new = (tmp_path / name for name in ("data", "key", "target", "new"))
    await asyncio.to_thread(done, "backup", "key", key)
    await asyncio.to_thread(done, "backup", "create", "--to", target, "--data", data, "--key", key)
    said = await asyncio.to_thread(done, "fork", "--from", target, "--data", new, "--key", key, "--mask")
    rings = []
    for folder in (data, new):
        with closing(sqlite3.connect(folder / "keys/keys.db")) as db:
            rings.append([{*db.execute(f"SELECT wrapped FROM {t}")} for t in ("tenant_keys", "index_keys")])
    assert all(ours.isdisjoint(theirs) for ours, theirs in zip(*rings, strict=True))
    async with open_copy(new) as (_, http):
        await _the_administrators_get_in(http, said)
        again = await http.post("/customer/accounts", json={"name": "Again", "tax_id": "tax-77"})
        assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "duplicate")


async def _secrets(stage: Stage) -> dict[str, str]:
    """What opens the suite: tokens, a key, a feed's address, an invitation, a factor and its codes."""
    admin = await stage.client(stage.acme.tenant, stage.acme.user)
    device = {"email": "ada@acme.example", "password": PASSWORD}
    async with stage.anybody() as browser:
        session = (await browser.post("/identity/sessions", json=device)).raise_for_status().json()
    key = (await admin.post("/identity/api-keys", json={"name": "export", "role": "administrator"})).json()
    feed = (await admin.post("/customer/calendar-feeds", json={"name": "Mine"})).json()
    body = {"name": "Bert Quill", "email": "bert@acme.example", "roles": ["administrator"]}
    bert = (await admin.post("/identity/users", json=body)).raise_for_status().json()["id"]
    link = (await admin.post(f"/identity/users/{bert}/invitation")).raise_for_status().json()["token"]
    found = {
        "access": session["access_token"],
        "refresh": session["refresh_token"],
        "key": key["key"],
        "feed": feed["path"],
        "invitation": link,
    }
    async with stage.anybody() as other:
        umbrella = {"email": "uma@umbrella.example", "password": PASSWORD}
        signed_in = (await other.post("/identity/sessions", json=umbrella)).raise_for_status().json()
        other.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        begun = await other.post("/identity/me/second-factor", json={"password": PASSWORD})
        secret = begun.raise_for_status().json()["secret"]
        code = {"code": pyotp.TOTP(secret).now()}
        codes = (await other.post("/identity/me/second-factor/confirm", json=code)).raise_for_status().json()
    return {**found, "factor": secret, "recovery": codes["recovery_codes"][0]}


def _held(field: Field, folder: Path, hidden: list[str]) -> dict[str, list[str]]:
    """What of anybody stands in the files."""
    held = field.in_files(folder)
    for file in (f for f in folder.rglob("*") if f.is_file()):
        content = file.read_bytes()
        if found := [text for text in hidden if text.encode() in content]:
            held.setdefault(str(file.relative_to(folder)), []).extend(found)
    return held


async def _nobody_gets_in(http: httpx.AsyncClient, opened: dict[str, str]) -> None:
    async def asked(method: str, path: str, token: str = "", **more: Any) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return (await http.request(method, path, headers=headers, **more)).status_code

    for email in ADDRESSES:
        for code in ("", opened["recovery"], pyotp.TOTP(opened["factor"]).now()):
            body = {"email": email, "password": PASSWORD, "code": code}
            assert await asked("POST", "/identity/sessions", json=body) == 401
    assert await asked("POST", "/identity/sessions/refresh", json={"refresh_token": opened["refresh"]}) == 401
    accepted = {"token": opened["invitation"], "password": CHOSEN}
    assert await asked("POST", "/identity/invitations/accept", json=accepted) == 403
    assert await asked("GET", opened["feed"]) == 404
    for token in (opened["access"], opened["key"]):
        for path in ("/identity/me", "/customer/accounts", "/audit/events"):
            assert await asked("GET", path, token) == 401


async def _the_administrators_get_in(http: httpx.AsyncClient, said: str) -> None:
    """Each organisation's, once by its link; the client goes on as the first one's."""
    ways = [line for line in said.splitlines() if "#token=" in line]
    assert [line.partition(":")[0] for line in ways] == ["Acme", "Umbrella"]
    for line in reversed(ways):
        email, token = line.split(": ", 1)[1].split(",")[0], line.rpartition("#token=")[2]
        accepted = {"token": token, "password": CHOSEN}
        assert (await http.post("/identity/invitations/accept", json=accepted)).json() == {"email": email}
        assert (await http.post("/identity/invitations/accept", json=accepted)).status_code == 403
        begun = await http.post("/identity/sessions", json={"email": email, "password": CHOSEN})
        http.headers["Authorization"] = f"Bearer {begun.raise_for_status().json()['access_token']}"


async def _shown(stage: Stage, field: Field, http: httpx.AsyncClient) -> dict[str, list[str]]:
    """What of anybody stands in the answers to an administrator, by path."""
    paths = [r.path for r in stage.routes if r.method == "GET" and "{" not in r.path and not r.query and not r.public]
    paths.remove("/changes")
    paths += [f"{path}{part}" for path in field.records for part in ("", "/history", "/timeline", "?as_of=1")]
    paths += ["/audit/events?last=1000", "/search?q=zqkanari", "/customer/contacts?q=zqkanari"]
    answers = {path: (await http.get(path)).content for path in paths}
    assert b'"Acme"' in b"".join(answers.values())
    return {path: field.found(content) for path, content in answers.items()}
