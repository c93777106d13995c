"""What stands in front of the suite in Kubernetes, as production is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_RENDERED = Path(__file__).parents[2] / "infra" / "k8s" / "rendered" / "production.yaml"


def ingress(name: str) -> dict[str, Any]:
    objects = [one for one in yaml.safe_load_all(_RENDERED.read_text()) if one]
    found: dict[str, Any] = {one["metadata"]["name"]: one for one in objects if one["kind"] == "Ingress"}[name]
    return found


def uploads_of(path: str) -> bool:
    """Whether a path is one of those that take files."""
    listed = ingress("crm-uploads")["spec"]["rules"][0]["http"]["paths"]
    return any(path == p["path"] or (p["pathType"] == "Prefix" and path.startswith(p["path"] + "/")) for p in listed)
