"""The notices of third-party licences: one row for each package of requirements.lock. `make lock` writes them."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
NOTICES = ROOT / "THIRD-PARTY-NOTICES.md"
HEAD = """# Notices of third-party licences

The product runs on these packages. None of their source is part of this repository; `pip` installs them, each with its
own licence text. `make lock` writes this page; `make check` refuses a package that is missing here or has a licence
that is not permissive.

| package | licence | home |
|---|---|---|
"""
# Markers in the lock leave these out on Linux, so their metadata cannot be read there.
ELSEWHERE = {"colorama": ("BSD-3-Clause", "github.com/tartley/colorama")}


class Notice(NamedTuple):
    package: str
    licence: str
    home: str

    def row(self) -> str:
        return f"| {self.package} | {self.licence} | {self.home} |\n"


def locked() -> list[str]:
    """The names of the packages in requirements.lock."""
    return re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*\])?==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def notices() -> list[Notice]:
    return [_notice(name) for name in sorted(set(locked()), key=str.lower)]


def page() -> str:
    return HEAD + "".join(notice.row() for notice in notices())


def _notice(package: str) -> Notice:
    try:
        found = distribution(package)
    except PackageNotFoundError:
        return Notice(package, *ELSEWHERE[package])
    return Notice(package, _licence(found), _home(found))


def _licence(found: Distribution) -> str:
    """The SPDX expression, else the classifiers, else the first line of the free text."""
    meta = found.metadata
    classifiers = [c.rpartition(" :: ")[2] for c in meta.get_all("Classifier", []) if c.startswith("License ::")]
    return meta.get("License-Expression") or " AND ".join(classifiers) or (meta.get("License") or "?").splitlines()[0]


def _home(found: Distribution) -> str:
    """The address of the project without its scheme, "" where the package names none."""
    links = [link.partition(", ") for link in found.metadata.get_all("Project-URL", [])]
    named = {label.lower(): address for label, _, address in links}
    for label in ("homepage", "repository", "source", "source code", "github", "code"):
        if label in named:
            return _plain(named[label])
    return _plain(found.metadata.get("Home-page") or "")


def _plain(address: str) -> str:
    return address.partition("://")[2].rstrip("/")


if __name__ == "__main__":
    NOTICES.write_text(page())
