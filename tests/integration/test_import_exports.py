"""Exports of eight systems, brought in by the mapping that is proposed for them: at the first try, nothing edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.support.exports import SYSTEMS, Export
from tests.support.exports.file import ROWS
from tests.support.importing import Office, office

pytestmark = pytest.mark.one_process
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "imports.md"
COUNTRIES = {"Salesforce": "US", "HubSpot": "US", "Google Contacts": "DE", "Outlook": "US", "Fxiaoke": "CN"}
NOT_HERE = ("unknown-reference", "ambiguous-reference")  # users and people that the files name and do not bring
LEAST = 0.9


@dataclass
class Tried:
    """What became of one file. right, columns: of its columns. taken: of its rows. lost: values that were left out."""

    export: Export
    right: int
    columns: int
    taken: int
    lost: int


async def try_out(desk: Office, export: Export) -> Tried:
    content = export.content()
    answer = await desk.client.post("/imports/inspect", files={"file": (export.name, content)})
    found = answer.raise_for_status().json()
    assert found["resource"] == export.resource
    right = export.right({m["column"]: m["field"] for m in found["matches"]})
    mapping = yaml.safe_dump(found["suggestion"], allow_unicode=True, sort_keys=False)
    report = await desk.run(mapping, {export.name: content})
    assert report["status"] == "completed", report
    rejected = {row["line"] for row in report["rejected"]}
    lost = sum(count for what, count in report["warnings"].items() if not what.endswith(NOT_HERE))
    return Tried(export, len(right), len(export.columns), ROWS - len(rejected), lost)


async def tried(folder: Path, system: str) -> list[Tried]:
    async with office(folder) as desk:
        body = {"country": COUNTRIES.get(system, "DE")}
        answer = await desk.client.patch(f"/identity/organisations/{desk.tenant}", json=body)
        answer.raise_for_status()
        return [await try_out(desk, export) for export in SYSTEMS[system]]


@pytest.mark.parametrize("system", SYSTEMS)
async def test_nine_of_ten_columns_are_right_and_nine_of_ten_rows_taken(tmp_path: Path, system: str) -> None:
    found = await tried(tmp_path, system)
    for one in found:
        assert one.right >= LEAST * one.columns, one
        assert one.taken >= LEAST * ROWS, one
        assert one.lost <= (1 - LEAST) * ROWS, one  # a row is not taken by leaving out what it says
    assert line_of(system, found) in GUIDE.read_text()


def line_of(system: str, found: Iterable[Tried]) -> str:
    """The figures as the guide has them."""
    listed = list(found)
    right, columns = sum(t.right for t in listed), sum(t.columns for t in listed)
    taken, rows = sum(t.taken for t in listed), ROWS * len(listed)
    files = ", ".join(t.export.resource for t in listed)
    return f"| {system} | {files} | {right} of {columns} | {taken} of {rows} |"
