"""`crm audit export` replaces an earlier file by a whole one, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner

from crm import target
from crm.audit import app
from crm.settings import WrongSetting


class Exporting:
    """A private server. refused: the log is not handed out, after all."""

    def __init__(self, *, refused: bool) -> None:
        self._refused = refused

    def export_log(self, out: IO[bytes]) -> int:
        out.write(b"new")
        if self._refused:
            raise WrongSetting("this is not the process with the role notary")
        return 1


@pytest.mark.parametrize(("refused", "left"), [(True, b"old"), (False, b"new")])
def test_a_refusal_leaves_an_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: bool, left: bytes
) -> None:
    @contextmanager
    def serving(_: Path) -> Iterator[Exporting]:
        yield Exporting(refused=refused)

    monkeypatch.setattr(target, "private_server", serving)
    (out := tmp_path / "log.zip").write_bytes(b"old")
    done = CliRunner().invoke(app, ["export", str(out), "--data", str(tmp_path)])
    assert (done.exit_code == 0, out.read_bytes(), [*tmp_path.iterdir()]) == (not refused, left, [out])
