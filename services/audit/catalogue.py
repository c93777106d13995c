"""What rights are granted on in the audit service, which has no record types of its own."""

from __future__ import annotations

from shared.security.roles import Resource

RESOURCES = (Resource("audit"),)
