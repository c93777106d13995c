"""Rows that are corrected where they stand, and corrections that fit none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.exports.file import workbook
from tests.support.fair import FAIR, MAPPING, named, renamed
from tests.support.importing import Office, office


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(form: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("imports")) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_rows_are_corrected_where_they_stand(desk: Office, kind: str) -> None:
    acme, beta_name, name = f"Acme {kind}", f"Beta {kind}", f"Gamma {kind}"
    rows = [["Company", "City", "Since"], [acme, "'=Paris", "1999"], [beta_name, "Rome\nItaly", "soon"]]
    text = "\ufeff" + "\r\n\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\r\n?,Oslo,late\r\n"
    files = {"fair.csv": text.encode() if kind == "csv" else workbook([*rows, ["?", "Oslo", "late"]])}
    report = await desk.run(MAPPING, files, "/imports/dry-run")
    beta, gamma = report["rejected"]
    assert beta["cells"] == {"Company": beta_name, "City": "Rome\nItaly", "Since": "soon"}
    one = [{"file": "fair.csv", "row": beta["row"], "cells": {"Since": "1980"}}]
    again = await desk.run(MAPPING, files, "/imports/dry-run", corrections=one)
    assert (again["totals"]["created"], again["rejected"]) == (2, [gamma])  # its line is where it was
    both = [*one, {"file": "fair.csv", "row": gamma["row"], "cells": {"Since": "", "Company": name}}]
    report = await desk.run(MAPPING, files, corrections=both)
    assert (report["totals"]["created"], report["totals"]["rejected"]) == (3, 0)
    found = await named(desk, kind)
    assert (found[name]["founded"], found[beta_name]["founded"]) == (None, 1980)
    assert found[acme]["city"] == "=Paris"  # as without corrections: the mark that kept a spreadsheet from it is off


@pytest.mark.parametrize(
    ("correction", "code"),
    [
        ({"row": 1, "cells": {"Town": "x"}}, "unknown-column"),
        ({"row": 5, "cells": {"City": "x"}}, "out-of-range"),
        ({"row": 1, "cells": {"Company": "", "City": "", "Since": ""}}, "required"),
        ({"row": 0, "cells": {"City": "x"}}, "greater-than-equal"),
        ({"file": "other.csv", "row": 1, "cells": {"City": "x"}}, "unused-file"),
    ],
)
async def test_corrections_that_fit_no_row_are_refused(desk: Office, correction: dict[str, Any], code: str) -> None:
    answer = await desk.send(MAPPING, {"fair.csv": FAIR}, corrections=[{"file": "fair.csv", **correction}])
    assert (answer.status_code, [e["code"] for e in answer.json()["errors"]]) == (422, [code])


async def test_a_key_is_of_the_corrections_too(desk: Office) -> None:
    key, files = {"Idempotency-Key": "corrected-once"}, {"fair.csv": renamed(FAIR, "Keyed")}
    desk.client.headers.update(key)
    try:
        first = await desk.send(MAPPING, files)
        other = await desk.send(MAPPING, files, corrections=[{"file": "fair.csv", "row": 1, "cells": {"City": "Lyon"}}])
    finally:
        del desk.client.headers["Idempotency-Key"]
    assert (first.status_code, other.json()["type"]) == (201, "/problems/idempotency-key-reused")
    await desk.events(first.json()["id"])  # to its end: it writes while others look at the log
