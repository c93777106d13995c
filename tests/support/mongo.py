"""The MongoDB servers that tests use, each started once for the session when it is asked for: fixtures to import.

CRM_TEST_MONGODB names a server that takes the place of SecantusDB: a URL without a database. Where a server cannot be
had, the tests that need it say that they did not run; in CI that is a failure.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pymongo
import pytest

from infra.cache import Missing
from infra.kafka.broker import free_ports
from infra.mongo.server import JAVA, SECANTUS, Server
from shared.leftovers import own, remove_leftovers

_DATA = "crm-mongo-"
_IN_MEMORY = Path("/dev/shm")  # each write is flushed: there it costs nothing
_PATIENT = "timeoutMS=120000"  # for a machine that is busy with other tests


def _running(kind: str) -> Iterator[str]:
    folder = _IN_MEMORY if _IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
    remove_leftovers(_DATA, folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=own(_DATA)) as data:
        server = Server(kind, Path(data), free_ports(1)[0])
        try:
            server.start()
        except Missing as missing:
            if os.environ.get("CI"):
                pytest.fail(str(missing))
            pytest.skip(str(missing))
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[str]:
    named = os.environ.get("CRM_TEST_MONGODB")
    if named is None:
        yield from _running(SECANTUS)
    else:
        yield named


@pytest.fixture(scope="session")
def java_server() -> Iterator[str]:
    yield from _running(JAVA)


@pytest.fixture
def mongo_url(mongo_server: str) -> Iterator[str]:
    """The URL of a new database."""
    url = database(mongo_server)
    yield url
    if "CRM_TEST_MONGODB" in os.environ:  # a server of ours goes with all that it holds
        with pymongo.MongoClient[dict[str, Any]](url) as client:
            client.drop_database(client.get_default_database().name)


@pytest.fixture
def java_url(java_server: str) -> str:
    return database(java_server)


def database(url: str) -> str:
    """The URL of a new database on a server."""
    parts = urlsplit(url)
    query = parts.query if "timeoutMS" in parts.query else "&".join(filter(None, [parts.query, _PATIENT]))
    return urlunsplit(parts._replace(path=f"/crm_test_{uuid4().hex[:12]}", query=query))
