"""The manifests on a real Kubernetes API server: ours are accepted, wrong ones are refused, each for its reason."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest

from infra.definitions import NONE, definitions
from infra.k8s.apiserver.manifests import RENDERED, Cluster, Object, account, applied, objects_in
from infra.k8s.apiserver.server import SERVER, ApiServer

Change = Callable[[Object], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    if "CRM_PROVE" not in os.environ:
        pytest.skip("the manifests are tried on an API server by make prove, and by make check where one was built")
    if not SERVER.is_built():
        pytest.skip(f"no API server in {SERVER.cached()}: python -m infra.k8s.apiserver --build makes one, once")
    with ApiServer() as running, running.client() as client:
        yield client


@pytest.fixture(scope="module")
def cluster(server: httpx.Client) -> Cluster:
    """With the suite's production in it."""
    assert applied(server) == []
    whole = Cluster(server)
    assert whole.apply_all([account("crm")]) == []
    return whole


def test_what_operators_deploy_is_accepted(server: httpx.Client, cluster: Cluster) -> None:
    deployments = server.get("/apis/apps/v1/namespaces/crm/deployments").json()["items"]
    assert len(deployments) > 8
    assert cluster.apply_all(objects_in(RENDERED / "production.yaml")) == []  # again, over what is there
    assert server.get("/api/v1/namespaces/crm").json()["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == (
        "restricted"
    )


def ours(kind: str, name: str = "") -> Object:
    """One of production's objects, under another name."""
    found = [o for o in objects_in(RENDERED / "production.yaml") if o["kind"] == kind]
    one = deepcopy(next(o for o in found if name in o["metadata"]["name"]))
    one["metadata"]["name"] += "-tried"
    return one


def container(one: Object) -> Object:
    found: Object = one["spec"]["template"]["spec"]["containers"][0]
    return found


def pod(one: Object) -> Object:
    found: Object = one["spec"]["template"]["spec"]
    return found


def set_to(part: Callable[[Object], Object], **values: Any) -> Change:
    return lambda one: part(one).update(values)


def spec(one: Object) -> Object:
    found: Object = one["spec"]
    return found


def without(part: Callable[[Object], Object], key: str) -> Change:
    return lambda one: part(one).pop(key)


SALES = ("Deployment", "sales")
WRONG: dict[str, tuple[tuple[str, str], Change, str]] = {
    "privileged": (
        SALES,
        lambda o: container(o)["securityContext"].update(privileged=True, allowPrivilegeEscalation=True),
        'would violate PodSecurity "restricted:latest": privileged',
    ),
    "the host's network": (SALES, set_to(pod, hostNetwork=True), "host namespaces (hostNetwork=true)"),
    "as root": (SALES, lambda o: pod(o)["securityContext"].update(runAsUser=0), "runAsUser=0"),
    "no seccomp": (SALES, lambda o: pod(o)["securityContext"].pop("seccompProfile"), "seccompProfile"),
    "capabilities": (SALES, lambda o: container(o)["securityContext"].pop("capabilities"), "unrestricted capabilities"),
    "a folder of the host": (
        SALES,
        lambda o: pod(o)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
        'restricted volume types (volume "host" uses restricted volume type "hostPath")',
    ),
    "the latest image": (SALES, set_to(container, image="crm:latest"), "every image names a version, and not latest"),
    "an image without a version": (
        SALES,
        set_to(container, image="crm"),
        "every image names a version, and not latest",
    ),
    "no requests": (SALES, lambda o: container(o)["resources"].pop("requests"), "every container says how much memory"),
    "no limit": (SALES, lambda o: container(o)["resources"].pop("limits"), "every container has a limit of memory"),
    "no probe": (SALES, without(container, "readinessProbe"), "how its life and readiness are asked"),
    "more asked for than allowed": (
        SALES,
        lambda o: container(o)["resources"]["requests"].update(memory="9Gi"),
        "must be less than or equal to memory limit",
    ),
    "labels that do not match": (
        SALES,
        lambda o: o["spec"]["template"]["metadata"]["labels"].update({"crm/role": "other"}),
        "`selector` does not match template `labels`",
    ),
    "a misspelt field": (
        ("NetworkPolicy", ""),
        lambda o: o["spec"].update(podSelecter={}),
        "field not declared in schema",
    ),
    "a port that is none": (
        ("NetworkPolicy", ""),
        lambda o: o["spec"].update(ingress=[{"ports": [{"port": 70000}]}]),
        "must be between 1 and 65535",
    ),
    "less at most than at least": (
        ("HorizontalPodAutoscaler", ""),
        set_to(spec, minReplicas=9, maxReplicas=2),
        "must be greater than or equal to `minReplicas`",
    ),
    "a minute that is none": (("CronJob", ""), set_to(spec, schedule="61 * * * *"), "end of range (61) above maximum"),
    "two bounds of disruption": (
        ("PodDisruptionBudget", ""),
        set_to(spec, minAvailable=1, maxUnavailable=1),
        "minAvailable and maxUnavailable cannot be both set",
    ),
    "an interface that is gone": (
        ("PodDisruptionBudget", ""),
        lambda o: o.update(apiVersion="policy/v1beta1"),
        "there is no PodDisruptionBudget in policy/v1beta1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_manifest_is_refused(cluster: Cluster, name: str) -> None:
    (kind, part), change, why = WRONG[name]
    one = ours(kind, part)
    assert list(cluster.apply(one, dry=True)) == []  # as it is it would be accepted
    change(one)
    said = "\n".join(cluster.apply(one, dry=True))
    assert why in said, said


OPERATED: dict[str, tuple[str, Change, str]] = {
    "no such way to sign in": (
        "KafkaUser",
        lambda o: o["spec"]["authentication"].update(type="scram"),
        "scram-sha-512",
    ),
    "a misspelt storage": (
        "KafkaNodePool",
        lambda o: o["spec"].update(storages={}),
        "field not declared in schema",
    ),
    "a cluster that is neither safe nor not": (
        "ClickHouseInstallation",
        lambda o: o["spec"]["configuration"]["clusters"][0].update(secure="perhaps"),
        'Unsupported value: "perhaps"',
    ),
    "a set of no kind": ("MongoDBCommunity", lambda o: o["spec"].update(type="Shards"), 'Unsupported value: "Shards"'),
}


@pytest.mark.parametrize("name", OPERATED)
def test_a_wrong_object_of_an_operator_is_refused(cluster: Cluster, name: str) -> None:
    if definitions() is None:
        pytest.skip(NONE)
    kind, change, why = OPERATED[name]
    found = [o for name in ("stores", "stores-clickhouse") for o in objects_in(RENDERED / f"{name}.yaml")]
    one = next(deepcopy(o) for o in found if o["kind"] == kind)
    assert list(cluster.apply(one, dry=True)) == []
    change(one)
    said = "\n".join(cluster.apply(one, dry=True))
    assert why in said, said


def test_a_pod_that_is_not_restricted_is_refused(cluster: Cluster) -> None:
    whole = pod(ours(*SALES))
    meta = {"name": "tried", "namespace": "crm"}
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {**whole, "serviceAccountName": "default"}}
    assert list(cluster.apply(good, dry=True)) == []
    bad = deepcopy(good)
    bad["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    [refused] = cluster.apply(bad, dry=True)
    assert 'pods "tried" is forbidden: violates PodSecurity "restricted:latest"' in refused
