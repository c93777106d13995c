"""Sample files are what their maker counted, and the same for the same seed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from services.integration.mapping.spec import parse_mapping
from services.integration.samples import make_sample, write_sample

UNTIL = date(2026, 6, 30)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def iso(text: str) -> str:
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat()


@pytest.mark.parametrize("language", ["en", "zh", "zh-TW"])
def test_the_count_is_that_of_the_files(tmp_path: Path, language: str) -> None:
    expected = make_sample(tmp_path, rows=1_500, seed=7, language=language, until=UNTIL)
    deals = list(rows_of(tmp_path / "sales_pipeline.csv"))
    assert len(deals) == len({d["opportunity_id"] for d in deals}) == 1_500
    for day in ("2025-12-31", "2026-03-31", "2026-06-30"):
        closed = [d for d in deals if d["close_date"] and iso(d["close_date"]) <= day]
        won = [d for d in closed if d["deal_stage"] == "Won"]
        engaged = [d for d in deals if d["engage_date"] and iso(d["engage_date"]) <= day]
        assert expected.as_of(day) == {
            "engaging": len(engaged) - len(closed),
            "won": len(won),
            "lost": len(closed) - len(won),
            "amount": sum(int(d["close_value"]) for d in won),
        }
    accounts = list(rows_of(tmp_path / "accounts.csv"))
    assert expected.accounts == len({a["account"] for a in accounts}) == len(accounts)
    assert expected.subsidiaries == sum(a["subsidiary_of"] != "" for a in accounts)
    assert expected.without_account == sum(d["account"] == "" for d in deals)
    assert expected.prospecting == sum(d["deal_stage"] == "Prospecting" for d in deals)
    assert {d["account"] for d in deals} - {""} <= {a["account"] for a in accounts}


def test_the_files_are_as_messy_as_real_ones(tmp_path: Path) -> None:
    make_sample(tmp_path, rows=3_000, seed=1, language="en", until=UNTIL)
    products = {p["product"] for p in rows_of(tmp_path / "products.csv")}
    assert {d["product"] for d in rows_of(tmp_path / "sales_pipeline.csv")} - products
    text = (tmp_path / "accounts.csv").read_text()
    assert '"' in text
    assert "logistis" in text


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    for folder, seed in ((one, 1), (two, 1), (other, 2)):
        mapping = write_sample(folder, rows=200, seed=seed, until=UNTIL)
        assert parse_mapping(mapping.read_text())[0].files == [
            "sales_teams.csv",
            "products.csv",
            "accounts.csv",
            "sales_pipeline.csv",
        ]
    name = "sales_pipeline.csv"
    assert (one / name).read_bytes() == (two / name).read_bytes() != (other / name).read_bytes()
