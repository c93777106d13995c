"""Checks what operators deploy, without a cluster: python -m infra.checks [RENDERED]; exit 1 with a line per fault.

It runs in an environment of its own (requirements-infra.lock), because its tools weigh 300 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import kubernetes_validate
import promql_parser
import yaml

from infra.checks.definitions import Kind, schemas_in, wrong_resources
from infra.checks.promtool import NONE as NO_PROMTOOL
from infra.checks.promtool import promtool, wrong_alerts
from infra.checks.references import dangling
from infra.definitions import NONE, definitions, of_kubernetes
from infra.objects import Object, objects_in, written

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
VERSION = "1.36"  # of Kubernetes
TRAFFIC = ("Namespace", "NetworkPolicy", "Pod", "Deployment", "StatefulSet", "Job", "CronJob")


def made_of(name: Path) -> list[Object]:
    """The objects of a rendered file, where there is one."""
    file = name.with_suffix(".yaml")
    return objects_in(file) if file.exists() else []


def lines_of(file: Path) -> set[str]:
    return {line.strip() for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")}


def edges_of(overlay: str) -> set[str]:
    """Who may talk to whom: what holds for all, and what an overlay alone has."""
    own = ROOT / "k8s" / f"edges-{overlay}.txt"
    return lines_of(ROOT / "k8s" / "edges.txt") | (lines_of(own) if own.exists() else set())


def wrong_objects(objects: list[Object]) -> Iterator[str]:
    """What the schemas of Kubernetes refuse."""
    for one in objects:
        name = f"{one['kind']} {one['metadata']['name']}"
        if not of_kubernetes(one["apiVersion"]):
            continue
        try:
            kubernetes_validate.validate(one, VERSION, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            yield f"{name}: Kubernetes {VERSION} has no {one['apiVersion']}"
        except kubernetes_validate.ValidationError as error:
            yield f"{name}: {str(error).splitlines()[0]}"


def wrong_edges(objects: list[Object], declared: set[str]) -> Iterator[str]:
    """Where the NetworkPolicies allow another traffic than the declared list."""
    with TemporaryDirectory() as folder:
        stand_ins = ROOT / "k8s" / "neighbours.yaml"
        given = [o for o in objects if o["kind"] in TRAFFIC]  # with the rest the analyser takes twenty times as long
        Path(folder, "all.yaml").write_text(written([*given, *objects_in(stand_ins)]))
        out = Path(folder, "edges.txt")
        asked = ["--connectivity", folder, "-r", folder, "-o", "txt_no_fw_rules", "-f", str(out), "--return_0"]
        done = subprocess.run([BIN / "nca", *asked], capture_output=True, text=True, check=False)
        if done.returncode or not out.exists():
            yield f"the analyser of NetworkPolicies failed: {done.stderr[-300:]}"
            return
        allowed = {line.strip() for line in out.read_text().splitlines() if _is_ours(line.strip())}
    yield from (f"+ allowed, not declared: {edge}" for edge in sorted(allowed - declared))
    yield from (f"- declared, not allowed: {edge}" for edge in sorted(declared - allowed))


def _is_ours(edge: str) -> bool:
    """What leaves the suite, and what reaches it or its stores. Where stores may go is their operators' to say."""
    source, _, target = edge.partition(" => ")
    return source.startswith("crm/") or target.startswith(("crm/", "crm-stores/"))


def wrong_rules(measures: set[str]) -> Iterator[str]:
    """Rules and panels that do not parse or name a measure that nothing emits."""
    board = json.loads((ROOT / "observability" / "dashboard.json").read_text())
    asked = [(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules()]
    asked += [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"]]
    for name, expression in asked:
        try:
            named = set(_selectors(promql_parser.parse(expression)))
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        yield from (f"{name}: nothing emits {one}" for one in sorted(named - measures))


def rules() -> list[Object]:
    alerts = yaml.safe_load((ROOT / "observability" / "alerts.yaml").read_text())
    return [rule for group in alerts["groups"] for rule in group["rules"]]


def wrong_scalers(objects: list[Object], measures: set[str]) -> Iterator[str]:
    """What scales by a measure that nothing emits."""
    for one in (o for o in objects if o["kind"] == "HorizontalPodAutoscaler"):
        named = {m["external"]["metric"]["name"] for m in one["spec"]["metrics"] if m["type"] == "External"}
        yield from (f"{one['metadata']['name']}: nothing emits {name}" for name in sorted(named - measures))


def _selectors(node: Any) -> Iterator[str]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name
    for part in ("expr", "lhs", "rhs", "vector_selector", "args", "param"):
        below = getattr(node, part, None)
        for one in below if isinstance(below, list) else [below]:
            if one is not None and not isinstance(one, str):
                yield from _selectors(one)


def measures() -> set[str]:
    """What a collector makes of the suite's measures, what rules record, and what is declared of Kubernetes."""
    text = (ROOT.parent / "shared" / "telemetry" / "metrics.py").read_text()
    found = {rule["record"] for rule in rules() if "record" in rule}
    found |= lines_of(ROOT / "observability" / "kube-state-metrics.txt")
    for line in text.splitlines():
        if "_meter.create_" not in line:
            continue
        kind, _, rest = line.partition("create_")[2].partition("(")
        name, unit = (part.strip().strip('"') for part in rest.split(",")[:2])
        base = name.replace(".", "_") + ("_seconds" if unit == "s" else "")
        endings = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}.get(kind, ("",))
        found |= {base + ending for ending in endings}
    return found


def tool(*command: str | Path) -> Iterator[str]:
    """The last lines of a tool that finds something: not each says so by its exit status."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if said := (done.stdout + done.stderr).strip() or (f"exit status {done.returncode}" if done.returncode else ""):
        yield f"{Path(command[0]).name}: {said[-400:]}"


def manifests(rendered: Path, schemas: Mapping[Kind, Object]) -> Iterator[str]:
    objects = objects_in(rendered)
    stores = [
        one for file in ("stores", f"stores-{rendered.stem}") for one in made_of(ROOT / "k8s" / "rendered" / file)
    ]
    yield from wrong_objects(objects)
    if schemas:
        yield from wrong_resources(objects, schemas)
    yield from dangling(objects, lines_of(ROOT / "k8s" / "secrets.txt"))
    yield from wrong_scalers(objects, measures())
    if not rendered.name.startswith("stores"):
        yield from wrong_edges([*objects, *stores], edges_of(rendered.stem))


def faults(rendered: list[Path]) -> Iterator[str]:
    yield from wrong_objects(objects_in(ROOT / "k8s" / "firewall" / "controller.yaml"))
    folder = definitions()
    schemas = {} if folder is None else schemas_in(folder)
    for one in rendered:
        yield from (f"{one.name}: {fault}" for fault in manifests(one, schemas))
    yield from tool(BIN / "hadolint", ROOT / "compose" / "Dockerfile")
    composed: list[str | Path] = [BIN / "docker-compose", "--profile", "*", "-f", ROOT / "compose" / "compose.yaml"]
    yield from tool(*composed, "config", "-q")
    yield from tool(*composed, "-f", ROOT / "compose" / "clickhouse.yaml", "config", "-q")
    yield from wrong_rules(measures())


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]] or sorted((ROOT / "k8s" / "rendered").glob("*.yaml"))
    found = list(faults(given))
    if definitions() is None:
        print(NONE)
    if not sys.argv[1:]:  # three seconds: with all manifests is enough
        if (program := promtool()) is None:
            print(NO_PROMTOOL)
        else:
            found += wrong_alerts(program)
    print(
        "\n".join(found) or f"infra: {', '.join(one.name for one in given)}, image, compose, alerts and dashboard hold"
    )
    sys.exit(bool(found))
