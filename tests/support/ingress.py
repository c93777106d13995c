"""What stands in front of the suite in Kubernetes, as production is rendered."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from infra.objects import objects_in

_RENDERED = Path(__file__).parents[2] / "infra" / "k8s" / "rendered" / "production.yaml"


@cache  # a test asks for each path of the documents
def ingress(name: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in objects_in(_RENDERED) if one["kind"] == "Ingress"}[name]


def uploads_of(path: str) -> bool:
    """Whether a path is one of those that take files."""
    listed = ingress("crm-uploads")["spec"]["rules"][0]["http"]["paths"]
    return any(path == p["path"] or (p["pathType"] == "Prefix" and path.startswith(p["path"] + "/")) for p in listed)
