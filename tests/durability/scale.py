"""How far the proof goes: in `make test` as far as a minute allows, with CRM_PROVE set (`make prove`) much further."""

from __future__ import annotations

import os

import pytest

PROVE = bool(os.environ.get("CRM_PROVE"))
KILLS_PER_POINT = 30 if PROVE else 2
RANDOM_KILLS = 760 if PROVE else 10
POWER_LOSS_IMAGES = 10_000 if PROVE else 1_000
PROCESS_KILLS_PER_POINT = 20 if PROVE else 1
RANDOM_PROCESS_KILLS = 559 if PROVE else 6
BACKLOG_EVENTS = 1_000_000 if PROVE else 50_000
REPEATED_COMMANDS = 20_000 if PROVE else 200
GRACEFUL_STOPS = 100 if PROVE else 3
FULL_DISK_ORDINALS = 200 if PROVE else 24
FAILED_SYNC_ORDINALS = 100 if PROVE else 24
WRITER_KILLS = 200 if PROVE else 6
LIMIT = pytest.mark.timeout(3600 if PROVE else 300)
