"""Manifests applied to an API server, on the server's side; and what it says of each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx

from infra import objects
from infra.definitions import definitions, of_kubernetes
from infra.objects import Object

K8S = Path(__file__).parents[1]
RENDERED = K8S / "rendered"
SUITE = ("development", "buckets", "clickhouse", "production")
POLICIES = K8S / "policies" / "requests-and-tags.yaml"


def objects_in(file: Path) -> list[Object]:
    """The objects of a file. Those of operators are left out where their definitions are not at hand."""
    return [one for one in objects.objects_in(file) if definitions() is not None or of_kubernetes(one["apiVersion"])]


def defined() -> list[Object]:
    """The definitions of operators' objects that are at hand."""
    files = sorted((definitions() or Path("/nowhere")).glob("*.yaml"))
    return [one for file in files for one in objects.objects_in(file)]


class Cluster:
    """What `kubectl apply --server-side --warnings-as-errors` does, by HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._resources: dict[str, dict[str, Any]] = {}

    def apply(self, one: Object, *, dry: bool = False) -> Iterator[str]:
        """What is wrong with an object; nothing if it is accepted. dry: it is judged and not kept."""
        name = f"{one['kind']} {one['metadata']['name']}"
        path = self.path(one)
        if path is None:
            yield f"{name}: there is no {one['kind']} in {one['apiVersion']}"
            return
        how = {
            "fieldManager": "crm",
            "fieldValidation": "Strict",
            "force": "true",
            **({"dryRun": "All"} if dry else {}),
        }
        kind = {"Content-Type": "application/apply-patch+yaml"}
        answer = self._client.patch(path, params=how, content=json.dumps(one), headers=kind)
        if not answer.is_success:
            yield f"{name}: {answer.json().get('message', answer.status_code)}"
        for warning in answer.headers.get_list("Warning"):
            yield f"{name}: {_text(warning)}"

    def define(self, definitions: Iterable[Object], seconds: float = 20.0) -> list[str]:
        """Make kinds of operators known, and return once the server serves them; what is wrong."""
        found, until = self.apply_all(definitions), time.monotonic() + seconds
        for one in definitions:
            group, versions, kind = one["spec"]["group"], one["spec"]["versions"], one["spec"]["names"]["kind"]
            for base in (f"/apis/{group}/{version['name']}" for version in versions if version["served"]):
                while kind not in self._client.get(base).text and time.monotonic() < until:
                    time.sleep(0.05)
        return found

    def apply_all(self, objects: Iterable[Object], *, dry: bool = False) -> list[str]:
        """What is wrong with them; namespaces go first and are kept."""
        ordered = sorted(objects, key=lambda o: o["kind"] != "Namespace")
        return [fault for one in ordered for fault in self.apply(one, dry=dry and one["kind"] != "Namespace")]

    def path(self, one: Object) -> str | None:
        """Where an object is found; None where the server knows no such kind."""
        version, kind, meta = one["apiVersion"], one["kind"], one["metadata"]
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if base not in self._resources:
            found = self._client.get(base)
            listed = found.json()["resources"] if found.is_success else []
            self._resources[base] = {r["kind"]: r for r in listed if "/" not in r["name"]}
        resource = self._resources[base].get(kind)
        if resource is None:
            return None
        where = f"/namespaces/{meta.get('namespace', 'default')}" if resource["namespaced"] else ""
        return f"{base}{where}/{resource['name']}/{meta['name']}"


def _text(warning: str) -> str:
    """Of `299 - "a quoted text"` (RFC 7234, section 5.5)."""
    return warning.partition(" - ")[2].strip('"').replace('\\"', '"')


def account(namespace: str) -> Object:
    """The service account that a controller makes in every namespace, and no controller runs here."""
    meta = {"name": "default", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}


def applied(client: httpx.Client) -> list[str]:
    """What the server says against the suite's manifests.

    The overlays before production are judged and not kept: none becomes another one in its place, and disks stay.
    """
    cluster = Cluster(client)
    found = [f"definitions: {fault}" for fault in cluster.define(defined())]
    for name, file in (
        ("policies", POLICIES),
        *((n, RENDERED / f"{n}.yaml") for n in ("stores", "stores-clickhouse", *SUITE)),
    ):
        faults = cluster.apply_all(objects_in(file), dry=name in SUITE[:-1])
        found += [f"{name}: {fault}" for fault in faults]
    return found
