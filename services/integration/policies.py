"""The policies of the integration service: imports run in the background by themselves, so there are none yet."""

from __future__ import annotations

from shared.streaming.policies import Policy

POLICIES: tuple[Policy, ...] = ()
