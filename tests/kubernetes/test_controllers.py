"""The manifests as controllers carry them out: rolled out, replaced, drained and scheduled, and what goes wrong shows.

kwok plays the nodes and says of every pod that it runs, so what images and probes do is not part of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.k8s.apiserver.controllers import CONTROLLERS, start_controllers
from infra.k8s.apiserver.manifests import Object, applied
from infra.k8s.apiserver.server import SERVER, ApiServer
from tests.kubernetes.fleet import SHORT, Fleet, job_of, production, settled

NODES = 6
CRONS = ("crm-drill", "crm-verify")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """Production, rolled out."""
    if "CRM_PROVE" not in os.environ:
        pytest.skip("the manifests are rolled out by controllers in make prove")
    if not (SERVER.is_built() and CONTROLLERS.is_built()):
        pytest.skip(f"no controllers in {CONTROLLERS.cached()}: python -m infra.k8s.apiserver --build makes them, once")
    with ApiServer() as server, server.client() as client:
        start_controllers(server)
        fleet = Fleet(client)
        fleet.furnish(NODES)
        assert applied(client) == []
        assert settled(fleet.unfinished) == [], server.ended()
        yield fleet


def pod(one: Object) -> Object:
    found: Object = one["spec"]["template"]["spec"]
    return found


def tried(kind: str, name: str, change: Callable[[Object], Any]) -> Object:
    """One of production's objects, changed, under another name and for pods of its own."""
    [one] = [o for o in production(kind, name) if o["metadata"]["name"] == name]
    one["metadata"]["name"] += "-tried"
    for labels in (
        one["spec"]["selector"]["matchLabels"],
        one["spec"].get("template", {}).get("metadata", {}).get("labels"),
    ):
        if labels is not None:
            labels["crm/role"] = "tried"
    change(one)
    return one


@pytest.fixture
def put(fleet: Fleet) -> Iterator[Callable[[Object], None]]:
    """Applies an object, takes it away afterwards, and waits until production is as it was."""
    put: list[Object] = []

    def apply(one: Object) -> None:
        put.append(one)
        assert [said for said in fleet.cluster.apply(one) if "PodSecurity" not in said] == []

    yield apply
    for one in put:
        fleet.remove(one)
    assert settled(lambda: [*fleet.unfinished(), *(o["metadata"]["name"] for o in fleet.pods("crm/role=tried"))]) == []


def test_production_is_rolled_out(fleet: Fleet) -> None:
    """Every role runs as often as declared, or as its scaler asks; no zone holds all of one."""
    assert len(fleet.pods()) > 20
    assert fleet.together() == []
    assert fleet.unguarded() == []


def test_a_role_in_one_zone_is_found(fleet: Fleet, put: Callable[[Object], None]) -> None:
    put(
        tried("Deployment", "crm-identity", lambda o: pod(o).update(nodeSelector={"topology.kubernetes.io/zone": "z0"}))
    )
    assert settled(fleet.unfinished) == []
    assert fleet.together() == ["tried: all in z0"]


WRONG: dict[str, tuple[Callable[[Object], Any], str]] = {
    "more processors than a node has": (
        lambda o: pod(o)["containers"][0]["resources"]["requests"].update(cpu="500"),
        "Insufficient cpu",
    ),
    "a claim that nobody makes": (
        lambda o: pod(o)["volumes"][2]["persistentVolumeClaim"].update(claimName="crm-none"),
        'persistentvolumeclaim "crm-none" not found',
    ),
    "an account that is not there": (lambda o: pod(o).update(serviceAccountName="crm-none"), '"crm-none" not found'),
    "the host's network": (lambda o: pod(o).update(hostNetwork=True), 'violates PodSecurity "restricted:latest"'),
    "a node of a kind that is not there": (lambda o: pod(o).update(nodeSelector={"disk": "fast"}), "node affinity"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_rolled_out_is_named_with_its_reason(
    fleet: Fleet, put: Callable[[Object], None], name: str
) -> None:
    change, why = WRONG[name]
    put(tried("Deployment", "crm-identity", change))
    wanted = "crm-identity-tried has 0 of 3: "
    assert settled(lambda: missed(fleet.unfinished(), wanted, why), SHORT) == []


def missed(lines: list[str], *words: str) -> list[str]:
    """The lines, unless one has all of the words."""
    return [] if any(all(word in line for word in words) for line in lines) else lines or ["nothing is wrong"]


def replaced(fleet: Fleet, one: Object) -> int:
    """How many pods of a Deployment were missing while another image replaced the first."""
    assert list(fleet.cluster.apply(one)) == []
    assert settled(fleet.unfinished) == []
    began = fleet.now()
    pod(one)["containers"][0]["image"] = "registry.example.com/crm:0.2.0"
    assert list(fleet.cluster.apply(one)) == []
    assert settled(fleet.unfinished) == []
    return fleet.fewest(began)[one["metadata"]["name"]]


def test_another_version_replaces_every_role_and_none_lacks_a_pod(fleet: Fleet) -> None:
    for one in production("Deployment"):
        lacked = replaced(fleet, one)
        rolling = "rollingUpdate" in one["spec"]["strategy"]
        assert lacked == (0 if rolling else 1), one["metadata"][
            "name"
        ]  # there is one relay: two would fence each other


def test_a_deployment_that_ends_its_pods_first_is_seen(fleet: Fleet, put: Callable[[Object], None]) -> None:
    one = tried("Deployment", "crm-identity", lambda o: o["spec"].update(strategy={"type": "Recreate"}))
    put(one)
    assert replaced(fleet, one) == 3


def test_nodes_are_drained_in_turn_and_each_role_lacks_one_pod_at_most(fleet: Fleet) -> None:
    began = fleet.now()
    for node in (f"n{n}" for n in range(NODES)):
        assert fleet.drain(node) == []
        assert fleet.pods(nodeName=node) == []
        assert settled(fleet.unfinished) == []
        fleet.cordon(node, closed=False)
    assert {name: n for name, n in fleet.fewest(began).items() if n > 1} == {}


def test_a_budget_that_allows_nothing_stops_a_drain(fleet: Fleet, put: Callable[[Object], None]) -> None:
    put(tried("Deployment", "crm-identity", lambda o: None))
    put(tried("PodDisruptionBudget", "crm-identity", lambda o: o["spec"].update(maxUnavailable=0)))
    assert settled(fleet.unfinished) == []
    assert settled(fleet.unguarded) == []
    node = fleet.pods("crm/role=tried")[0]["spec"]["nodeName"]
    try:
        stayed = fleet.drain(node, SHORT)
    finally:
        fleet.cordon(node, closed=False)
    assert stayed
    assert all(one.startswith("crm-identity-tried-") and "disruption budget" in one for one in stayed), stayed


def test_a_budget_that_counts_no_pods_is_found(fleet: Fleet, put: Callable[[Object], None]) -> None:
    put(tried("Deployment", "crm-identity", lambda o: None))
    put(tried("PodDisruptionBudget", "crm-identity", lambda o: o["spec"]["selector"]["matchLabels"].update(x="y")))
    assert settled(fleet.unfinished) == []
    assert settled(fleet.unguarded, SHORT) == ["crm-identity-tried: 0 of 3 counted"]


def test_jobs_run_when_their_time_has_come(fleet: Fleet) -> None:
    crons = {one["metadata"]["name"]: one for one in production("CronJob")}
    assert sorted(crons) == sorted(CRONS)
    for one in crons.values():
        one["spec"]["schedule"] = "* * * * *"
        assert list(fleet.cluster.apply(one)) == []
    assert settled(lambda: [line for name in CRONS for line in fleet.undone(name)]) == []
    assert fleet.cluster.apply_all(production("CronJob")) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda p: p.update(serviceAccountName="crm-none"), '"crm-none" not found'),
        (lambda p: p["containers"][0].update(securityContext={"privileged": True}), "violates PodSecurity"),
        (lambda p: p["volumes"][2]["persistentVolumeClaim"].update(claimName="crm-none"), '"crm-none" not found'),
    ],
    ids=["account", "privileged", "claim"],
)
def test_a_job_that_cannot_run_is_named_with_its_reason(
    fleet: Fleet, put: Callable[[Object], None], change: Callable[[Object], Any], why: str
) -> None:
    [cron] = production("CronJob", "verify")
    change(cron["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    job = job_of(cron, "verify-tried")
    put(job)
    assert settled(lambda: missed(fleet.undone("verify-tried"), why), SHORT) == []
