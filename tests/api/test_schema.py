"""Requests made from the OpenAPI documents, valid and invalid, get only what the documents promise.

No 500, no status, content type, header or shape of an answer that is not documented; wrong methods are refused;
nothing that breaks a schema is taken; no operation answers without a token that says it needs one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import httpx
import orjson
import pytest

from tests.api.documents import SERVICES, Document, Ready, operations, prefix_of
from tests.api.served import Served, serve

PROVING = bool(os.environ.get("CRM_PROVE"))
# every boundary of every value; in make prove at random, too
PHASES = "examples,coverage,fuzzing" if PROVING else "examples,coverage"
EXAMPLES = 50  # random cases of each operation
NO_CHECK = "positive_data_acceptance"  # a rule of the domain may refuse what a schema allows: a duplicate, a cycle
REFUSALS = "400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, '5xx'"  # 412 is one of ours
REACHED = 0.75  # the part of the writes that must have been done at least once


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("suite")) as served:
        yield served


@pytest.mark.slow
@pytest.mark.timeout(3600 if PROVING else 600)
@pytest.mark.parametrize("service", SERVICES)
def test_requests_made_from_the_document_get_what_it_promises(served: Served, tmp_path: Path, service: str) -> None:
    prefix = prefix_of(service)
    document = httpx.get(f"{served.url}{prefix}/openapi.json").raise_for_status().json()
    file = tmp_path / "openapi.json"
    file.write_bytes(orjson.dumps(Ready(document, prefix, served.whole.ours, whole=PROVING).document()))
    (tmp_path / "schemathesis.toml").write_text(f"[checks.negative_data_rejection]\nexpected-statuses = [{REFUSALS}]\n")
    with patch("shared.security.tokens.LIFETIME", 7200):
        token = served.whole.token()
    checked = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", served.url + prefix,
            "--header", f"Authorization: Bearer {token}",
            "--phases", PHASES, "--max-examples", str(EXAMPLES), "--generation-deterministic",
            "--exclude-checks", NO_CHECK, "--continue-on-failure", "--no-color", "--no-shrink",
        ],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout.decode()[-8000:]
    _check_reached(document, prefix, served)


def _check_reached(document: Document, prefix: str, served: Served) -> None:
    """The requests were not all refused: every read was answered, most writes were done."""
    done = Counter({(method, path): n for (method, path, status), n in served.seen.items() if 200 <= status < 300})
    reached, missed = 0, []
    for method, path, operation in operations(document):
        pattern = re.compile(re.sub(r"{\w+}", "[^/]+", prefix + path))
        if any(m == method.upper() and pattern.fullmatch(p) for m, p in done):
            reached += 1
        else:
            missed.append((method, path, operation["security"]))
    # the address of a calendar is a secret that is shown once; tests/integration/test_calendar_feeds.py reads it
    assert not [path for method, path, _ in missed if method == "get" and path != "/calendar/{file}"]
    unreached = [f"{method} {path}" for method, path, security in missed if security]
    assert len(unreached) <= (1 - REACHED) * (reached + len(missed)), unreached
