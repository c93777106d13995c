"""An address book in vCards, brought in by the mapping that is proposed for it, and a second time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.importing import office

pytestmark = pytest.mark.one_process
CARDS = """\
BEGIN:VCARD
VERSION:3.0
N:Müller;Jürgen;;Dr.;
FN:Dr. Jürgen Müller
ORG:Nordlicht GmbH;Einkauf
TITLE:Leiter Einkauf
EMAIL;type=WORK:einkauf@nordlicht.example
item1.EMAIL;type=INTERNET;type=WORK;type=pref:Juergen@nordlicht.example
EMAIL;type=HOME:jm@mail.example
TEL;type=WORK:+49 30 901820
TEL;type=CELL:+49 170 1234567
TEL;type=CELL:+49 171 7654321
ADR;type=WORK:;;Lange Straße 5;Berlin;;10115;Germany
BDAY:1979-04-12
NOTE:Grüße\\nvon der Messe
CATEGORIES:Messe,Kunden
UID:urn:uuid:1
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:王小明
N:王;小明;;;
EMAIL;TYPE=home:ming@mail.example
TEL;VALUE=uri;TYPE="voice,cell":tel:+86-138-0013-8000
BDAY:--0412
UID:urn:uuid:2
END:VCARD
"""


async def test_an_address_book_comes_in_and_is_brought_up_to_date(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        answer = await desk.client.post("/imports/inspect", files={"file": ("people.vcf", CARDS.encode())})
        found = answer.raise_for_status().json()
        left_out = {m["column"] for m in found["matches"] if not m["field"]}
        assert found["resource"] == "contact"
        assert left_out == {"Name Suffix", "Nickname"}
        mapping = yaml.safe_dump(found["suggestion"], allow_unicode=True, sort_keys=False)
        rehearsed = await desk.run(mapping, {"people.vcf": CARDS}, "/imports/dry-run")
        report = await desk.run(mapping, {"people.vcf": CARDS})
        assert (report["status"], report["rejected"]) == ("completed", [])
        assert rehearsed["warnings"] == report["warnings"] == {"people.birthday: date": 1}

        page = await desk.get("/customer/contacts")
        one, two = sorted(page["items"], key=lambda person: person["external_id"])
        assert (one["name"], one["salutation"]) == ("Jürgen Müller", "Dr.")
        assert [(e["email"], e["kind"], e["primary"]) for e in one["emails"]] == [
            ("Juergen@nordlicht.example", "work", True),
            ("einkauf@nordlicht.example", "other", False),
            ("jm@mail.example", "private", False),
        ]
        assert [(p["phone"], p["kind"]) for p in one["phones"]] == [
            ("+4930901820", "work"),
            ("+491701234567", "mobile"),
            ("+491717654321", "mobile"),
        ]
        assert [(a["kind"], a["city"], a["country"]) for a in one["addresses"]] == [("work", "Berlin", "DE")]
        assert (one["birthday"], one["description"]) == ("1979-04-12", "Grüße\nvon der Messe")
        assert set(one["tags"]) == {"Messe", "Kunden"}
        assert [(e["email"], e["primary"]) for e in two["emails"]] == [("ming@mail.example", True)]
        assert [p["phone"] for p in two["phones"]] == ["+8613800138000"]

        changed = CARDS.replace("TITLE:Leiter Einkauf", "TITLE:Vorstand")
        again = await desk.run(mapping, {"people.vcf": changed})
        assert again["rejected"] == []
        assert (await desk.get(f"/customer/contacts/{one['id']}"))["title"] == "Vorstand"
        assert len((await desk.get("/customer/contacts"))["items"]) == 2


async def test_broken_cards_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        answer = await desk.client.post("/imports/inspect", files={"file": ("people.vcf", CARDS[:-10].encode())})
        assert answer.status_code == 422
        assert [e["code"] for e in answer.json()["errors"]] == ["broken-vcard"]


async def test_bad_addresses_and_numbers_are_told_also_where_no_card_has_good_ones(tmp_path: Path) -> None:
    cards = CARDS.replace("Juergen@nordlicht.example", "Juergen at Nordlicht").replace("jm@mail.example", "none")
    cards = cards.replace("ming@mail.example", "n/n").replace("+49 30 901820", "ask Eva")
    async with office(tmp_path) as desk:
        answer = await desk.client.post("/imports/inspect", files={"file": ("people.vcf", cards.encode())})
        mapping = yaml.safe_dump(answer.raise_for_status().json()["suggestion"], allow_unicode=True)
        report = await desk.run(mapping, {"people.vcf": cards})
        assert report["rejected"] == []
        assert report["warnings"] == {"people.email: email": 3, "people.phone: phone": 1, "people.birthday: date": 1}
        people = (await desk.get("/customer/contacts"))["items"]
        assert {e["email"] for person in people for e in person["emails"]} == {"einkauf@nordlicht.example"}
