"""A small file of companies, half of whose rows are wrong, its mapping, and what became of it."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.support.importing import Office

MAPPING = """\
name: Fair
steps:
  - name: accounts
    file: fair.csv
    resource: account
    mode: upsert
    key: name
    fields: { name: Company, city: City, founded: Since }
"""
FAIR = "Company,City,Since\nAcme,Paris,1999\nBeta,Rome,soon\nGamma,Oslo,2001,x\nDelta,Bern,1980\n"


def renamed(text: str, mark: str) -> str:
    """The same companies under names of this test's own."""
    for name in ("Acme", "Beta", "Gamma", "Delta"):
        text = text.replace(name, f"{name} {mark}")
    return text


async def named(desk: Office, mark: str, **params: Any) -> dict[str, dict[str, Any]]:
    page = await desk.get("/customer/accounts", q=mark, **params)
    return {item["name"]: item for item in page["items"]}


async def csv_of(desk: Office, path: str) -> list[dict[str, str]]:
    answer = (await desk.client.get(path)).raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
