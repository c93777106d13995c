"""Where the definitions of operators' objects are (CRDs of Strimzi, MongoDB, Altinity): next to the repository."""

from __future__ import annotations

import os
from pathlib import Path

_NEXT_TO_IT = Path(__file__).parents[2] / "shared" / "data" / "crds"
NONE = "infra/k8s: objects of Strimzi, MongoDB and Altinity were not judged: CRM_CRDS=DIR names their definitions"


def definitions() -> Path | None:
    """Their folder: CRM_CRDS, or ../shared/data/crds of the repository; None: there is none."""
    folder = Path(os.environ.get("CRM_CRDS") or _NEXT_TO_IT)
    return folder if any(folder.glob("*.yaml")) else None


def of_kubernetes(version: str) -> bool:
    """Whether Kubernetes itself has objects of a version of the interface, as in `apps/v1`."""
    group, slash, _ = version.partition("/")
    return not slash or "." not in group or group.endswith(".k8s.io")
