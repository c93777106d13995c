"""vCards of the three versions come as rows of people; broken and hostile ones are refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Invalid
from shared.tabular import vcard
from shared.tabular.contact_cards import COLUMNS
from shared.tabular.table import examine, read_rows


def people(folder: Path, content: str | bytes, encoding: str = "") -> list[dict[str, str]]:
    """Each card as its cells that are not empty."""
    path = folder / "0"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    facts = examine(path, "people.vcf", encoding)
    assert facts.columns == COLUMNS
    return [{c: v for c, v in zip(COLUMNS, row.cells, strict=True) if v} for row in read_rows(facts)]


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize(
    ("version", "line", "column", "value"),
    [
        ("3.0", "FN:Ada Lovelace", "Full Name", "Ada Lovelace"),
        ("3.0", "fn:Ada Lovelace", "Full Name", "Ada Lovelace"),
        ("4.0", 'FN;LANGUAGE=en;X-NOTE="a:b;c":Ada', "Full Name", "Ada"),
        ("2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9", "Full Name", "José"),
        ("2.1", "FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Jos=E9", "Full Name", "José"),
        ("2.1", "FN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=CD=F5=D0=A1=C3=F7", "Full Name", "王小明"),
        ("2.1", "FN;CHARSET=X-NOKIA;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9", "Full Name", "José"),
        ("2.1", "FN;CHARSET=hex;ENCODING=QUOTED-PRINTABLE:61", "Full Name", "61"),
        ("2.1", "FN;ENCODING=QUOTED-PRINTABLE:Jo=\r\ns=C3=A9", "Full Name", "José"),
        ("2.1", "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo", "Notes", "one\ntwo"),
        ("3.0", "NOTE:one\\ntwo\\, three\\; four \\\\ five", "Notes", "one\ntwo, three; four \\ five"),
        ("3.0", "NOTE:a word goes o\r\n n\r\n\t here", "Notes", "a word goes on here"),
        ("3.0", "item1.EMAIL;type=INTERNET:a@b.example", "E-mail", "a@b.example"),
        ("4.0", "EMAIL:mailto:a@b.example", "E-mail", "a@b.example"),
        ("2.1", "EMAIL;HOME;INTERNET:a@b.example", "Home E-mail", "a@b.example"),
        ("3.0", "EMAIL:a@b.example\r\nEMAIL;TYPE=PREF:c@d.example", "E-mail", "c@d.example ::: a@b.example"),
        ("4.0", "EMAIL;PREF=2:a@b.example\r\nEMAIL;PREF=1:c@d.example", "E-mail", "c@d.example ::: a@b.example"),
        ("3.0", "EMAIL:a@b.example\r\nEMAIL:a@b.example", "E-mail", "a@b.example"),
        ("3.0", "TEL:+49 30 901820", "Phone", "+49 30 901820"),
        ("3.0", "TEL;TYPE=WORK,VOICE:+49 30 901820", "Phone", "+49 30 901820"),
        ("4.0", 'TEL;VALUE=uri;TYPE="voice,work":tel:+49-30-901820;ext=7', "Phone", "+49-30-901820 ext. 7"),
        ("2.1", "TEL;CELL;HOME:+49 170 1234567", "Mobile Phone", "+49 170 1234567"),
        ("3.0", "TEL;TYPE=iPhone:+49 170 1234567", "Mobile Phone", "+49 170 1234567"),
        ("3.0", "TEL;TYPE=HOME:+49 30 1", "Home Phone", "+49 30 1"),
        ("3.0", "TEL;TYPE=WORK;TYPE=FAX:+49 30 2", "Fax", "+49 30 2"),
        ("3.0", "TEL;TYPE=PAGER:+49 30 3", "Other Phone", "+49 30 3"),
        ("3.0", "ORG:Acme\\, Inc.;Sales;North", "Organization Name", "Acme, Inc."),
        ("3.0", "ORG:Acme;Sales;North", "Department", "Sales, North"),
        ("3.0", "TITLE:Head", "Job Title", "Head"),
        ("3.0", "ROLE:Buyer", "Job Title", "Buyer"),
        ("3.0", "BDAY:1979-04-12", "Birthday", "1979-04-12"),
        ("4.0", "BDAY:19790412", "Birthday", "1979-04-12"),
        ("3.0", "BDAY;VALUE=date-time:1979-04-12T00:00:00Z", "Birthday", "1979-04-12"),
        ("4.0", "BDAY:--0412", "Birthday", "--0412"),
        ("3.0", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "Birthday", "--04-12"),
        ("3.0", "URL:https://acme.example/a?b=c", "Website", "https://acme.example/a?b=c"),
        ("3.0", "CATEGORIES:Fair\\, 2026,Buyers", "Categories", "Fair, 2026;Buyers"),
        ("4.0", "UID:urn:uuid:4fbe8971", "UID", "4fbe8971"),
        ("4.0", "LANG;PREF=1:de", "Language", "de"),
        ("3.0", "PHOTO;ENCODING=b:AAAA\r\n BBBB\r\nTITLE:Head", "Job Title", "Head"),
        ("2.1", "PHOTO;ENCODING=BASE64;JPEG:\r\nAAAA\r\nBBBB==\r\n\r\nTITLE:Head", "Job Title", "Head"),
        ("2.1", "AGENT:\r\nBEGIN:VCARD\r\nTITLE:Aide\r\nEND:VCARD\r\nTITLE:Head", "Job Title", "Head"),
        ("3.0", "X-OWN:1\r\nIMPP:x:y\r\nTITLE:Head", "Job Title", "Head"),
    ],
)
def test_a_property_becomes_a_cell(tmp_path: Path, version: str, line: str, column: str, value: str) -> None:
    [row] = people(tmp_path, card(line, version=version))
    assert row[column] == value


def test_names_and_addresses_have_parts(tmp_path: Path) -> None:
    lines = (
        "N:Stevenson;John;Philip Paul;Dr.;Jr.",
        "ADR;TYPE=WORK:;Suite 5;1 Main St;Springfield;IL;62701;USA",
        "ADR;TYPE=HOME:PO Box 9;;;Springfield",
    )
    [row] = people(tmp_path, card(*lines))
    assert row == {
        "Family Name": "Stevenson",
        "Given Name": "John",
        "Middle Name": "Philip Paul",
        "Name Prefix": "Dr.",
        "Name Suffix": "Jr.",
        "Business Street": "1 Main St, Suite 5",
        "Business City": "Springfield",
        "Business State": "IL",
        "Business Postal Code": "62701",
        "Business Country": "USA",
        "Home Street": "PO Box 9",
        "Home City": "Springfield",
    }


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("N:;;;;", "FN:Ada"), "Ada"),
        (("N:;;;;", "ORG:Acme", "EMAIL:a@b.example"), "Acme"),
        (("EMAIL:a@b.example",), "a@b.example"),
    ],
)
def test_a_card_without_a_name_goes_by_what_it_has(tmp_path: Path, lines: tuple[str, ...], name: str) -> None:
    assert [row["Full Name"] for row in people(tmp_path, card(*lines))] == [name]


def test_groups_of_people_are_no_people(tmp_path: Path) -> None:
    content = (
        card("FN:Team", "KIND:group", version="4.0") + card("FN:Ada") + card("FN:T", "X-ADDRESSBOOKSERVER-KIND:group")
    )
    assert people(tmp_path, content) == [{"Full Name": "Ada"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_a_file_shows(tmp_path: Path, encoding: str) -> None:
    assert people(tmp_path, card("FN:王小明").encode(encoding)) == [{"Full Name": "王小明"}]


def test_an_encoding_that_the_sender_names(tmp_path: Path) -> None:
    assert people(tmp_path, card("FN:José").encode("cp1252"), "cp1252") == [{"Full Name": "José"}]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ("BEGIN:VCARD\nFN:Ada\n", "broken-vcard", "begins on line 1 has no end"),
        ("BEGIN:VCARD\nFN:Ada\n" + card("FN:Bo"), "broken-vcard", "begins on line 1 has no end"),
        (card("FN:Ada") + "BEGIN:VCALENDAR\n", "broken-vcard", 'line 5 is no part of a vCard: "BEGIN:VCALENDAR"'),
        (card("FN:Ada", "no property"), "broken-vcard", 'line 4 is no part of a vCard: "no property"'),
        (card('TEL;TYPE="cell:1'), "broken-vcard", "line 3 is no part"),
        (card("FN:A\0"), "nul", "line 3 holds a NUL"),
        (card("FN;CHARSET=hex;ENCODING=QUOTED-PRINTABLE:=FF"), "broken-encoding", "line 3 is not valid HEX"),
        (card("FN;ENCODING=QUOTED-PRINTABLE:=FF"), "broken-encoding", "line 3 is not valid UTF-8"),
        (card(*["X:1"] * 1_001), "too-many-properties", "limit of 1000"),
        (card("NOTE:" + "a" * 1_000_000), "endless-line", "line 3"),
        (card("NOTE:a", *[" " + "a" * 999_990] * 2), "endless-line", "line 5"),
    ],
)
def test_broken_cards_are_refused_with_their_line(tmp_path: Path, content: str, code: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        people(tmp_path, content)
    [error] = caught.value.errors
    assert (error.field, error.code) == ("people.vcf", code)
    assert says in error.message
    assert len(error.message) < 300
    assert not (tmp_path / "0.csv").exists()


def test_cards_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vcard, "MAX_CARDS", 2)
    assert len(people(tmp_path, card("FN:Ada") * 2)) == 2
    with pytest.raises(Invalid) as caught:
        people(tmp_path, card("FN:Ada") * 3)
    assert caught.value.errors[0].code == "too-many-cards"


def test_a_picture_may_be_longer_than_a_text(tmp_path: Path) -> None:
    picture = "PHOTO;ENCODING=b:" + "A" * (vcard.MAX_LINE + 10)
    assert people(tmp_path, card(picture, "FN:Ada")) == [{"Full Name": "Ada"}]


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n\t"])
@pytest.mark.parametrize("at", range(1, 12))
def test_a_line_that_is_folded_within_a_letter_is_read(tmp_path: Path, fold: bytes, at: int) -> None:
    name = "王小é明😀".encode()
    content = card("FN:@").encode().replace(b"@", name[:at] + fold + name[at:])
    assert [row["Full Name"] for row in people(tmp_path, content)] == ["王小é明😀"]
    assert [row["Full Name"] for row in people(tmp_path, content, "utf-8")] == ["王小é明😀"]


def test_after_such_a_line_faults_keep_their_places(tmp_path: Path) -> None:
    content = card("FN:@", "nothing").encode().replace(b"@", b"\xc3\r\n \xa9")
    with pytest.raises(Invalid, match="line 5 is no part of a vCard"):
        people(tmp_path, content)
