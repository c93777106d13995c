"""The cluster profile as processes of their own: what one writes the others show, and no fault loses anything.

Every check after a fault is the same: each command of unknown outcome is sent again with its key; what was acknowledged
is in the log, once; live views == rebuilt views == fold of the events, the warehouse included.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.cache import Missing
from infra.cluster import ENGINES, FRONT, ROLES, ROOT, Cluster
from infra.kafka.jars import jars
from shared.clock import SystemClock, to_rfc3339
from tests.cluster.help import Day, Wired, Wires, founded, wired
from tests.cluster.scale import AWAY_SECONDS, CUTS, FEW, LONG, PEOPLE, ROLE_FAULTS, SERVER_FAULTS
from tests.support.collector import TRACE, Collector, collecting
from tests.support.cutting_proxy import CuttingProxy
from tests.support.processes import EMAIL, PASSWORD

pytestmark = pytest.mark.timeout(3600)
SECONDS = 60.0
TELEMETRY = {"OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_BSP_SCHEDULE_DELAY": "500"}
CALLER = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


@pytest.fixture(scope="module")
def collected() -> Iterator[tuple[Collector, str]]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, collected: tuple[Collector, str]) -> Iterator[tuple[Wired, Wires]]:
    try:
        jars()
    except Missing as error:
        pytest.fail(str(error)) if os.environ.get("CI") else pytest.skip(str(error))
    settings = TELEMETRY | {"OTEL_EXPORTER_OTLP_ENDPOINT": collected[1]}
    with wired(tmp_path_factory.mktemp("cluster"), settings) as running:
        founded(running[0])
        yield running


@pytest.fixture
def cluster(parts: tuple[Wired, Wires]) -> Cluster:
    return parts[0]


def test_every_part_runs_as_a_process_of_its_own(cluster: Cluster) -> None:
    pids = {cluster.pid(name) for name in (*ENGINES, *ROLES)}
    assert None not in pids
    assert len(pids) == len(ENGINES) + len(ROLES)


def desk(cluster: Cluster) -> httpx.Client:
    answer = httpx.post(f"{cluster.addresses()['api']}/identity/sessions", json={"email": EMAIL, "password": PASSWORD})
    token = answer.raise_for_status().json()["access_token"]
    return httpx.Client(headers={"Authorization": f"Bearer {token}"} | CALLER, timeout=30)


def relayed(http: httpx.Client, at: Mapping[str, str]) -> None:
    """Return once all that is shown is in Kafka, as the relay, another process, notes it."""

    def readers() -> dict[str, int | None]:
        items = http.get(f"{at['warehouse']}/audit/readers").raise_for_status().json()["items"]
        return {one["what"]: one["position"] for one in items}

    known, deadline = readers()["views"], time.monotonic() + SECONDS
    assert known
    while (reached := readers().get("kafka") or 0) < known:
        assert time.monotonic() < deadline, reached


def test_what_one_process_writes_the_others_show(cluster: Cluster, collected: tuple[Collector, str]) -> None:
    at = cluster.addresses()
    with desk(cluster) as http:

        def post(process: str, path: str, **body: Any) -> Any:
            return http.post(f"{at[process]}{path}", json=body).raise_for_status().json()

        def won() -> str:
            asked = {"sql": "SELECT sum(amount) AS won FROM revenue_by_month"}
            return str(post("analytics", "/analytics/sql", **asked)["rows"][0]["won"])

        account = post("api", "/customer/accounts", name="Müller 王芳", country="DE")["id"]
        seen = http.get(f"{at['api']}/customer/accounts/{account}?min_version=1").raise_for_status().json()
        assert seen["name"] == "Müller 王芳"
        deal = post("api", "/sales/opportunities", name="Deal", account=account, amount="10.00", currency="EUR")["id"]
        post("api", f"/sales/opportunities/{deal}/win")
        found = http.get(f"{at['api']}/customer/accounts", params={"q": "王芳"}).raise_for_status().json()["items"]
        assert [one["id"] for one in found] == [account]
        deadline = time.monotonic() + SECONDS
        while won() != "10.00":
            assert time.monotonic() < deadline

        relayed(http, at)
        assert http.get(f"{at['warehouse']}/audit/events?limit=5").raise_for_status().json()["items"]


async def test_one_address_leads_to_every_process(cluster: Cluster) -> None:
    """The client, its routes wherever they are served, the stream of changes, an upload; no door of the suite."""
    url = cluster.addresses()[FRONT]
    with desk(cluster) as signed_in:
        headers = signed_in.headers
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        assert "<html" in (await http.get("/", headers={"accept": "text/html"})).text
        for service in ("identity", "customer", "sales", "integration", "analytics", "audit"):
            document = (await http.get(f"/{service}/openapi.json")).raise_for_status().json()
            assert document["servers"] == [{"url": f"/{service}"}]
        assert (await http.get("/audit/events?limit=5")).raise_for_status().json()["items"]
        asked = {"sql": "SELECT count() AS n FROM accounts"}
        assert (await http.post("/analytics/sql", json=asked)).raise_for_status().json()["rows"]
        async with asyncio.timeout(SECONDS), http.stream("GET", "/changes") as changes:
            lines = changes.aiter_lines()
            await anext(lines)
            made = (await http.post("/customer/accounts", json={"name": "Through one door"})).raise_for_status().json()
            while made["id"] not in await anext(lines):
                pass
        for door in ("/warehouse/rows", "/past/page"):
            assert (await http.post(door, json={})).status_code in (404, 405)


def test_one_trace_leads_through_all_processes(cluster: Cluster, collected: tuple[Collector, str]) -> None:
    """After the test above: HTTP → event → relay → topic → projector, and the warehouse."""
    deadline = time.monotonic() + SECONDS
    wanted = {"POST /accounts", "customer.CreateAccount", "relay", "project", "warehouse"}
    while missing := wanted - collected[0].traced():
        assert time.monotonic() < deadline, missing
        time.sleep(0.2)
    instances = {one.rpartition(":")[2] for one in collected[0].instances}
    assert instances == {str(cluster.ports[name]) for name in ROLES}


def test_a_verification_in_an_empty_folder_leaves_the_processes_what_they_have(
    cluster: Cluster, tmp_path: Path
) -> None:
    before = {name: cluster.pid(name) for name in ROLES}
    (folder := tmp_path / "empty").mkdir()
    asked = [sys.executable, "-m", "crm", "verify", "--data", str(folder), "--json"]
    env = {**os.environ, **cluster.environment()}
    done = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["ok"], found["left_out"]) == (True, ["warehouse"])
    with desk(cluster) as http:
        at = cluster.addresses()
        made = http.post(f"{at['api']}/customer/accounts", json={"name": "After it"}).raise_for_status().json()
        http.get(f"{at['api']}/customer/accounts/{made['id']}?min_version=1").raise_for_status()
        relayed(http, at)
    assert {name: cluster.pid(name) for name in ROLES} == before
    assert not (folder / "keys" / "notary.key").exists()


def test_measures_of_every_process_arrive(cluster: Cluster, collected: tuple[Collector, str]) -> None:
    """All that do not need a fault."""
    wanted = {"crm.command.duration", "crm.projection.lag", "crm.projection.batch", "crm.relay.lag", "crm.relay.batch"}
    wanted.add("crm.mongo.connections")
    deadline = time.monotonic() + SECONDS
    while missing := wanted - collected[0].metrics.keys():
        assert time.monotonic() < deadline, missing
        time.sleep(0.2)
    points = collected[0].metrics["crm.mongo.connections"].sum.data_points
    assert {a.value.string_value for p in points for a in p.attributes if a.key == "state"} == {"idle", "used"}
    collected[0].listens = False  # what comes from now on costs time and is not looked at


async def test_the_past_is_answered_by_its_role_and_by_the_events_while_that_is_dead(cluster: Cluster) -> None:
    """The same list, count and board; killed while it reads, it goes on from its file, and its rows agree."""
    day, at = await Day.of(cluster), cluster.addresses()
    async with day.people_at_work(PEOPLE):
        await asyncio.sleep(2)
        moment = to_rfc3339(SystemClock().now())
        await asyncio.sleep(1)
        await asyncio.to_thread(cluster.end, "past")
    with desk(cluster) as http:

        def then() -> list[Any]:
            accounts, of = f"{at['api']}/customer/accounts", {"as_of": moment}
            asked = {"": of | {"sort": "-name", "limit": "200"}, "/count": of, "/board": of | {"by": "type"}}
            return [http.get(accounts + path, params=more).raise_for_status().json() for path, more in asked.items()]

        def read_up_to() -> int:
            readers = http.get(f"{at['warehouse']}/audit/readers").raise_for_status().json()["items"]
            return next(int(one["position"] or 0) for one in readers if one["what"] == "past")

        folded = then()
        assert folded[0]["items"]
        assert not read_up_to()
        await asyncio.to_thread(cluster.up)
        deadline = time.monotonic() + SECONDS
        while not read_up_to():
            assert time.monotonic() < deadline, "the role reads nothing"
            await asyncio.sleep(0.2)
        assert then() == folded
    assert await day.check()


@pytest.mark.parametrize(("name", "how"), SERVER_FAULTS)
async def test_a_server_ends_while_people_work(cluster: Cluster, name: str, how: signal.Signals) -> None:
    """No role ends with it: each waits and goes on."""
    day, pids = await Day.of(cluster), [cluster.pid(role) for role in ROLES]
    async with day.people_at_work(PEOPLE):
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await asyncio.to_thread(cluster.end, name, how)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(cluster.up)
        shown = await day.shown_after(began)
    assert [cluster.pid(role) for role in ROLES] == pids
    print(f"{name} {how.name}: a new record shown after {shown:.1f} s, {await day.check()} documents agree")


async def test_roles_are_restarted_in_turn_while_people_work(cluster: Cluster) -> None:
    """What is written while nobody projects is shown once somebody does."""
    day = await Day.of(cluster)
    async with day.people_at_work(PEOPLE):
        for name, how in ROLE_FAULTS:
            began = time.monotonic()
            await asyncio.to_thread(cluster.end, name, how)
            await asyncio.sleep(AWAY_SECONDS)
            await asyncio.to_thread(cluster.up)
            await day.sign_in_again()
            shown, answered = await day.shown_after(began), await day.answered_after(began)
            what = f"a new record shown after {shown:.1f} s, a question answered after {answered:.1f} s"
            print(f"{name} {how.name}: {what}")
    assert await day.check()


@LONG
async def test_projectors_join_are_killed_and_leave_while_people_work(cluster: Cluster) -> None:
    """Each of three is killed once, the first twice: the others take its shares when its leases have expired."""
    day, others = await Day.of(cluster), ["projector-2", "projector-3"]
    async with day.people_at_work(FEW):
        for name in others:
            await asyncio.to_thread(cluster.add, name, "projector")
        for name in ("projector", *others, "projector"):
            began = time.monotonic()
            await asyncio.to_thread(cluster.end, name, signal.SIGKILL)
            await day.sign_in_again()
            print(f"{name} killed: a new record shown after {await day.shown_after(began):.1f} s")
            await asyncio.to_thread(cluster.up)
            await asyncio.sleep(AWAY_SECONDS)
        for name in others:
            await asyncio.to_thread(cluster.remove, name)
            await day.shown_after(time.monotonic())
    assert await day.check()


async def test_wires_are_cut_while_people_work(parts: tuple[Wired, Wires]) -> None:
    cluster, wires = parts
    day = await Day.of(cluster)
    async with day.people_at_work(PEOPLE):
        for _ in range(CUTS):
            wires.each(CuttingProxy.cut)
            await asyncio.sleep(0.1)
        began = time.monotonic()
        print(f"cut {CUTS} times: a new record shown after {await day.shown_after(began):.1f} s")
    assert await day.check()


@LONG
async def test_wires_go_silent_while_people_work(parts: tuple[Wired, Wires]) -> None:
    """All that are open, as where a machine lost power."""
    cluster, wires = parts
    day = await Day.of(cluster)
    async with day.people_at_work(PEOPLE):
        began = time.monotonic()
        wires.each(CuttingProxy.mute)
        shown, answered = await day.shown_after(began), await day.answered_after(began)
    print(f"silent connections: a new record shown after {shown:.1f} s, a question answered after {answered:.1f} s")
    assert await day.check()


async def test_a_second_start_finds_its_data(cluster: Cluster) -> None:
    day = await Day.of(cluster)
    before = await day.check()
    await asyncio.to_thread(cluster.down)
    assert not [name for name in (*ENGINES, *ROLES) if cluster.running(name)]
    await asyncio.to_thread(cluster.up)
    assert await day.check() == before
