"""What tests look for in the sample data."""

from __future__ import annotations

from typing import Any

import httpx


def biggest_deal(http: httpx.Client) -> dict[str, Any]:
    """The open opportunity with the highest amount that has an account."""
    asked = {"status": "open", "sort": "-amount", "limit": 20, "archived": "false"}
    items = http.get("/sales/opportunities", params=asked).raise_for_status().json()["items"]
    found: dict[str, Any] = next(one for one in items if one.get("account"))
    return found
