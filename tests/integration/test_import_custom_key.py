"""Imports find records by custom fields: as the key of a step, and in lookups."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.importing import Office
from tests.support.importing import office as open_office

ACCOUNTS = """
name: Accounts
steps:
  - name: accounts
    file: accounts.csv
    resource: account
    mode: upsert
    key: custom.sap_no
    fields: { name: Name, custom.sap_no: SAP, custom.areas: Areas, custom.fee: Fee }
"""
CONTACTS = """
name: Contacts
steps:
  - name: contacts
    file: contacts.csv
    resource: contact
    fields: { family_name: Last, account: { column: SAP, lookup: account.custom.sap_no } }
"""
FIRST = 'Name,SAP,Areas,Fee\nAcme,K-1,north; south,"{""amount"": ""5.00"", ""currency"": ""CNY""}"\nBeta,K-2,,\n'


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        kinds = {"sap_no": "keyword", "areas": "keywords", "fee": "money", "seats": "integer"}
        for name, kind in kinds.items():
            id = await opened.create("/customer/field-definitions", resource="account", name=name, kind=kind)
            await opened.get(f"/customer/field-definitions/{id}", min_version="1")
        yield opened


def count(ended: dict[str, Any], step: str) -> dict[str, Any]:
    (found,) = [one for one in ended["steps"] if one["name"] == step]
    return dict(found)


async def by_number(office: Office) -> dict[str, str]:
    page = await office.get("/customer/accounts", sort="custom.sap_no")
    return {d["custom"]["sap_no"]: d["name"] for d in page["items"]}


async def test_a_custom_field_says_which_record_a_row_means(office: Office) -> None:
    done = await office.run(ACCOUNTS, {"accounts.csv": FIRST})
    assert count(done, "accounts")["created"] == 2, done
    page = await office.get("/customer/accounts", **{"custom.areas": "south", "custom.fee.amount[ge]": "5"})
    assert [d["name"] for d in page["items"]] == ["Acme"]
    again = await office.run(ACCOUNTS, {"accounts.csv": "Name,SAP,Areas,Fee\nAcme Ltd,K-1,,\nGamma,K-3,,\n"})
    assert (count(again, "accounts")["created"], count(again, "accounts")["updated"]) == (1, 1)
    assert await by_number(office) == {"K-1": "Acme Ltd", "K-2": "Beta", "K-3": "Gamma"}


async def test_a_lookup_finds_by_a_custom_field(office: Office) -> None:
    await office.run(ACCOUNTS, {"accounts.csv": FIRST})
    done = await office.run(CONTACTS, {"contacts.csv": "Last,SAP\nLi,K-2\nHan,K-9\n"})
    assert (count(done, "contacts")["created"], count(done, "contacts")["rejected"]) == (1, 1)
    (contact,) = (await office.get("/customer/contacts"))["items"]
    assert (await office.get(f"/customer/accounts/{contact['account']}"))["name"] == "Beta"


@pytest.mark.parametrize("name", ["seats", "fee", "areas", "nothing"])
async def test_a_key_that_is_no_text_or_not_defined_fails_the_import(office: Office, name: str) -> None:
    mapping = ACCOUNTS.replace("custom.sap_no", f"custom.{name}").replace(f"custom.{name}: Areas, ", "")
    answer = await office.send(mapping, {"accounts.csv": FIRST})
    if answer.is_success:
        ended = (await office.events(answer.json()["id"]))[-1]
        assert ended["status"] == "failed", ended
    assert await by_number(office) == {}
