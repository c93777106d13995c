"""Names of uploaded files are labels: whatever they say, files lie where the suite puts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.suite import open_stage

MAPPING = "name: Fair\nsteps:\n- name: accounts\n  file: fair.csv\n  resource: account\n  fields: {name: Company}\n"


@pytest.mark.parametrize("name", ["fair.csv", "../../fair.csv", "/etc/fair.csv", "..\\..\\fair.csv", "C:\\fair.csv"])
async def test_a_file_is_known_by_the_last_part_of_its_name(tmp_path: Path, name: str) -> None:
    data = tmp_path / "deep" / "down" / "data"
    async with open_stage(data) as stage:
        client = await stage.client(stage.acme.tenant, stage.acme.user)
        files = {"files": (name, b"Company\nTrade Fair\n", "text/csv")}
        started = await client.post("/imports", data={"mapping": MAPPING}, files=files)
        assert started.status_code == 201, started.text
        written = files_under(tmp_path)
        assert [p for p in written if p.parts[:3] != ("deep", "down", "data")] == []
        assert [p for p in written if "fair" in p.name] == []
        assert len(written) > 5


def files_under(folder: Path) -> list[Path]:
    return [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()]


@pytest.mark.parametrize("name", ["", "..", "a\tb.csv", "x" * 201 + ".csv", "\u202efair.csv", "fair/"])
async def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, stage.acme.user)
        files = {"files": (name, b"Company\nTrade Fair\n", "text/csv")}
        answer = await client.post("/imports", data={"mapping": MAPPING}, files=files)
        assert answer.status_code == 422, answer.text
