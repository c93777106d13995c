from __future__ import annotations

from tests.support.clickhouse import clickhouse, clickhouse_server, clickhouse_url

__all__ = ["clickhouse", "clickhouse_server", "clickhouse_url"]
