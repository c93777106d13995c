from __future__ import annotations

from tests.support.mongo import java_server, java_url, mongo_server, mongo_url

__all__ = ["java_server", "java_url", "mongo_server", "mongo_url"]
