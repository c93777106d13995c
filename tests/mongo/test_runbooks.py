"""The move from one process to the cluster, with events, keys and views on servers, as its page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.test_runbooks import moved, ours, template
from tests.support.mongo import database
from tests.support.protocol_server import served

__all__ = ["ours", "template"]  # fixtures


@pytest.mark.slow
async def test_a_suite_moves_to_the_cluster(
    ours: Path,
    mongo_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served(ours) as server:
        settings = {
            "CRM_EVENTSTORE": f"esdb://127.0.0.1:{server.port}?tls=false",
            "CRM_KEYS": database(mongo_server),
            "CRM_VIEWS": database(mongo_server),
            "CRM_FILES": f"folder://{ours}/shared",
            "CRM_ROOT_KEY": str(ours / "secret"),
        }
        await moved(ours, settings, monkeypatch)
    assert (ours / "secret").exists()
    assert not (ours / "NEW" / "keys" / "keys.db").exists()
