"""`make cluster` and ports that another program has by now."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from infra import cluster as module
from infra.cluster import Cluster, Failed


def test_a_part_whose_port_is_taken_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where its wrapper was killed and the engine lives on: it would be taken for the part that starts."""
    monkeypatch.setattr(module, "FREE_SECONDS", 0.1)
    cluster = Cluster(tmp_path)
    port = cluster.ports["mongodb"]
    said = re.escape(f"mongodb: another program listens at mongodb://127.0.0.1:{port}: end it")
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Failed, match=said):
        cluster.up()
    assert not [name for name in cluster.parts() if cluster.running(name)]


def test_an_engine_that_dies_after_its_wrapper_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, started = Cluster(tmp_path), list[str]()
    dying = socket.create_server(("127.0.0.1", cluster.ports["mongodb"]))
    monkeypatch.setattr(module.time, "sleep", lambda _: dying.close())

    def popen(command: list[str], **given: object) -> None:
        started.append(command[2])
        raise Failed

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    with dying, pytest.raises(Failed):
        cluster.up()
    assert started == ["infra.mongo.server"]
