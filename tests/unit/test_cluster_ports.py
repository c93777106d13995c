"""`make cluster` and ports that another program has by now."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from infra.cluster import Cluster, Failed


def test_a_part_whose_port_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    """As where its wrapper was killed and the engine lives on: it would be taken for the part that starts."""
    cluster = Cluster(tmp_path)
    port = cluster.ports["mongodb"]
    said = re.escape(f"mongodb: another program listens at mongodb://127.0.0.1:{port}: end it")
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Failed, match=said):
        cluster.up()
    assert not [name for name in cluster.parts() if cluster.running(name)]
