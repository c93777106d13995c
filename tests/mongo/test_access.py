"""A server of MongoDB's protocol with TLS and passwords: who is refused learns the part and the remedy, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymongo
import pytest

from infra.kafka.broker import free_ports
from infra.mongo.server import SECANTUS, Server
from shared.views.mongo import MongoViews
from shared.views.port import ViewsUnavailable
from tests.support.certificates import Files, make


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, mongo_server: str) -> None:
    """mongo_server: where SecantusDB cannot be had, this says so."""
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 1.5)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[int]:
    server = Server(SECANTUS, folder, *free_ports(1), options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def with_certificate(files: Files) -> list[str]:
    return ["--tls-cert-file", str(files.certificate), "--tls-key-file", str(files.key)]


async def refusal(url: str) -> str:
    with pytest.raises(ViewsUnavailable) as refused:
        await MongoViews.open(url)
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_a_certificate_that_is_not_accepted(tmp_path: Path) -> None:
    ours, expired = make(tmp_path / "ours"), make(tmp_path / "expired", days=-1)
    tls = "mongodb://127.0.0.1:{}/crm?directConnection=true&tls=true&tlsCAFile={}"
    named = "CRM_VIEWS: its certificate is not accepted: name its authority with tlsCAFile"
    with running(tmp_path / "one", *with_certificate(ours)) as port:
        await (await MongoViews.open(tls.format(port, ours.authority))).close()
        assert (await refusal(tls.format(port, expired.authority))).startswith(named)
        plain = await refusal(f"mongodb://127.0.0.1:{port}/crm?directConnection=true")
        assert plain.startswith("CRM_VIEWS: the server does not answer: start it, or correct the URL")
    with running(tmp_path / "two", *with_certificate(expired)) as port:
        said = await refusal(tls.format(port, expired.authority))
        assert said.startswith(named)
        assert "expired" in said


async def test_a_password_that_is_wrong(tmp_path: Path) -> None:
    with running(tmp_path / "one") as port, pymongo.MongoClient[dict[str, Any]]("127.0.0.1", port) as client:
        client.admin.command("createUser", "crm", pwd="right-word", roles=["root"])
    with running(tmp_path / "one", "--auth") as port:
        where = f"127.0.0.1:{port}/crm?directConnection=true&authSource=admin"
        await (await MongoViews.open(f"mongodb://crm:right-word@{where}")).close()
        for user in ("crm:wrong-word", "nobody:right-word"):
            said = await refusal(f"mongodb://{user}@{where}")
            assert said == "CRM_VIEWS: the server refuses the user or the password: correct them in the URL"
        assert (await refusal(f"mongodb://{where}")).startswith(
            "CRM_VIEWS: the user may not do this: give it the roles"
        )
