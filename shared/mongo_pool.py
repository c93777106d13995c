"""The driver's connections to MongoDB as measures: those that are idle, those in use, and calls that got none."""

from __future__ import annotations

from typing import Any

from pymongo.monitoring import ConnectionPoolListener

from shared.telemetry.metrics import MONGO_CONNECTIONS, MONGO_REFUSED


class PoolMeasures(ConnectionPoolListener):
    """part: the setting that names the server. Called from the driver's threads; every method must be there."""

    def __init__(self, part: str) -> None:
        self._part, self._idle = {"part": part}, {"part": part, "state": "idle"}
        self._used = {"part": part, "state": "used"}

    def _ignored(self, event: Any) -> None:
        """It changes no measure."""

    pool_created = pool_ready = pool_cleared = pool_closed = _ignored
    connection_ready = connection_check_out_started = _ignored

    def connection_created(self, event: Any) -> None:
        MONGO_CONNECTIONS.add(1, self._idle)

    def connection_closed(self, event: Any) -> None:
        MONGO_CONNECTIONS.add(-1, self._idle)

    def connection_checked_out(self, event: Any) -> None:
        MONGO_CONNECTIONS.add(-1, self._idle)
        MONGO_CONNECTIONS.add(1, self._used)

    def connection_checked_in(self, event: Any) -> None:
        MONGO_CONNECTIONS.add(-1, self._used)
        MONGO_CONNECTIONS.add(1, self._idle)

    def connection_check_out_failed(self, event: Any) -> None:
        MONGO_REFUSED.add(1, self._part)
