"""Every text that any command takes has an answer, and nothing of an erased person is left of any of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.clock import day_of
from shared.events.subjects import PERSONS as SUBJECTS
from tests.security.personal import ANSWERS, OTHERS, PERSONS
from tests.security.sowing import Field, route_name, spots
from tests.security.suite import Stage, all_opened, open_copy, open_stage
from tests.support.backed_up import done

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNREACHABLE = {  # no caller can send a text of their own there
    "identity.InviteListedUser email",  # a user who came with an import; the address is that of UserEmailChanged
    "customer.RemoveContactEmail email",  # one that is there already
    "customer.SetPrimaryEmail email",
    "customer.RemoveContactPhone phone",
    "customer.ChangeContactDetails birthday",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("fields") / "data") as opened:
        yield opened


async def test_every_field_of_every_command_has_an_answer(stage: Stage) -> None:
    asked = list(spots(stage))
    assert len(asked) > 150
    assert [spot.name for spot in asked if spot.answer is None] == []
    commands = {route_name(a, c) for a in stage.suite.kernel.catalogue for c in a.commands.values() if not c.hidden}
    others = {r.name for r in stage.routes if r.texts and r.name not in commands}
    assert others == OTHERS.keys()


async def test_no_answer_is_for_nothing(stage: Stage) -> None:
    known = {(spot.aggregate.name, spot.field) for spot in spots(stage)}
    listed = {(r, f) for r, kinds in ANSWERS.items() if r != "*" for fields in kinds.values() for f in fields.split()}
    assert listed - known == set()


async def test_the_codec_knows_the_same_persons(stage: Stage) -> None:
    """A record type with a way to erase it has a key of its own, and no other has."""
    erasable = {a.name for a in stage.suite.kernel.catalogue if a.erasure is not None}
    assert erasable == {*PERSONS} == SUBJECTS


async def test_nothing_is_left_of_any_field(stage: Stage, tmp_path: Path) -> None:
    """The log of the process and its telemetry are looked through in `test_canaries.py`."""
    folder, client = stage.suite.settings.data, await stage.client(stage.acme.tenant, stage.acme.user)
    field = Field(stage, client)
    wanted = [s for s in spots(stage) if s.answer in ("person", "text") and s.name not in UNREACHABLE]
    for resource in {s.aggregate.name for s in wanted if s.place == ("custom",)}:
        await field.made("field_definition", resource=resource, name="noted", kind="text", options=[])
    await settle(stage)
    for spot in wanted:
        await field.sow(spot)
    missing = {s.name: field.refused[s.name] for s in wanted if s.name not in field.sown}
    assert not missing, "\n".join(map(str, missing.items()))
    await settle(stage)
    held = field.in_files(folder)
    assert [name for name in held if name.startswith(("events.db", "keys/", "warehouse/"))] == []
    assert [name for name in held if name.startswith("views.db")]  # else nothing below would mean anything
    assert len(await shown(stage, field)) > len(field.sown)
    backup = ("--to", tmp_path / "target", "--data", folder, "--key", tmp_path / "key")
    await asyncio.to_thread(done, "backup", "key", tmp_path / "key")
    await asyncio.to_thread(done, "backup", "create", *backup)
    before = await stage.suite.kernel.store.head()

    holds = [f"/audit/legal-holds/{stage.ids['legal_hold']}"]
    for path in (*holds, *(p for p in field.records if p.startswith("/audit/legal-holds/"))):
        (await client.post(f"{path}/release", json={})).raise_for_status()
    asked = [f"/audit/subject-requests/{stage.ids['subject_request']}"]
    for path in (*asked, *(p for p in field.records if p.startswith("/audit/subject-requests/"))):
        ended = await client.post(f"{path}/refuse", json={"cause": "done with"})
        assert ended.status_code in (200, 409), (path, ended.text)
    for path in field.people:
        if path.startswith("/identity/users/"):
            await client.post(f"{path}/deactivate", json={})
        erased = await client.post(f"{path}/erase", json={})
        assert erased.status_code == 200, (path, erased.text)
    day = day_of(stage.suite.kernel.clock.now())
    erased = await client.post("/audit/text-erasures", json={"day": day}, timeout=60)
    assert '"keys":1' in erased.text.replace(" ", ""), erased.text
    await settle(stage)
    assert field.in_files(folder) == {}
    assert await shown(stage, field) == {}
    assert await in_warehouse(stage, field) == {}
    await asyncio.to_thread(done, "backup", "create", *backup)
    for to in (before, await stage.suite.kernel.store.head()):
        restored = tmp_path / f"restored-{to}"
        source = ("--from", tmp_path / "target", "--data", restored, "--key", tmp_path / "key", "--to", str(to))
        await asyncio.to_thread(done, "restore", *source)
        assert field.in_files(restored) == {}
        async with open_copy(restored) as (suite, _):
            assert field.found((await all_opened(suite)).encode()) == []
            assert suite.kernel.feed is not None
            await suite.kernel.feed.catch_up()
            assert field.in_files(restored) == {}
    assert field.in_files(tmp_path / "target") == {}


async def settle(stage: Stage) -> None:
    """Views, policies and the warehouse have come to the end of the log."""
    kernel = stage.suite.kernel
    assert kernel.feed is not None
    async with asyncio.timeout(60):
        while min(kernel.projector.position, kernel.policies.position) < await kernel.store.head():
            await asyncio.sleep(0.05)
    await kernel.feed.catch_up()


async def shown(stage: Stage, field: Field) -> dict[str, list[str]]:
    """What is found in the body of every answer that is there to be read, by path."""
    paths = [r.path for r in stage.routes if r.method == "GET" and "{" not in r.path and not r.query and not r.public]
    paths.remove("/changes")  # it carries no value of a field, and does not end
    paths += [f"{path}{part}" for path in field.records for part in ("", "/history", "/timeline", "?as_of=1")]
    paths += ["/audit/events?last=1000", "/search?q=zqkanari", "/customer/contacts?q=zqkanari"]
    answers = {path: (await field.client.get(path)).content for path in paths}
    return {path: found for path, content in answers.items() if (found := field.found(content))}


async def in_warehouse(stage: Stage, field: Field) -> dict[str, list[str]]:
    """Its files are compressed, so every table is read."""
    feed = stage.suite.kernel.feed
    assert feed is not None
    named = await feed.warehouse.rows("SELECT name FROM system.tables WHERE database = 'crm'")
    rows = {str(name): repr(await feed.warehouse.rows(f"SELECT * FROM `{name}`")) for (name,) in named}
    return {name: found for name, text in rows.items() if (found := field.found(text.encode()))}
