"""Prometheus' own judgement of the alert rules. Debian has the program; no other registry of packages does.

python -m infra.checks.promtool fetches it, where this machine has none: once, with the tools of `make infra-tools`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.cache import Missing, cache_of, is_made, made

RULES = Path(__file__).parents[1] / "observability"
NONE = (
    "promtool did not judge the alert rules, only their grammar was read: "
    "apt-get install prometheus, or python -m infra.checks.promtool"
)
_PACKAGE = "prometheus"


def promtool() -> Path | None:
    """That of this machine, or what was fetched before; None: neither. It never asks the network."""
    if found := shutil.which("promtool"):
        return Path(found)
    return _cached() / "usr" / "bin" / "promtool" if is_made(_cached()) else None


def fetch() -> None:
    """Debian's package is kept in the cache and not installed. Raises Missing."""
    if promtool() is None:
        made(_cached(), _unpack)


def _cached() -> Path:
    return cache_of("promtool", _PACKAGE.encode())


def _unpack(target: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Missing(NONE)
    target.mkdir(parents=True)
    command = ["apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20", "download", _PACKAGE]
    try:
        subprocess.run(command, cwd=target, capture_output=True, check=True, timeout=120)
        [package] = target.glob("*.deb")
        subprocess.run(["dpkg", "-x", package, target], capture_output=True, check=True, timeout=120)
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        raise Missing(NONE) from error
    package.unlink()


def wrong_alerts(program: Path, rules: Path = RULES) -> Iterator[str]:
    """What promtool has against the rules, and where they do not do what alerts.test.yaml says."""
    for act, file in (("check", "alerts.yaml"), ("test", "alerts.test.yaml")):
        done = subprocess.run([program, act, "rules", rules / file], capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"promtool {act} rules: {(done.stdout + done.stderr).strip()[-600:]}"


if __name__ == "__main__":
    try:
        fetch()
    except Missing as missing:
        sys.exit(str(missing))
