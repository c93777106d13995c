"""What rights are granted on in the analytics service, which has no record types of its own."""

from __future__ import annotations

from shared.security.permissions import Level
from shared.security.roles import Resource, grant

RESOURCES = (
    Resource(
        "analytics",
        ("Analytics", "分析", "分析"),
        {
            "sales_manager": grant(Level.BELOW, "read"),
            "sales_representative": grant(Level.OWN, "read"),
            "marketing": grant(Level.ALL, "read"),
            "read_only": grant(Level.ALL, "read"),
        },
    ),
)
