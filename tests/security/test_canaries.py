"""Nothing of people and no secret is shown to operators; after an erasure nothing of the person is left in any file."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import httpx
import pytest

from crm.compose import Suite
from crm.settings import Settings
from shared.streaming.parked import OPERATORS, PARKED
from shared.views.port import Query, Scope
from shared.warehouse.confined import ConfinedWarehouse
from tests.security.canaries import (
    COMPANY,
    GONE,
    NOTE,
    PERSON,
    POISONED,
    REJECTED,
    TYPED,
    USER,
    Life,
    everything,
    live,
)
from tests.support.leaks import files_with, hits
from tests.support.processes import PASSWORD


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    return live(tmp_path_factory.mktemp("canaries"))


def test_the_canaries_were_there_to_be_found(life: Life) -> None:
    """Else nothing below would mean anything."""
    views = {c for name, held in life.before.items() if name.startswith("views.db") for c in held}
    assert views >= {*PERSON, *USER, *NOTE}
    imports = {c for name, held in life.before.items() if name.startswith("imports/") for c in held}
    assert imports == {*REJECTED}
    assert hits(life.poison_says, POISONED) == ["Ottoline", "Marchpane"]
    assert f"parked contact-{life.poisoned}" in life.output
    assert life.spans >= {"POST /contacts", "customer.CreateContact", "project", "warehouse", "identity.SignIn"}
    assert life.measured >= {"crm.command.duration", "crm.projection.parked"}
    assert hits(life.printed, ("customer.ContactCreated", "identity.SignInFailed"))
    assert len(life.secrets) == len(set(life.secrets)) == 7
    assert len(life.answers) > 10
    assert hits("\n".join(life.urls), ("/customer/contacts/",))


def test_no_output_holds_a_secret_or_anything_of_people(life: Life) -> None:
    canaries = (*GONE, *POISONED, *TYPED, PASSWORD, *life.secrets)
    leaks = {name: hits(content, canaries) for name, content in everything(life)}
    assert not any(leaks.values()), leaks


def test_no_refusal_repeats_a_secret(life: Life) -> None:
    assert hits("\n".join(life.answers), (*TYPED[:2], *life.secrets, PASSWORD)) == []


def test_no_file_ever_holds_a_secret_and_the_log_nothing_of_people(life: Life) -> None:
    assert files_with(life.folder, (*TYPED, *life.secrets)) == {}
    assert files_with(life.data, (PASSWORD,)) == {}
    assert [n for n in life.before if n.startswith(("events.db", "keys/", "warehouse/"))] == []
    early = (life.folder / "early.db").read_bytes()
    assert hits(early, (COMPANY,))
    assert hits(early, GONE) == []


def test_dead_letters_hold_nothing_of_people(life: Life, tmp_path: Path) -> None:
    async def parked() -> list[dict[str, object]]:
        suite = await Suite.open(Settings(life.data))
        try:
            return [dict(d) for d in (await suite.kernel.views.find(PARKED.name, Query(), Scope(OPERATORS))).items]
        finally:
            await suite.close()

    [letter] = asyncio.run(parked())
    assert letter["stream"] == f"contact-{life.poisoned}"
    assert ": TypeError at " in str(letter["error"])
    assert hits(json.dumps(letter), (*GONE, *POISONED)) == []


def test_after_an_erasure_nothing_of_the_person_is_left(life: Life) -> None:
    assert life.while_running == {}
    assert files_with(life.folder, GONE) == {}
    assert hits(life.erased["/customer/contacts"], ("items",))
    assert {path: found for path, text in life.erased.items() if (found := hits(text, GONE))} == {}


def test_the_warehouse_holds_nothing_of_people(life: Life) -> None:
    """Its files are compressed, so every table is read."""

    async def tables() -> dict[str, str]:
        warehouse = await ConfinedWarehouse.open(f"chdb:{life.data / 'warehouse'}")
        try:
            named = await warehouse.rows("SELECT name FROM system.tables WHERE database = 'crm'")
            return {str(name): repr(await warehouse.rows(f"SELECT * FROM `{name}`")) for (name,) in named}
        finally:
            await warehouse.close()

    held = asyncio.run(tables())
    assert hits(held["accounts_now"], (COMPANY,))
    assert {name: found for name, rows in held.items() if (found := hits(rows, (*GONE, *POISONED)))} == {}


def test_an_old_log_with_the_keys_of_today_keeps_the_erased_erased(life: Life, tmp_path: Path) -> None:
    """Restored from a backup of before the erasure; the keys are not part of it."""
    shutil.copytree(life.data / "keys", tmp_path / "keys")
    shutil.copy(life.folder / "early.db", tmp_path / "events.db")

    async def contacts() -> str:
        suite = await Suite.open(Settings(tmp_path))
        try:
            token = await suite.operator_token(None)
            transport = httpx.ASGITransport(suite.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as http:
                answer = await http.get("/customer/contacts", headers={"Authorization": f"Bearer {token}"})
                return answer.raise_for_status().text
        finally:
            await suite.close()

    shown = asyncio.run(contacts())
    assert "[erased]" in shown
    assert "Otto" in shown  # who was imported, and not erased
    assert files_with(tmp_path, (*PERSON[:4], *USER, *NOTE)) == {}
