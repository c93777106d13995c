"""Telephone numbers without a country code are those of the organisation's country, in bodies and in files; numbers and
days are taken as people write them."""

from __future__ import annotations

from pathlib import Path

from tests.support.importing import Office, office

MAPPING = """
name: Phones
steps:
  - name: phones
    file: phones.csv
    resource: account
    mode: upsert
    key: phone
    fields: { phone: Phone, name: Name, country: Land }
"""


async def shown(desk: Office, path: str) -> object:
    await desk.suite.kernel.projector.catch_up()
    return (await desk.get(path))["phone"]


async def test_the_organisations_country_is_meant(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        body = {"name": "Acme", "phone": "13800138000"}
        refused = await desk.client.post("/customer/accounts", json=body)
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert (error["field"], error["code"]) == ("phone", "phone-country")
        assert "13800138000" in error["message"]

        organisation = f"/identity/organisations/{desk.tenant}"
        (await desk.client.patch(organisation, json={"country": "中国"})).raise_for_status()
        await desk.suite.kernel.projector.catch_up()
        acme = await desk.create("/customer/accounts", **body)
        assert await shown(desk, f"/customer/accounts/{acme}") == "+8613800138000"
        body = {"name": "Emily's", "phone": "(413) 555-0100", "country": "United States"}
        emily = await desk.create("/customer/accounts", **body)
        assert await shown(desk, f"/customer/accounts/{emily}") == "+14135550100"
        (await desk.client.patch("/identity/me", json={"phone": "010-12345678转8001"})).raise_for_status()
        assert await shown(desk, f"/identity/users/{desk.user}") == "+861012345678;ext=8001"

        rows = "Phone,Name,Land\n138 0013 8000,Acme Ltd,China\n010-87654321,Beta,\n12,Gamma,CN\n"
        rows += "0221 123456,Delta,德国\n"
        report = await desk.run(MAPPING, {"phones.csv": rows})
        assert [report["totals"][what] for what in ("updated", "created", "rejected")] == [1, 2, 1]
        changed = await desk.get(f"/customer/accounts/{acme}")
        assert (changed["name"], changed["country"]) == ("Acme Ltd", "CN")
        [delta] = (await desk.get("/customer/accounts", name="Delta"))["items"]
        assert (delta["phone"], delta["country"]) == ("+49221123456", "DE")
        [beta] = (await desk.get("/customer/accounts", name="Beta"))["items"]
        assert (beta["phone"], beta["country"]) == ("+861087654321", "")


async def test_a_number_is_removed_by_any_spelling(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        contact = f"/customer/contacts/{await desk.create('/customer/contacts', name='Ann Lee', phone='+4922112345')}"
        for spelling, verb, phones in (
            ("+49 (0)221 12345", "add-phone", ["+4922112345"]),
            ("0049 221 12345 ext. 7", "add-phone", ["+4922112345", "+4922112345;ext=7"]),
            ("+49 (0)221 123-45", "remove-phone", ["+4922112345;ext=7"]),
        ):
            (await desk.client.post(f"{contact}/{verb}", json={"phone": spelling})).raise_for_status()
            await desk.suite.kernel.projector.catch_up()
            assert [entry["phone"] for entry in (await desk.get(contact))["phones"]] == phones


async def test_numbers_and_days_as_people_write_them(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        account = await desk.create("/customer/accounts", name="Acme", annual_revenue="1.250,50 €")
        person = await desk.create("/customer/contacts", name="Ann Lee", birthday="24. November 1985")
        await desk.suite.kernel.projector.catch_up()
        assert (await desk.get(f"/customer/accounts/{account}"))["annual_revenue"] == "1250.50"
        assert (await desk.get(f"/customer/contacts/{person}"))["birthday"] == "1985-11-24"

        mapping = MAPPING.replace("country: Land", "annual_revenue: Umsatz")
        unclear = await desk.send(mapping, {"phones.csv": "Phone;Name;Umsatz\n+4922112345;A;1.250\n"})
        assert unclear.status_code == 422
        assert [e["code"] for e in unclear.json()["errors"]] == ["decimal-sign"]
        report = await desk.run(mapping, {"phones.csv": "Phone;Name;Umsatz\n+4922112345;A;1.250\n+4922112346;B;3,5\n"})
        assert report["totals"]["created"] == 2
        [a] = (await desk.get("/customer/accounts", name="A"))["items"]
        assert a["annual_revenue"] == "1250.00"
