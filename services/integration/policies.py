"""The policies of the integration service: what an erasure does to imports."""

from __future__ import annotations

from services.integration.jobs.erasing import erasure_policies
from shared.kernel.ports import Ports
from shared.streaming.reaction import Policy


def policies(ports: Ports) -> tuple[Policy, ...]:
    return erasure_policies(ports.files)
