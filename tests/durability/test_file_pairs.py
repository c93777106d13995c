"""Each file of a data directory: missing, of an earlier day, another installation's, damaged. See docs/reliability.md.

Either the suite opens, and then it shows and knows what it must; or it refuses, says what to put back, and no file was
changed.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from tests.durability.scale import LIMIT, PROVE
from tests.support.importing import office
from tests.support.leaks import files_with
from tests.support.oracle import settle
from tests.support.pairs import (
    SECRETS,
    Days,
    all_agrees,
    erased_for_good,
    live,
    mix,
    opened,
    prints,
)

FILES = (
    "events.db",
    "views.db",
    "past.db",
    "ledger.db",
    "explorer.db",
    "keys/keys.db",
    "keys/root.key",
    "keys/signing.keys",
    "keys/notary.key",
    "warehouse",
    "imports",
)
OPENS = ""
pytestmark = LIMIT
# What the refusal says; OPENS = there is none.
CELLS = {
    ("events.db", "missing"): r"events\.db is missing.*put events\.db back",
    ("events.db", "older"): OPENS,
    ("events.db", "another's"): r"keys\.db belongs to another installation than events\.db",
    ("events.db", "damaged"): r"events\.db cannot be read.*put it back from its backup",
    ("views.db", "missing"): OPENS,
    ("views.db", "older"): OPENS,
    ("views.db", "another's"): OPENS,
    ("views.db", "damaged"): OPENS,
    ("past.db", "missing"): OPENS,
    ("past.db", "older"): OPENS,
    ("past.db", "another's"): OPENS,
    ("past.db", "damaged"): OPENS,
    ("ledger.db", "missing"): OPENS,
    ("ledger.db", "older"): OPENS,
    ("ledger.db", "another's"): OPENS,
    ("ledger.db", "damaged"): OPENS,
    ("explorer.db", "missing"): OPENS,
    ("explorer.db", "older"): OPENS,
    ("explorer.db", "another's"): OPENS,
    ("explorer.db", "damaged"): OPENS,
    ("keys/keys.db", "missing"): r"keys\.db is missing.*put the keys directory back",
    ("keys/keys.db", "older"): r"keys\.db lacks the keys of 1 people.*Put the keys directory back.*do not replay",
    ("keys/keys.db", "another's"): r"the root key does not belong to .*keys\.db",
    ("keys/keys.db", "damaged"): r"keys\.db cannot be read.*put it back from its backup",
    ("keys/root.key", "missing"): r"root\.key is missing: put it back",
    ("keys/root.key", "older"): OPENS,  # it is never another one
    ("keys/root.key", "another's"): r"the root key does not belong to .*keys\.db",
    ("keys/root.key", "damaged"): r"root\.key: a root key is 32 bytes long",
    ("keys/signing.keys", "missing"): OPENS,
    ("keys/signing.keys", "older"): OPENS,
    ("keys/signing.keys", "another's"): r"signing\.keys does not open with this root key.*remove it",
    ("keys/signing.keys", "damaged"): r"signing\.keys does not open with this root key.*remove it",
    ("keys/notary.key", "missing"): OPENS,
    ("keys/notary.key", "older"): OPENS,  # it is never another one
    ("keys/notary.key", "another's"): r"notary\.key does not open with this root key.*remove it",
    ("keys/notary.key", "damaged"): r"notary\.key does not open with this root key.*remove it",
    ("warehouse", "missing"): OPENS,
    ("warehouse", "older"): OPENS,
    ("warehouse", "another's"): OPENS,
    ("warehouse", "damaged"): OPENS,
    ("imports", "missing"): OPENS,
    ("imports", "older"): OPENS,
    ("imports", "another's"): OPENS,
    ("imports", "damaged"): OPENS,
}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return asyncio.run(live(tmp_path_factory.mktemp("days")))


def _damage(path: Path) -> None:
    """Half of every file is gone, and of what is left, half is something else."""
    for file in [path] if path.is_file() else [f for f in path.rglob("*") if f.suffix in (".db", ".bin", ".sql")]:
        half = file.stat().st_size // 2
        file.write_bytes(file.read_bytes()[: half // 2] + b"\xa5" * (half - half // 2))
        if file.suffix == ".db":
            file.write_bytes(b"\xa5" * half)


def _arranged(folder: Path, days: Days, file: str, state: str) -> Path:
    sources = {"missing": folder / "nowhere", "older": days.yesterday, "another's": days.stranger}
    data = mix(folder, days.today, {file: sources[state]} if state in sources else {})
    if state == "damaged":
        _damage(data / file)
    if (file, state) == ("events.db", "older"):
        (data / "ledger.db").unlink()  # as operators do after a restore: else the ledger stops, test_ledger.py
    return data


def test_every_cell_has_a_row() -> None:
    assert {*CELLS} == {(file, state) for file in FILES for state in ("missing", "older", "another's", "damaged")}


# The most important ones; all of them in `make prove`.
MOST = {("events.db", "older"), ("views.db", "another's")}
OPENED = [cell for cell, refusal in CELLS.items() if not refusal and (PROVE or cell in MOST)]
LONG = pytest.mark.skipif(not PROVE, reason="in make prove")


@pytest.mark.parametrize(("file", "state"), [cell for cell, refusal in CELLS.items() if refusal])
async def test_it_refuses_and_changes_nothing(tmp_path: Path, days: Days, file: str, state: str) -> None:
    data = _arranged(tmp_path, days, file, state)
    before = prints(data)
    with pytest.raises(WrongSetting, match=CELLS[file, state]):
        await Suite.open(Settings(data))
    assert prints(data) == before


@pytest.mark.parametrize(("file", "state"), OPENED)
async def test_it_opens_and_shows_what_it_must(tmp_path: Path, days: Days, file: str, state: str) -> None:
    data = _arranged(tmp_path, days, file, state)
    async with opened(data, days) as at_work:
        await erased_for_good(at_work, days)
        nadia = await at_work.client.get(f"/customer/contacts/{days.nadia}")
        assert nadia.status_code == (404 if (file, state) == ("events.db", "older") else 200)
    assert files_with(data, SECRETS) == {}


async def test_a_whole_directory_of_yesterday_beside_the_keys_of_today(tmp_path: Path, days: Days) -> None:
    """The restore that operators do: erased people stay so, and nothing of them is left in any file."""
    data = mix(tmp_path, days.yesterday, {"keys": days.today})
    assert {*files_with(data, SECRETS)} >= {"views.db"}
    async with opened(data, days) as at_work:
        await erased_for_good(at_work, days)
    if PROVE:
        async with opened(data, days) as at_work:  # and once more, from what was noted
            await erased_for_good(at_work, days)


async def test_keys_of_yesterday_that_lack_nobody_carry_the_erasures_out_again(tmp_path: Path, days: Days) -> None:
    data = mix(tmp_path, days.today, {})
    async with opened(data, days):
        pass  # the read log has its key of the day from now on
    shutil.copy(data / "keys" / "keys.db", tmp_path / "earlier.db")
    async with opened(data, days) as at_work:
        nadia = days.nadia
        (await at_work.client.post(f"/customer/contacts/{nadia}/erase", json={})).raise_for_status()
        await settle(at_work.suite.kernel)
        tenant, keys = at_work.tenant, at_work.suite.kernel.keys
        assert await keys.key(tenant, nadia) is None
    shutil.copy(tmp_path / "earlier.db", data / "keys" / "keys.db")
    async with opened(data, days) as at_work:
        assert await at_work.suite.kernel.keys.key(at_work.tenant, nadia) is None
        assert (await at_work.get(f"/customer/contacts/{nadia}"))["erased"]


async def test_events_and_keys_of_yesterday_beside_views_that_know_better(tmp_path: Path, days: Days) -> None:
    data = mix(tmp_path, days.yesterday, {"views.db": days.today})
    before = prints(data)
    with pytest.raises(WrongSetting, match=r"keys\.db knows 0 erased people, views\.db \d: .*newest keys directory"):
        await Suite.open(Settings(data))
    assert prints(data) == before


async def test_the_keys_of_a_stranger_are_refused(tmp_path: Path, days: Days) -> None:
    data = mix(tmp_path, days.today, {"keys": days.stranger})
    before = prints(data)
    with pytest.raises(WrongSetting, match="belongs to another installation"):
        await Suite.open(Settings(data))
    assert prints(data) == before


@pytest.mark.parametrize("left", ["keys", "views.db", "warehouse", "imports"])
async def test_any_companion_alone_keeps_a_lost_log_from_being_begun_anew(
    tmp_path: Path, days: Days, left: str
) -> None:
    (tmp_path / "nothing").mkdir()
    data = mix(tmp_path, tmp_path / "nothing", {left: days.today})
    with pytest.raises(WrongSetting, match="put events"):
        await Suite.open(Settings(data))
    assert not (data / "events.db").exists()


async def test_a_person_without_key_is_left_as_shown(tmp_path: Path, days: Days) -> None:
    """The ring lost one key while the suite was not looking: nothing is masked, replay refuses, verify says why."""
    data = mix(tmp_path, days.today, {})
    with sqlite3.connect(data / "keys" / "keys.db") as ring:
        ring.execute("DELETE FROM subject_keys WHERE subject = ?", (days.otto,))
    ring.close()
    async with opened(data, days) as at_work:
        assert (await at_work.get(f"/customer/contacts/{days.otto}"))["name"] == "Otto Plain"
        replayed = (await at_work.client.post("/audit/replays", json={"views": ["contacts"]})).text
        assert "put keys/keys.db back" in replayed
        assert (await at_work.get(f"/customer/contacts/{days.otto}"))["name"] == "Otto Plain"
        refused = await at_work.client.patch(f"/customer/contacts/{days.otto}", json={"title": "Dr"})
        assert refused.status_code == 503
        verified = (await at_work.client.post("/audit/verifications", json={})).text
        assert '"keyless_count":1' in verified
        assert days.otto in verified
        assert (await at_work.get(f"/customer/contacts/{days.nadia}"))["name"] == "Nadia Newcomer"


async def test_files_without_an_id_are_adopted_where_every_key_is_there(tmp_path: Path, days: Days) -> None:
    data = mix(tmp_path, days.today, {})
    _forget_installation(data / "keys" / "keys.db")
    async with opened(data, days) as at_work:
        await all_agrees(at_work)
    stranger = mix(tmp_path / "mixed", days.stranger, {"keys": data})
    _forget_installation(stranger / "keys" / "keys.db")
    with pytest.raises(WrongSetting, match="lacks the keys of"):
        await Suite.open(Settings(stranger))


def _forget_installation(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("DELETE FROM meta WHERE name IN ('installation', 'checked')")
    db.close()


async def _killed(data: Path, folder: Path) -> tuple[Path, str]:
    """The directory as a kill leaves it, its log not moved; and the id of a contact who is in that log alone."""
    async with office(data, working=False, warehouse=True) as at_work:
        id = await at_work.create("/customer/contacts", given_name="Late", family_name="Comer")
        shutil.copytree(data, folder, symlinks=True)
    assert (folder / "events.db-wal").stat().st_size
    return folder, id


@LONG
@pytest.mark.parametrize("state", ["missing", "damaged"])
async def test_without_the_log_of_sqlite_it_is_an_earlier_day(tmp_path: Path, days: Days, state: str) -> None:
    data, late = await _killed(mix(tmp_path, days.today, {}), tmp_path / "killed")
    if state == "missing":
        (data / "events.db-wal").unlink()
    else:
        _damage(data / "events.db-wal")
    async with opened(data, days) as at_work:
        assert (await at_work.client.get(f"/customer/contacts/{late}")).status_code == 404
        await erased_for_good(at_work, days)


async def test_the_log_of_another_file_is_never_moved_into_the_events(tmp_path: Path, days: Days) -> None:
    data = mix(tmp_path, days.today, {})
    killed, _ = await _killed(mix(tmp_path / "other", days.stranger, {}), tmp_path / "killed")
    shutil.copy(killed / "events.db-wal", data)
    before = prints(data)
    with pytest.raises(WrongSetting, match=r"Put events\.db back|put (it|back)|belongs to another"):
        await Suite.open(Settings(data))
    after = prints(data)
    assert [after[name] for name in before] == [*before.values()]
    (data / "events.db-wal").unlink()
    async with opened(data, days) as at_work:  # and without it, all is as it was
        await all_agrees(at_work)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("format", b"99"),
        ("format", b"?"),
        pytest.param("format", None, marks=LONG),
        pytest.param("lock", None, marks=LONG),
        pytest.param("lock", b"\xff" * 9, marks=LONG),
    ],
)
async def test_lock_and_format(tmp_path: Path, days: Days, file: str, content: bytes | None) -> None:
    data = mix(tmp_path, days.today, {})
    if content is None:
        (data / file).unlink()
    else:
        (data / file).write_bytes(content)
    if file == "format" and content:
        with pytest.raises(WrongSetting, match="has format"):
            await Suite.open(Settings(data))
        return
    await (await Suite.open(Settings(data))).close()
    assert (data / "format").read_text() == "1\n"
