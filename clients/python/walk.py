"""Used against a running suite by tests/e2e/test_clients.py: python walk.py URL EMAIL PASSWORD"""

from __future__ import annotations

import json
import sys
from typing import Literal

import httpx
from crm_client.base import Refused
from crm_client.generated.customer import CustomerService
from crm_client.generated.identity import IdentityService
from crm_client.generated.sales import Opportunity, OpportunityPart, SalesService


def phase(deal: Opportunity | OpportunityPart) -> Literal["open", "closed", "hidden"]:
    """mypy knows the options of the field: a comparison with another text is an error."""
    status: Literal["open", "won", "lost"] | None = deal.get("status")
    if status is None:  # it was not asked for, or it is hidden from this user
        return "hidden"
    return "open" if status == "open" else "closed"


def walk(url: str, email: str, password: str) -> dict[str, object]:
    with httpx.Client(base_url=url, timeout=30) as http:
        session = IdentityService(http).sign_in({"email": email, "password": password})
        http.headers["Authorization"] = f"Bearer {session['access_token']}"
        account = CustomerService(http).create_account({"name": "Beta"})
        sales = SalesService(http)
        deal = sales.open_opportunity(
            {"name": "12 seats", "account": account["id"], "amount": "99.00", "currency": "EUR"}
        )
        shown = sales.read_opportunity(deal["id"], {"min_version": deal["version"]})
        assert phase(shown) == "open"
        try:
            CustomerService(http).create_account({"name": ""})
        except Refused as refused:
            return {"amount": shown.get("amount"), "codes": refused.codes, "type": refused.problem["type"]}
    raise AssertionError("an empty name was taken")


if __name__ == "__main__":
    print(json.dumps(walk(*sys.argv[1:4])))
