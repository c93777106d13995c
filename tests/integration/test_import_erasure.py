"""What an import was called, how its files were named and what its mapping says goes with whom it brought in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.integration.imports.execution import ImportExecution
from tests.support.importing import Office, office, projecting
from tests.support.leaks import files_with, hits
from tests.support.oracle import settle

WORDS = ("quillfeather", "marzipan")
MAPPING = """\
name: Guests of Quillfeather
steps:
  - name: marzipan
    file: quillfeather.csv
    resource: contact
    fields: { given_name: First, family_name: Last, description: { constant: Seen with Quillfeather } }
"""
FILES = {"quillfeather.csv": "First,Last\nZephyrine,Plain\nOtto,Plain\n"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path, working=False, warehouse=True) as opened:
        yield opened


async def carry_out(desk: Office, id: str) -> None:
    async with projecting(desk.suite.kernel):
        await ImportExecution(desk.suite.kernel, desk.tenant, id).run()


async def imported(desk: Office) -> str:
    id: str = (await desk.send(MAPPING, FILES)).json()["id"]
    await carry_out(desk, id)
    await settle(desk.suite.kernel)
    return id


async def test_the_words_of_an_import_go_with_the_first_who_is_erased(desk: Office, tmp_path: Path) -> None:
    id = await imported(desk)
    page = await desk.get("/customer/contacts", q="Zephyrine")
    assert hits(await text(desk, f"/imports/{id}"), WORDS)
    assert [n for n in files_with(tmp_path, WORDS) if n.startswith("events.db")] == []
    (await desk.client.post(f"/customer/contacts/{page['items'][0]['id']}/erase", json={})).raise_for_status()
    await settle(desk.suite.kernel)
    shown = await desk.get(f"/imports/{id}")
    assert (shown["name"], shown["mapping"], shown["files"]) == ("[erased]", "[erased]", [])
    assert (shown["status"], shown["created"], shown["erased"]) == ("completed", 2, True)
    for path in ("", "/report", "/history", "/timeline"):
        assert hits(await text(desk, f"/imports/{id}{path}"), WORDS) == [], path
    assert hits(await text(desk, "/audit/events", last="200"), WORDS) == []
    refused = await desk.client.post(f"/imports/{id}/revert", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "erased")
    others = [d for d in (await desk.get("/customer/contacts"))["items"] if d["given_name"] == "Otto"]
    assert others[0]["description"] == "Seen with Quillfeather"  # it is Otto's
    (await desk.client.post(f"/customer/contacts/{others[0]['id']}/erase", json={})).raise_for_status()
    await settle(desk.suite.kernel)
    assert files_with(tmp_path, WORDS) == {}


async def test_an_unfinished_import_ends_and_its_files_go(desk: Office, tmp_path: Path) -> None:
    id: str = (await desk.send(MAPPING, FILES)).json()["id"]
    await desk.suite.kernel.projector.catch_up()
    (await desk.client.post(f"/imports/{id}/pause", json={"reason": "marzipan is out"})).raise_for_status()
    assert [n for n in files_with(tmp_path, WORDS) if n.startswith("events.db")] == []
    (await desk.client.post(f"/imports/{id}/erase", json={})).raise_for_status()
    await settle(desk.suite.kernel)
    shown = await desk.get(f"/imports/{id}")
    assert (shown["status"], shown["reason"], shown["erased"]) == ("failed", "[erased]", True)
    assert not (tmp_path / "imports" / id).exists()
    await carry_out(desk, id)
    assert (await desk.get("/customer/contacts"))["items"] == []
    assert files_with(tmp_path, WORDS) == {}


async def text(desk: Office, path: str, **params: str) -> str:
    return (await desk.client.get(path, params=params)).raise_for_status().text
