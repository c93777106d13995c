"""Public files, brought in by the mapping that is proposed for each: at the first try, nothing edited."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.importing import office

pytestmark = pytest.mark.one_process
REAL = Path(__file__).parents[3] / "shared" / "data" / "crm-sales-opportunities"
RIGHT = {
    "accounts.csv": {
        "account": "name",
        "sector": "industry",
        "year_established": "founded",
        "revenue": "annual_revenue",
        "employees": "employees",
        "office_location": "country",
        "subsidiary_of": "parent",
    },
    "products.csv": {"product": "name", "series": "series", "sales_price": "list_price"},
    "sales_pipeline.csv": {
        "opportunity_id": "external_id",
        "sales_agent": "owner",
        "product": "product",
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "at",
        "close_date": "close_date",
        "close_value": "amount",
    },
}


async def test_public_files_are_brought_in_as_they_are(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        for name, right in RIGHT.items():
            content = b"".join((REAL / name).read_bytes().splitlines(keepends=True)[:300])
            answer = await desk.client.post("/imports/inspect", files={"file": (name, content)})
            found = answer.raise_for_status().json()
            assert {m["column"]: m["field"] for m in found["matches"]} == right
            mapping = yaml.safe_dump(found["suggestion"], allow_unicode=True, sort_keys=False)
            report = await desk.run(mapping, {name: content})
            assert report["totals"]["rejected"] == 0, report["rejected"]
        deals = await desk.get("/sales/opportunities", status="won", limit=200)
        assert {d["closed_on"][:4] for d in deals["items"]} == {"2017"}
        parents = await desk.get("/customer/accounts", **{"parent[empty]": "false"})
        assert len(parents["items"]) == 15
