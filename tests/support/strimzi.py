"""The users of Kafka as `infra/k8s/stores` gives them to Strimzi."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shared.streaming.kafka.access import Access, Quota, Right

STORES = Path(__file__).parents[2] / "infra" / "k8s" / "stores"
_TYPES = {"transactionalId": "transactional_id"}
_QUOTAS = {"producerByteRate": "producer_byte_rate", "consumerByteRate": "consumer_byte_rate"}


def users() -> dict[str, dict[str, Any]]:
    """The specification of each KafkaUser, by name."""
    objects = yaml.safe_load_all((STORES / "kafka-users.yaml").read_text())
    return {one["metadata"]["name"]: one["spec"] for one in objects}


def access_of(*names: str) -> Access:
    """Their rights and quotas, as Kafka has them."""
    found = users()
    rights = {
        Right(name, *_resource(acl["resource"]), operation)
        for name in names
        for acl in found[name]["authorization"]["acls"]
        for operation in acl["operations"]
    }
    given = {(name, *pair) for name in names for pair in found[name].get("quotas", {}).items()}
    return Access(frozenset(rights), frozenset(Quota(name, _QUOTAS[key], float(n)) for name, key, n in given))


def _resource(given: dict[str, str]) -> tuple[str, str]:
    kind = _TYPES.get(given["type"], given["type"])
    return kind, given.get("name", "kafka-cluster") + ("*" if given.get("patternType") == "prefix" else "")
