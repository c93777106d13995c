"""What became of applied manifests: how Deployments and Jobs went, why they stand still, what drains and budgets do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

import httpx

from infra.k8s.apiserver.manifests import RENDERED, Cluster, Object, objects_in

APPS, CORE, BATCH, POLICY = "/apis/apps/v1", "/api/v1", "/apis/batch/v1", "/apis/policy/v1"
SECONDS = 120.0  # in which something has to become as it was declared
SHORT = 10.0  # in which it is plain that it does not
ZONES = 3


def production(kind: str, name: str = "") -> list[Object]:
    """Copies of production's objects of a kind whose names contain a word."""
    found = [o for o in objects_in(RENDERED / "production.yaml") if o["kind"] == kind and name in o["metadata"]["name"]]
    return deepcopy(found)


def settled(faults: Callable[[], list[str]], seconds: float = SECONDS) -> list[str]:
    """What is still wrong after a time; nothing as soon as nothing is wrong."""
    until = time.monotonic() + seconds
    while (found := faults()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


class Fleet:
    """A cluster with production in it, seen as its administrator sees it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.cluster = Cluster(client)

    def items(self, path: str, **query: str) -> list[Object]:
        found: list[Object] = self._client.get(path, params=query).raise_for_status().json()["items"]
        return found

    def furnish(self, nodes: int) -> None:
        """Nodes in three zones, and volumes that every claim finds."""
        size = {"cpu": "16", "memory": "64Gi", "pods": "110"}
        for n in range(nodes):
            zone = {"topology.kubernetes.io/zone": f"z{n % ZONES}", "kubernetes.io/hostname": f"n{n}"}
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{n}", "labels": zone}}
            self._client.post(f"{CORE}/nodes", json=node | {"status": {"allocatable": size, "capacity": size}})
        for n in range(12):
            spec = {
                "capacity": {"storage": "1Ti"},
                "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                "nfs": {"server": "files.example.com", "path": f"/{n}"},
            }
            volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"v{n}"}, "spec": spec}
            self._client.post(f"{CORE}/persistentvolumes", json=volume).raise_for_status()

    def unfinished(self) -> list[str]:
        """Deployments and StatefulSets that are not as declared, or smaller than their scaler says, and why."""
        found = [
            f for kind in ("deployments", "statefulsets") for one in self.items(f"{APPS}/{kind}") for f in _open(one)
        ]
        least = {o["spec"]["scaleTargetRef"]["name"]: o["spec"]["minReplicas"] for o in self.items(SCALERS)}
        sizes = {o["metadata"]["name"]: o["spec"]["replicas"] for o in self.items(f"{APPS}/deployments")}
        found += [f"{name} has {sizes.get(name, 0)} of {n}" for name, n in least.items() if sizes.get(name, 0) < n]
        return [f"{line}: {'; '.join(self.reasons())}" for line in found]

    def reasons(self) -> list[str]:
        """Why pods are not made, or stand nowhere."""
        makers = [o for path in MAKERS for o in self.items(path)]
        there = {o["metadata"]["uid"] for o in makers}
        events = [e for e in self.items(f"{CORE}/events") if e["involvedObject"].get("uid") in there]
        failed = [e["message"] for e in events if e["reason"] == "FailedCreate"]
        conditions = [c for pod in self.items(f"{CORE}/pods") for c in pod["status"].get("conditions", [])]
        nowhere = [c["message"] for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"]
        return sorted({*failed, *nowhere})

    def pods(self, label: str = "app.kubernetes.io/name=crm", **fields: str) -> list[Object]:
        """Those that are not about to end."""
        asked = ",".join(f"spec.{name}={value}" for name, value in fields.items())
        found = self.items(f"{CORE}/namespaces/crm/pods", labelSelector=label, fieldSelector=asked)
        return [one for one in found if "deletionTimestamp" not in one["metadata"]]

    def together(self) -> list[str]:
        """Roles of several pods that one zone holds all of."""
        zones = {
            o["metadata"]["name"]: o["metadata"]["labels"]["topology.kubernetes.io/zone"] for o in self.items(NODES)
        }
        places: dict[str, list[str]] = {}
        for one in self.pods():
            places.setdefault(one["metadata"]["labels"]["crm/role"], []).append(zones[one["spec"]["nodeName"]])
        several = {role: where for role, where in places.items() if len(where) > 1}
        return [f"{role}: all in {where[0]}" for role, where in several.items() if len(set(where)) == 1]

    def unguarded(self) -> list[str]:
        """Deployments that no budget of disruption counts the pods of."""
        counted = {o["metadata"]["name"]: o["status"].get("expectedPods", 0) for o in self.items(BUDGETS)}
        sizes = {o["metadata"]["name"]: o["spec"]["replicas"] for o in self.items(f"{APPS}/namespaces/crm/deployments")}
        return [
            f"{name}: {counted.get(name, 0)} of {n} counted" for name, n in sizes.items() if counted.get(name, 0) != n
        ]

    def remove(self, one: Object) -> None:
        path = self.cluster.path(one)
        assert path is not None
        self._client.delete(path, params={"propagationPolicy": "Background"}).raise_for_status()

    def now(self) -> str:
        """A version of the cluster, from which `fewest` counts."""
        version: str = self._client.get(f"{APPS}/deployments").json()["metadata"]["resourceVersion"]
        return version

    def fewest(self, since: str) -> dict[str, int]:
        """Of each Deployment that changed: how many of its pods were missing at the worst moment since then."""
        asked = {"watch": "1", "resourceVersion": since, "timeoutSeconds": "2"}
        missing: dict[str, int] = {}
        for line in self._client.get(f"{APPS}/namespaces/crm/deployments", params=asked).text.splitlines():
            one = json.loads(line)["object"]
            lacks = one["spec"]["replicas"] - one["status"].get("availableReplicas", 0)
            name = one["metadata"]["name"]
            missing[name] = max(missing.get(name, 0), lacks)
        return missing

    def cordon(self, node: str, closed: bool = True) -> None:
        kind = {"Content-Type": "application/merge-patch+json"}
        body = json.dumps({"spec": {"unschedulable": closed}})
        self._client.patch(f"{CORE}/nodes/{node}", content=body, headers=kind).raise_for_status()

    def drain(self, node: str, seconds: float = SECONDS) -> list[str]:
        """Evict the suite's pods of a node, as `kubectl drain` does; what the server says of those that stay."""
        self.cordon(node)
        return settled(lambda: [said for one in self.pods(nodeName=node) for said in self._evict(one)], seconds)

    def _evict(self, pod: Object) -> Iterable[str]:
        meta = {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta}
        path = f"{CORE}/namespaces/{meta['namespace']}/pods/{meta['name']}/eviction"
        answer = self._client.post(path, json=body)
        yield f"{meta['name']}: {'evicted just now' if answer.is_success else _message(answer)}"

    def undone(self, name: str) -> list[str]:
        """Jobs that are not complete, and why: of a name, or of the CronJob of that name."""
        jobs = [o for o in self.items(f"{BATCH}/namespaces/crm/jobs") if name in (o["metadata"]["name"], _owner(o))]
        complete = [o for o in jobs if any(c["type"] == "Complete" for c in o["status"].get("conditions", []))]
        return [] if complete else [f"{name}: no job of {len(jobs)} is complete: {'; '.join(self.reasons())}"]


SCALERS = "/apis/autoscaling/v2/horizontalpodautoscalers"
NODES = f"{CORE}/nodes"
BUDGETS = f"{POLICY}/namespaces/crm/poddisruptionbudgets"
MAKERS = (f"{APPS}/replicasets", f"{APPS}/statefulsets", f"{BATCH}/jobs")


def job_of(cron: Object, name: str) -> Object:
    meta = {"name": name, "namespace": "crm"}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": cron["spec"]["jobTemplate"]["spec"]}


def _open(one: Object) -> Iterable[str]:
    wanted, status = one["spec"]["replicas"], one.get("status", {})
    counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    if status.get("observedGeneration") != one["metadata"]["generation"] or counts != [wanted] * len(counts):
        yield f"{one['metadata']['name']} has {counts[-1]} of {wanted}"


def _owner(one: Object) -> str:
    owners: list[dict[str, Any]] = one["metadata"].get("ownerReferences", [])
    return str(owners[0]["name"]) if owners else ""


def _message(answer: httpx.Response) -> str:
    said = answer.json()
    causes = [cause["message"] for cause in said.get("details", {}).get("causes", [])]
    return " ".join([str(said.get("message", answer.status_code)), *causes])
