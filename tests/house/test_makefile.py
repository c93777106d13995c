"""What the Makefile fetches may be fetched at the same time, as by `make -j`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
USED = ("sh", "grep", "find", "flock", "mkdir", "rmdir", "sleep", "cat")
# as apt-get: a second one at the same time is refused
APT_GET = """#!/bin/sh
mkdir "$WORK/busy" 2>/dev/null || { echo "E: Could not get lock" >&2; exit 100; }
sleep 0.3; echo "$1" >> "$WORK/log"; rmdir "$WORK/busy"
"""


def test_two_installations_wait_for_each_other(tmp_path: Path) -> None:
    bin = tmp_path / "bin"
    bin.mkdir()
    for name in USED:
        (bin / name).symlink_to(str(shutil.which(name)))
    for name, text in {"apt-get": APT_GET, "id": "#!/bin/sh\necho 0\n"}.items():
        (bin / name).write_text(text)
        (bin / name).chmod(0o755)
    env = {**os.environ, "PATH": str(bin), "WORK": str(tmp_path), "MAKEFLAGS": ""}
    command = [str(shutil.which("make")), "-j", "2", "browser", "java"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert sorted((tmp_path / "log").read_text().split()) == ["install", "install", "update", "update"]
