"""`make cluster` and what it finds: ports that another program has, and what a part that was killed left behind."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from infra import cluster as module
from infra.cluster import Cluster, Failed
from infra.groups import Busy, Group, alone


def test_a_part_whose_port_is_taken_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be taken for the part that starts."""
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


def test_two_starts_at_once_do_not_start_everything_twice(tmp_path: Path) -> None:
    said = f"another make cluster or cluster-down works in {re.escape(str(tmp_path))}: wait for it"
    with alone(tmp_path / "lock"), pytest.raises(Busy, match=said), alone(tmp_path / "lock"):
        pass
    with alone(tmp_path / "lock"):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failed, match=r"the folder .*/file/cluster cannot be used: Not a directory"):
        Cluster(tmp_path / "file" / "cluster")


def test_what_a_killed_part_left_behind_ends_with_the_cluster(tmp_path: Path) -> None:
    """An engine is the child of what starts it, and `kill -9` of that alone leaves it with its port and its data."""
    cluster, group = Cluster(tmp_path), Group(tmp_path / "mongodb.pid")
    command = ["sh", "-c", "sleep 600 & echo started; wait"]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as wrapper:
        assert wrapper.stdout is not None
        assert wrapper.stdout.readline() == b"started\n"
        group.note(wrapper.pid)
        assert cluster.running("mongodb")
        wrapper.kill()
        wrapper.wait()
        assert not cluster.running("mongodb")
        assert group.is_left()
        cluster.down()
    assert not group.is_left()


def test_a_process_that_has_the_number_of_an_earlier_part_is_left_alone(tmp_path: Path) -> None:
    group = Group(tmp_path / "mongodb.pid")
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as another:
        group.note(another.pid)
        _, began = json.loads(group.file.read_text())
        group.file.write_text(json.dumps([another.pid, str(int(began) - 1)]))
        assert not group.is_left()
        group.signal(signal.SIGKILL)
        assert another.poll() is None
        another.kill()


def test_the_set_up_link_is_that_of_the_last_start_without_what_was_logged_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GREETING_SECONDS", 0)
    cluster, log = Cluster(tmp_path), tmp_path / "api.log"
    lines = "Nobody can sign in yet. Create your organisation here (one use only):\nhttp://h/setup#token=a-b"
    start = "CRM is ready at http://h\n"
    log.write_text(f"{start}{lines.replace('a-b', 'old')}\n{start}{lines}\n2026-11-30 WARNING crm.keys away\n")
    assert cluster.greeting() == lines
    log.write_text(f"{start}{lines}\n{start}2026-11-30 WARNING crm.keys away\n")
    assert cluster.greeting() == ""
