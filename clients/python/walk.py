"""Used against a running suite by tests/e2e/test_clients.py: python walk.py URL EMAIL PASSWORD"""

from __future__ import annotations

import json
import sys

import httpx
from crm_client.base import Refused
from crm_client.generated.customer import CustomerService
from crm_client.generated.identity import IdentityService
from crm_client.generated.sales import SalesService


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
        try:
            CustomerService(http).create_account({"name": ""})
        except Refused as refused:
            return {"amount": shown.get("amount"), "codes": refused.codes, "type": refused.problem["type"]}
    raise AssertionError("an empty name was taken")


if __name__ == "__main__":
    print(json.dumps(walk(*sys.argv[1:4])))
