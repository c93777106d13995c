"""Licences: the product is Apache-2.0, and nothing with a copyleft licence ships with it."""

from __future__ import annotations

import re

import pytest

from tests.house.notices import NOTICES, ROOT, notices, page

PERMISSIVE = {
    "0BSD",
    "3-Clause BSD License",
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "ISC License (ISCL)",
    "MIT",
    "MIT License",
    "MIT-CMU",
    "MIT-0",
    "PSF-2.0",
    "Python Software Foundation License",
    "Repoze Public License",  # BSD-3-Clause, and changed files say that they are changed
    "Zlib",
}
# MPL-2.0 binds changes of its own files only, and both packages are used as they are: certifi is a list of
# certificates, orjson compiles some files of another project into its library. pypdfium2 holds PDFium with what that is
# built of (FreeType, ICU, libpng, …): each permissive, with its text in the package.
UNCHANGED = {
    "certifi": "Mozilla Public License 2.0 (MPL 2.0)",
    "orjson": "MPL-2.0 AND (Apache-2.0 OR MIT)",
    "pypdfium2": "BSD-3-Clause, Apache-2.0, dependency licenses",
}


def is_permissive(licence: str) -> bool:
    """Whether every part of a licence is. Of alternatives (OR) one is enough."""
    alternatives = re.split(r"\s+OR\s+", licence)
    return any(all(part in PERMISSIVE for part in re.split(r"\s+AND\s+", one)) for one in alternatives)


def test_no_package_of_the_product_is_copyleft() -> None:
    found = notices()
    assert len(found) > 40
    assert {n.package: n.licence for n in found if not is_permissive(n.licence)} == UNCHANGED


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND LGPL-2.1-or-later", "AGPL-3.0", "SSPL-1.0", "UNKNOWN", "?"]
)
def test_other_licences_are_refused(licence: str) -> None:
    assert not is_permissive(licence)


def test_the_notices_name_every_package() -> None:
    assert NOTICES.read_text() == page(), "run `make lock`, or `.venv/bin/python -m tests.house.notices`"


def test_the_licence_and_the_reporting_page_are_at_the_root() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert "Report a weakness" in (ROOT / "SECURITY.md").read_text()
