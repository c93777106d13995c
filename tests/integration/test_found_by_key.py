"""However a value is spelt, who holds it is found: by a filter, and by an import that meets it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.product import PRODUCT
from shared.clock import SystemClock, to_rfc3339
from shared.views import values
from shared.views.port import Key
from tests.support.importing import Office, office

SPELT = {
    Key.EMAIL: ("Ann@bücher.example", "ann@bücher.example", "ＡＮＮ@BÜCHER.example", "Ann@xn--bcher-kva.example"),
    Key.CODE: ("DE-1", "de-1", "ＤＥ-１", "DЕ-1"),  # the last has a Cyrillic Е
    Key.TAX: ("DE 111-1", "de1111", "ＤＥ１１１１", "DЕ.111.1"),
    Key.PHONE: ("+86 10 1234 5678", "+861012345678", "+86 (10) 1234-5678", "＋86 10 1234 5678"),
    Key.TAG: ("Vip", "VIP", "ｖｉｐ"),
}
RECORDS = {
    "customer/accounts": ("email", "phone", "tax_id"),
    "customer/contacts": ("email", "phone"),
    "sales/leads": ("email", "phone", "external_id"),
    "sales/products": ("code", "external_id"),
}
FIELDS = {f"{a.service}/{a.noun}": a.collection.field for a in (*CUSTOMER, *SALES)}
CASES = [(path, name, key) for path, names in RECORDS.items() for name in names if (key := FIELDS[path](name).key)]
GUESTS = """
name: Guests
steps:
  - name: guests
    file: guests.csv
    resource: {resource}
    mode: {mode}
    key: {key}
    fields: {{ name: Name, {key}: Key, {to}: To }}
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def found(desk: Office, path: str, **params: str) -> list[str]:
    return [item["id"] for item in (await desk.get(f"/{path}", **params))["items"]]


def test_fields_that_nobody_shares_are_compared_by_one_key_everywhere() -> None:
    seen = set()
    for aggregate in (*CUSTOMER, *SALES, *IDENTITY):
        for unique in aggregate.uniques:
            declared = aggregate.collection.field(unique.name)
            if aggregate.name in ("field_definition", "exchange_rate"):  # unique by composed values of plain ASCII
                continue
            assert declared is not None
            assert declared.key is not None, f"{aggregate.name}.{unique.name}"
            for text in SPELT[declared.key]:
                assert values.index_value(declared, text) == unique.key(text)
            seen.add((aggregate.name, unique.name))
    assert len(seen) >= 7


async def test_a_filter_finds_every_spelling(desk: Office) -> None:
    for path, name, key in CASES:
        first, *others = SPELT[key]
        id = await desk.create(f"/{path}", name=f"The {name} holder", **{name: first})
        await desk.suite.kernel.projector.catch_up()
        for text in (first, *others):
            assert id in await found(desk, path, **{name: text}), (path, name, text)
            assert id in await found(desk, path, **{f"{name}[in]": f"nobody,{text}"}), (path, name, text)
            assert id not in await found(desk, path, **{f"{name}[ne]": text}), (path, name, text)
        assert id in await found(desk, path, **{f"{name}[prefix]": others[-1][:4]}), (path, name)
        [shown] = [i for i in (await desk.get(f"/{path}", **{name: first}))["items"] if i["id"] == id]
        assert shown[name] == (first if key is not Key.PHONE else "+861012345678")  # kept as it was sent


async def test_lists_and_users_and_the_past_are_asked_in_the_same_way(desk: Office) -> None:
    ann = await desk.create("/customer/contacts", name="Ann Lee", email=SPELT[Key.EMAIL][0], phone="+861012345678")
    (await desk.client.post(f"/customer/contacts/{ann}/tags", json={"add": ["Vip"]})).raise_for_status()
    await desk.suite.kernel.projector.catch_up()
    moment = to_rfc3339(SystemClock().now())
    for text in SPELT[Key.EMAIL]:
        assert await found(desk, "customer/contacts", email_keys=text) == [ann]
        assert await found(desk, "customer/contacts", email=text, as_of=moment) == [ann]
        assert (await desk.get("/customer/contacts/count", email=text)) == {"count": 1}
    for text in SPELT[Key.PHONE]:
        assert await found(desk, "customer/contacts", phone_keys=text) == [ann]
    for text in SPELT[Key.TAG]:
        assert await found(desk, "customer/contacts", tags=text) == [ann]
    assert await found(desk, "identity/users", email="ADA@Example.COM") == [desk.user]
    assert await found(desk, "customer/contacts", email="bob@example.com") == []


MATCHED = (
    ("customer/contacts", "contact", "email", "title", SPELT[Key.EMAIL]),
    ("customer/accounts", "account", "tax_id", "city", SPELT[Key.TAX]),
    ("sales/products", "product", "code", "series", SPELT[Key.CODE]),
    ("sales/leads", "lead", "external_id", "title", SPELT[Key.CODE]),
)


async def test_an_import_meets_the_holder_however_it_spells_the_key(desk: Office) -> None:
    for path, resource, key, to, (first, *others) in MATCHED:
        id = await desk.create(f"/{path}", name="Ann Lee", **{key: first})
        await desk.suite.kernel.projector.catch_up()
        mapping = GUESTS.format(resource=resource, mode="upsert", key=key, to=to)
        for n, text in enumerate(others):
            report = await desk.run(mapping, {"guests.csv": f"Name,Key,To\nAnn Lee,{text},t{n}\n"})
            assert (report["totals"]["rows"], report["totals"]["updated"]) == (1, 1), report
            shown = await desk.get(f"/{path}/{id}")
            assert (shown[to], shown[key]) == (f"t{n}", first)
        rows = "".join(f"Bob {n},x{text},t\n" for n, text in enumerate((first, *others)))  # of one file, too
        report = await desk.run(mapping.replace("upsert", "create"), {"guests.csv": f"Name,Key,To\n{rows}"})
        assert (report["totals"]["created"], report["totals"]["rejected"]) == (1, len(others)), report


async def test_views_of_an_older_program_are_built_anew(tmp_path: Path) -> None:
    plain = replace(PRODUCT.collection, fields=tuple(replace(f, key=None) for f in PRODUCT.collection.fields))
    with patch.object(PRODUCT, "collection", plain):
        async with office(tmp_path, working=False) as desk:
            id = await desk.create("/sales/products", name="Old", code="DE-1")
            await desk.suite.kernel.projector.catch_up()
            assert await found(desk, "sales/products", code="de-1") == []
    async with office(tmp_path, working=False) as desk:
        assert await found(desk, "sales/products", code="de-1") == [id]


async def test_a_row_that_a_merged_record_holds_is_about_the_one_it_lives_on_in(desk: Office) -> None:
    first, *others = SPELT[Key.EMAIL]
    ids = [await desk.create("/customer/contacts", name=n, email=e) for n, e in (("A", first), ("B", "b@x.example"))]
    last = await desk.create("/customer/contacts", name="C", email="c@x.example")
    await desk.suite.kernel.projector.catch_up()
    for absorbed, survivor in zip(ids, [ids[1], last], strict=True):
        answer = await desk.client.post(f"/customer/contacts/{survivor}/merge", json={"absorb": [absorbed]})
        assert answer.is_success, answer.text
        async with asyncio.timeout(60):
            while not (await desk.get(f"/customer/contacts/{absorbed}"))["archived"]:
                await asyncio.sleep(0.02)
    mapping = GUESTS.format(resource="contact", mode="upsert", key="email", to="title")
    report = await desk.run(mapping, {"guests.csv": f"Name,Key,To\nAnn,{others[0]},Boss\n"})
    assert (report["totals"]["rows"], report["totals"]["updated"]) == (1, 1), report
    assert (await desk.get(f"/customer/contacts/{last}"))["title"] == "Boss"
    (await desk.client.post(f"/customer/contacts/{last}/archive", json={})).raise_for_status()
    await desk.suite.kernel.projector.catch_up()
    report = await desk.run(mapping, {"guests.csv": f"Name,Key,To\nAnn,{first},Boss\n"})
    assert [r["errors"][0]["code"] for r in report["rejected"]] == ["duplicate"]  # nobody there to be changed


async def test_rows_are_gathered_by_the_key_however_they_spell_it(desk: Office) -> None:
    bob = await desk.create("/identity/users", name="Bob", email="bob@example.com", roles=["sales_representative"])
    await desk.suite.kernel.projector.catch_up()
    mapping = """
name: Gathered
steps:
  - name: teams
    file: teams.csv
    resource: team
    mode: upsert
    key: name
    fields: { name: Team, leads: { column: Lead, lookup: user.email, gather: true } }
"""
    rows = "Team,Lead\nNorth,ADA@Example.com\nＮＯＲＴＨ,ｂob@example.com\n"
    report = await desk.run(mapping, {"teams.csv": rows})
    assert (report["totals"]["created"], report["totals"]["unchanged"]) == (1, 1), report
    [team] = (await desk.get("/identity/teams", name="north"))["items"]
    assert team["leads"] == [desk.user, bob]


KEPT = (
    (
        "customer/accounts",
        {"country": "DE"},
        {"country": ("Germany", "德国", "de", "DE"), "country[in]": ("FR,Germany",)},
    ),
    ("customer/accounts", {"currency": "EUR", "country": "FR"}, {"country": ("France", "fr")}),
    (
        "customer/contacts",
        {"phone": "+4930901820"},
        {
            "phone": ("+49 (30) 901820", "+49 (0)30 90 18 20", "030 / 901820", "０３０ ９０１８２０"),
            "phone_keys": ("030 901820",),
            "phone[in]": ("030 901820,+1 413 555 0100",),
        },
    ),
)


async def test_filters_take_values_as_the_fields_do(desk: Office) -> None:
    organisation = f"/identity/organisations/{desk.tenant}"
    answer = await desk.client.patch(organisation, json={"country": "DE"})
    assert answer.is_success, answer.text
    for n, (path, fields, questions) in enumerate(KEPT):
        id = await desk.create(f"/{path}", name=f"Holder {n}", **fields)
        await desk.suite.kernel.projector.catch_up()
        for name, asked in questions.items():
            for value in asked:
                assert await found(desk, path, **{name: value}) == [id], (path, name, value)
                assert (await desk.get(f"/{path}/count", **{name: value})) == {"count": 1}
    assert await found(desk, "customer/accounts", country="Nowhere") == []


async def test_a_second_address_tells_who_is_meant(desk: Office) -> None:
    ann = await desk.create("/customer/contacts", name="Ann Lee", email="ann@x.example", phone="+4930901820")
    bob = await desk.create("/customer/contacts", name="Bob Ray", email="bob@x.example")
    for id, path, body in (
        (ann, "add-email", {"email": "Ann.Lee@home.example", "kind": "private"}),
        (ann, "add-email", {"email": "bob@x.example"}),  # the one whose first address it is comes first
        (ann, "add-phone", {"phone": "+4930901821"}),
    ):
        answer = await desk.client.post(f"/customer/contacts/{id}/{path}", json=body)
        assert answer.is_success, answer.text
    await desk.suite.kernel.projector.catch_up()
    assert await found(desk, "customer/contacts", email="ann.lee@HOME.example") == [ann]
    assert await found(desk, "customer/contacts", phone="+49 30 901821") == [ann]
    assert await found(desk, "customer/contacts", **{"email[in]": "ann.lee@home.example,x@x.example"}) == [ann]
    assert await found(desk, "customer/contacts", **{"email[ne]": "ann.lee@home.example"}) == [bob]
    mapping = GUESTS.format(resource="contact", mode="upsert", key="email", to="title")
    rows = "Name,Key,To\nAnn Lee,ANN.LEE@home.example,Boss\nBob Ray,bob@x.example,Chief\nAnn Lee,ann@x.example,Boss\n"
    for path in ("/imports/dry-run", "/imports"):
        totals = (await desk.run(mapping, {"guests.csv": rows}, path))["totals"]
        assert (totals["updated"], totals["unchanged"], totals["rejected"]) == (2, 1, 0), totals
    assert [(await desk.get(f"/customer/contacts/{id}"))["title"] for id in (ann, bob)] == ["Boss", "Chief"]
