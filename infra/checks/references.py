"""Names that one object of rendered manifests gives another: what no API server checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from infra.objects import Object

_ALTINITY = ("clickhouse.altinity.com/chi", "clickhouse-keeper.altinity.com/chk")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True)
class Pods:
    namespace: str
    name: str
    labels: dict[str, str]
    spec: Object

    @property
    def containers(self) -> list[Object]:
        return [*self.spec["containers"], *self.spec.get("initContainers", [])]

    @property
    def ports(self) -> set[object]:
        listed = [port for c in self.containers for port in c.get("ports", [])]
        return {p.get("name") for p in listed} | {p["containerPort"] for p in listed}


def dangling(objects: list[Object], secrets: set[str]) -> list[str]:
    """A line for each name that leads nowhere. secrets: `namespace/name` of those that operators make."""
    return sorted(_References(objects, secrets).found())


class _References:
    def __init__(self, objects: list[Object], secrets: set[str]) -> None:
        self.objects, self.secrets = objects, secrets
        self.known = {(o["kind"], _namespace(o), o["metadata"]["name"]): o for o in objects}
        self.pods = [_pods(o) for o in objects if o["kind"] in _WORKLOADS]

    def found(self) -> Iterator[str]:
        for pods in self.pods:
            yield from self._of_pods(pods)
        for one in self.objects:
            check = getattr(self, f"_of_{one['kind'].lower()}", None)
            if check is not None:
                yield from check(one, _namespace(one), one["metadata"]["name"])

    def _of_pods(self, pods: Pods) -> Iterator[str]:
        named = [("ServiceAccount", pods.spec.get("serviceAccountName"))]
        for volume in pods.spec.get("volumes", []):
            named += _of_volume(volume)
            named += [pair for source in volume.get("projected", {}).get("sources", []) for pair in _of_source(source)]
        for container in pods.containers:
            for source in container.get("envFrom", []):
                named += [("ConfigMap", source.get("configMapRef", {}).get("name"))]
                named += [("Secret", source.get("secretRef", {}).get("name"))]
            for variable in container.get("env", []):
                named += [("Secret", variable.get("valueFrom", {}).get("secretKeyRef", {}).get("name"))]
        for kind, name in named:
            yield from self._needs(kind, pods.namespace, name, pods.name)

    def _needs(self, kind: str, namespace: str, name: str | None, who: str) -> Iterator[str]:
        if name is None or (kind, namespace, name) in self.known:
            return
        if kind != "Secret" or f"{namespace}/{name}" not in self.secrets:
            yield f"{who}: there is no {kind} {namespace}/{name}"

    def _selected(self, namespace: str, selector: dict[str, str]) -> list[Pods]:
        wanted = selector.items()
        return [p for p in self.pods if p.namespace == namespace and wanted <= p.labels.items()]

    def _of_horizontalpodautoscaler(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        target = one["spec"]["scaleTargetRef"]
        yield from self._needs(target["kind"], namespace, target["name"], f"HorizontalPodAutoscaler {name}")
        scaled = self.known.get((target["kind"], namespace, target["name"]))
        if scaled is not None and one["spec"]["maxReplicas"] > 1 and "replicas" in scaled["spec"]:
            yield f"HorizontalPodAutoscaler {name}: {target['name']} sets its replicas, too"

    def _of_poddisruptionbudget(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        if not self._selected(namespace, one["spec"]["selector"].get("matchLabels", {})):
            yield f"PodDisruptionBudget {name} selects no pods"

    def _of_service(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        pods = self._selected(namespace, one["spec"].get("selector", {}))
        if not pods:
            yield f"Service {name} selects no pods"
        for port in one["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            for one_of in (p for p in pods if target not in p.ports):
                yield f"Service {name}: {target} is no port of {one_of.name}"

    def _of_ingress(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        for path in (p for rule in one["spec"].get("rules", []) for p in rule["http"]["paths"]):
            wanted = path["backend"]["service"]
            service = self.known.get(("Service", namespace, wanted["name"]))
            if service is None:
                yield f"Ingress {name}: there is no Service {wanted['name']}"
            elif not any(
                wanted["port"].items() <= {"number": p["port"], **p}.items() for p in service["spec"]["ports"]
            ):
                yield f"Ingress {name}: {wanted['name']} has no port {wanted['port']}"
        for tls in one["spec"].get("tls", []):
            yield from self._needs("Secret", namespace, tls["secretName"], f"Ingress {name}")

    def _of_kafkauser(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        given = one["spec"].get("authentication", {}).get("password", {}).get("valueFrom", {}).get("secretKeyRef", {})
        yield from self._needs("Secret", namespace, given.get("name"), f"KafkaUser {name}")

    def _of_networkpolicy(self, one: Object, namespace: str, name: str) -> Iterator[str]:
        labels = one["spec"].get("podSelector", {}).get("matchLabels", {})
        made_by_operators = {"strimzi.io/cluster", "app", *_ALTINITY} & labels.keys()
        if labels and not made_by_operators and not self._selected(namespace, labels):
            yield f"NetworkPolicy {name} selects no pods"


def _namespace(one: Object) -> str:
    return str(one["metadata"].get("namespace", "default"))


def _pods(one: Object) -> Pods:
    spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
    template = spec["template"]
    return Pods(_namespace(one), one["metadata"]["name"], template["metadata"].get("labels", {}), template["spec"])


def _of_volume(volume: Object) -> list[tuple[str, str | None]]:
    return [
        ("ConfigMap", volume.get("configMap", {}).get("name")),
        ("Secret", volume.get("secret", {}).get("secretName")),
        ("PersistentVolumeClaim", volume.get("persistentVolumeClaim", {}).get("claimName")),
    ]


def _of_source(source: Object) -> list[tuple[str, str | None]]:
    return [(kind, source.get(key, {}).get("name")) for key, kind in (("secret", "Secret"), ("configMap", "ConfigMap"))]
