"""Programs built once from the coordinates of a go.mod into the cache, by version.

The API server with etcd takes about ten minutes of processor time and 2 GB of memory; the controllers about five more.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.cache import Missing, cache_of, is_made, made


@dataclass(frozen=True)
class Programs:
    """modules: name → folder of its go.mod, package. values: variables of the code. also: makes the rest."""

    kind: str
    modules: Mapping[str, tuple[Path, str]]
    values: Mapping[str, str] = field(default_factory=dict)
    also: Callable[[Path], None] = lambda _: None

    def cached(self) -> Path:
        """The folder of the programs, built or not."""
        folders = dict.fromkeys(folder for folder, _ in self.modules.values())
        files = [file for folder in folders for file in (folder / "go.sum", *sorted(folder.glob("*.go")))]
        return cache_of(self.kind, b"".join(file.read_bytes() for file in files))

    def is_built(self) -> bool:
        return is_made(self.cached())

    def build(self) -> Path:
        """Build what is missing; the folder of the programs. Raises Missing."""
        return made(self.cached(), self._build)

    def _build(self, target: Path) -> None:
        if shutil.which("go") is None:
            raise Missing(f"no Go here: {', '.join(self.modules)} cannot be built, and the manifests were not tried")
        target.mkdir(parents=True)
        flags = "-s -w " + " ".join(f"-X {name}={value}" for name, value in self.values.items())
        for name, (folder, package) in self.modules.items():
            go("build", "-trimpath", "-ldflags", flags, "-o", str(target / name), package, folder=folder)
        self.also(target)


def go(act: str, *words: str, folder: Path) -> str:
    """What a command of Go says, in the folder of a go.mod that it leaves as it is. Raises Missing."""
    command = ["go", act, "-mod=readonly", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
        raise Missing(f"go {act} {words[-1]} failed, and the manifests were not tried: {said}")
    return done.stdout.strip()
