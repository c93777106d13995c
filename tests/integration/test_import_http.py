"""Imports over HTTP against the real suite: what a user sends, sees and takes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.integration.jobs import execution
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from tests.support.exports.file import workbook
from tests.support.fair import FAIR, MAPPING, csv_of, named, renamed
from tests.support.importing import GUEST_LIST, Office, office
from tests.support.leaks import files_with
from tests.support.role_harness import acts_since


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(form: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("imports")) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_good_rows_are_taken_and_bad_ones_come_back(desk: Office) -> None:
    report = await desk.run(MAPPING, {"fair.csv": renamed(FAIR, "Taken")})
    assert report["status"] == "completed"
    assert (report["totals"]["created"], report["totals"]["rejected"]) == (2, 2)
    errors = [(r["line"], r["errors"][0]["field"], r["errors"][0]["code"]) for r in report["rejected"]]
    assert errors == [(3, "founded", "int-parsing"), (4, "", "too-many-columns")]
    found = await named(desk, "Taken")
    assert {name: a["founded"] for name, a in found.items()} == {"Acme Taken": 1999, "Delta Taken": 1980}
    rejected = await csv_of(desk, f"/imports/{report['id']}/rejected.csv")
    assert [(r["Company"], r["Since"], r["error_line"]) for r in rejected] == [
        ("Beta Taken", "soon", "3"),
        ("Gamma Taken", "2001", "4"),
    ]
    assert rejected[0]["error"] == 'column Since: "soon" is no whole number'


async def test_every_change_says_which_import_made_it(desk: Office) -> None:
    report = await desk.run(MAPPING, {"fair.csv": renamed(FAIR, "Traced")})
    account = (await named(desk, "Traced"))["Acme Traced"]
    [entry] = (await desk.get(f"/customer/accounts/{account['id']}/history"))["items"]
    assert (entry["correlation_id"], entry["actor"]) == (report["id"], desk.user)
    shown = await desk.get(f"/imports/{report['id']}")
    assert (shown["status"], shown["created"], shown["rejected"], shown["owner"]) == ("completed", 2, 2, desk.user)
    assert shown["files"][0]["rows"] == 4


async def test_a_dry_run_tells_the_same_and_writes_nothing(desk: Office) -> None:
    before = await desk.suite.kernel.store.head()
    report = await desk.run(MAPPING, {"fair.csv": renamed(FAIR, "Dry")}, "/imports/dry-run")
    assert (report["status"], report["totals"]["created"], report["totals"]["rejected"]) == ("dry-run", 2, 2)
    assert await acts_since(desk.suite, before) == []  # the file that is given next stands in the read log
    assert [r["error_line"] for r in await csv_of(desk, f"/imports/{report['id']}/rejected.csv")] == ["3", "4"]
    assert await named(desk, "Dry") == {}


async def test_the_same_file_in_other_clothes(desk: Office) -> None:
    files = [
        workbook([["Company", "City", "Since"], ["Acme 表格", "Paris", 1999], ["Beta 表格", "Rome", None]]),
        "Company;City;Since\r\nAcme 编码;北京市;1999\r\nBeta 编码;上海市浦东新区;\r\n".encode("gbk"),
        "\ufeffCompany\tCity\tSince\nAcme 标记\tParis\t1999\nBeta 标记\tRome\t\n".encode(),
    ]
    for mark, file in zip(("表格", "编码", "标记"), files, strict=True):
        report = await desk.run(MAPPING, {"fair.csv": file})
        assert report["totals"]["created"] == 2, report
        assert {n: a["founded"] for n, a in (await named(desk, mark)).items()} == {
            f"Acme {mark}": 1999,
            f"Beta {mark}": None,
        }


async def test_a_saved_mapping_is_used_again(desk: Office) -> None:
    id = await desk.create("/imports/mappings", name="Fair", mapping=MAPPING)
    await desk.get(f"/imports/mappings/{id}", min_version=1)
    answer = await desk.client.post(
        "/imports", data={"mapping_id": id}, files={"files": ("fair.csv", renamed(FAIR, "Saved"))}
    )
    assert (await desk.events(answer.raise_for_status().json()["id"]))[-1]["totals"]["created"] == 2
    broken = await desk.client.post("/imports/mappings", json={"name": "x", "mapping": MAPPING.replace("key:", "kee:")})
    assert broken.status_code == 422
    assert any("line 7" in e["message"] for e in broken.json()["errors"])


async def test_a_key_begins_an_import_once(desk: Office) -> None:
    headers, parts = {"Idempotency-Key": "fair-1"}, {"files": ("fair.csv", renamed(FAIR, "Once"))}
    ids = set()
    for _ in range(2):
        answer = await desk.client.post("/imports", data={"mapping": MAPPING}, files=parts, headers=headers)
        ids.add(answer.raise_for_status().json()["id"])
    assert len(ids) == 1


async def test_a_revert_takes_back_what_nobody_touched_since(desk: Office) -> None:
    await desk.run(MAPPING, {"fair.csv": "Company,City,Since\nAcme Back,Lyon,1990\nBeta Back,Pisa,1991\n"})
    before = await named(desk, "Back")
    rows = "Acme Back,Nice,1992\nBeta Back,Bari,1993\nGamma Back,Oslo,2001\nDelta Back,Bern,1980\n"
    report = await desk.run(MAPPING, {"fair.csv": f"Company,City,Since\n{rows}"})
    assert (report["totals"]["created"], report["totals"]["updated"]) == (2, 2)
    found = await named(desk, "Back")
    beta, delta = found["Beta Back"]["id"], found["Delta Back"]["id"]
    for id, change in ((beta, {"city": "Turin"}), (delta, {"description": "called"})):
        (await desk.client.patch(f"/customer/accounts/{id}", json=change)).raise_for_status()
    outcome = await desk.revert(report["id"])
    assert outcome["status"] == "reverted"
    assert outcome["reverted"] == {"archived": 1, "undone": 1, "left": 2}
    after = await named(desk, "Back")
    assert {n: (a["city"], a["founded"]) for n, a in after.items()} == {
        "Acme Back": ("Lyon", 1990),
        "Beta Back": ("Turin", 1993),
        "Delta Back": ("Bern", 1980),
    }
    assert after["Acme Back"]["created_at"] == before["Acme Back"]["created_at"]
    left = await csv_of(desk, f"/imports/{report['id']}/left.csv")
    assert {(entry["resource"], entry["id"]) for entry in left} == {("account", beta), ("account", delta)}
    [archived] = (await named(desk, "Back", archived="true")).values()
    history = (await desk.get(f"/customer/accounts/{archived['id']}/history"))["items"]
    assert [e["type"] for e in history] == ["customer.AccountArchived", "customer.AccountCreated"]
    assert (await desk.client.post(f"/imports/{report['id']}/revert", json={})).status_code == 409


async def test_a_row_is_taken_whole_or_not_at_all(desk: Office) -> None:
    mapping = """\
name: Deals
steps:
  - name: deals
    file: d.csv
    resource: opportunity
    key: external_id
    fields: { name: n, external_id: n, currency: { constant: CNY } }
    then:
      - command: sales.WinOpportunity
        fields: { amount: v }
"""
    report = await desk.run(mapping, {"d.csv": "n,v\nwhole-1,5\nhalf-2,0\nwhole-1,7\n"})
    assert [(r["row"], r["errors"][0]["code"]) for r in report["rejected"]] == [(2, "not-positive"), (3, "duplicate")]
    shown = {d["name"]: d["status"] for d in (await desk.get("/sales/opportunities"))["items"]}
    assert shown == {"whole-1": "won"}
    again = await desk.run(mapping, {"d.csv": "n,v\nhalf-2,9\n"})
    assert again["totals"]["created"] == 1


async def test_pause_and_resume(desk: Office) -> None:
    rows = "".join(f"Company {n} Paused,Bern,1980\n" for n in range(3_000))
    mapping = MAPPING.replace("mode: upsert", "mode: create").replace(
        "Since }", "Since, allow_duplicate: {constant: true} }"
    )
    id = (await desk.send(mapping, {"fair.csv": f"Company,City,Since\n{rows}"})).raise_for_status().json()["id"]
    (await desk.client.post(f"/imports/{id}/pause", json={"reason": "lunch"})).raise_for_status()
    last = (await desk.events(id))[-1]
    assert (last["status"], last["reason"]) == ("paused", "lunch")
    taken = (await desk.get("/customer/accounts/count", q="Paused"))["count"]
    assert taken < 3_000
    (await desk.client.post(f"/imports/{id}/resume", json={})).raise_for_status()
    events = await desk.events(id)
    assert events[-1]["totals"]["created"] == 3_000
    assert (await desk.get("/customer/accounts/count", q="Paused"))["count"] == 3_000


async def test_an_export_comes_back_as_it_was(desk: Office) -> None:
    names = ["=1+1 Round", "+86 Round", "'=x Round", "@Round", "－Round", '\u201cRound\u201d, Ltd; "x"', "Plain Round"]
    for name in names:
        await desk.create("/customer/accounts", name=name, description=f"{name}\nsecond line", allow_duplicate=True)
    await desk.suite.kernel.projector.catch_up()
    exported = (await desk.client.get("/customer/accounts/export", params={"q": "Round"})).raise_for_status().content
    mapping = MAPPING.replace(
        "{ name: Company, city: City, founded: Since }", "{ name: name, description: description }"
    )
    report = await desk.run(mapping, {"fair.csv": exported})
    assert (report["totals"]["unchanged"], report["totals"]["rows"]) == (len(names), len(names)), report
    found = await named(desk, "Round")
    assert {n: (a["description"], a["version"]) for n, a in found.items()} == {
        n: (f"{n}\nsecond line", 1) for n in names
    }


@pytest.mark.parametrize("looks", [0, 1])
async def test_an_import_stops_when_its_starter_may_no_longer_act(
    desk: Office, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """looks: how often they still may: at its start, and not before its first rows."""
    rights = execution.rights_of
    left = [looks]

    async def nobody(kernel: Kernel, tenant: str, user: str) -> Access | None:
        left[0] -= 1
        return await rights(kernel, tenant, user) if left[0] >= 0 else None

    with monkeypatch.context() as patch:
        patch.setattr(execution, "rights_of", nobody)
        id = (await desk.send(MAPPING, {"fair.csv": renamed(FAIR, f"Gone{looks}")})).json()["id"]
        assert await desk.until_status(id, "paused", "completed") == "paused"
    assert await named(desk, f"Gone{looks}") == {}
    assert "may no longer sign in" in (await desk.get(f"/imports/{id}/report"))["reason"]
    (await desk.client.post(f"/imports/{id}/resume", json={})).raise_for_status()
    assert (await desk.events(id))[-1]["totals"]["created"] == 2


GUESTS = """\
First,Last,Mail,Born
Zephyrine,Quillfeather,zephyrine@example.org,soon
Otto,Plain,otto@example.org,1980-02-01
"""


async def test_erasing_somebody_empties_what_imports_keep_of_rows(desk: Office) -> None:
    """Rows that were rejected or only tried are in clear text, and nobody knows whose they are."""

    def kept() -> set[str]:
        return {Path(name).name for name in files_with(desk.suite.kernel.files, ["zephyrine"])}

    done = await desk.run(GUEST_LIST, {"guests.csv": GUESTS})
    tried = await desk.run(GUEST_LIST, {"guests.csv": GUESTS}, "/imports/dry-run")
    assert done["totals"]["rejected"] == 1
    assert "0" in kept()
    assert (await csv_of(desk, f"/imports/{done['id']}/rejected.csv"))[0]["First"] == "Zephyrine"
    [guest] = (await desk.get("/customer/contacts", q="Plain"))["items"]
    (await desk.client.post(f"/customer/contacts/{guest['id']}/erase", json={})).raise_for_status()
    async with asyncio.timeout(90):
        while (await desk.client.get(f"/imports/{tried['id']}/report")).status_code != 404 or kept():
            await asyncio.sleep(0.02)
        while not (await desk.get(f"/imports/{done['id']}"))["erased"]:  # it brought the guest in
            await asyncio.sleep(0.02)
    report = await desk.get(f"/imports/{done['id']}/report")
    assert (report["totals"]["rejected"], report["rejected"]) == (1, [])
    for id in (done["id"], tried["id"]):
        assert (await desk.client.get(f"/imports/{id}/rejected.csv")).status_code == 404
