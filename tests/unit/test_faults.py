from __future__ import annotations

import subprocess
import sys

import pytest

from shared import faults


class Ended(Exception):
    pass


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr("shared.faults.os._exit", end)


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(("spec", "hits"), [("here", 1), ("here:1", 1), ("here:3", 3)])
def test_the_named_point_ends_the_process_at_its_nth_hit(spec: str, hits: int) -> None:
    crash = faults.CrashPoint(spec)
    for _ in range(hits - 1):
        crash("here")
        crash("elsewhere")
    with pytest.raises(Ended, match="137"):
        crash("here")


@pytest.mark.usefixtures("ended")
def test_nothing_is_armed_in_a_normal_run_until_a_test_does_it() -> None:
    crash = faults.CrashPoint()
    for _ in range(3):
        crash("here")
    crash.arm("here")
    with pytest.raises(Ended):
        crash("here")


def test_the_environment_arms_it() -> None:
    program = (
        "from shared.faults import crashpoint\ncrashpoint('b')\ncrashpoint('a')\nprint('alive')\ncrashpoint('a')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env={"CRASHPOINT": "a:2"}, capture_output=True)
    assert (done.returncode, done.stdout) == (faults.KILLED, b"")  # not even its buffers are written
