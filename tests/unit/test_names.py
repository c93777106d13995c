"""A person has one name, as a lead and as a contact."""

from __future__ import annotations

from typing import Any

import pytest

import services.sales.catalogue  # noqa: F401  (includes the commands of leads)
from services.customer.contact import CONTACT, Contact
from services.sales.lead import LEAD
from shared.domain.names import full_name, split_name
from shared.events import sales_leads
from shared.events.sealing import ERASED
from tests.unit.given import given

# family, middle, given, whole
NAMES = [
    ("李", "", "雷", "李雷"),
    ("欧阳", "", "修", "欧阳修"),
    ("𠮷田", "", "太郎", "𠮷田太郎"),
    ("王", "", "", "王"),
    ("", "", "小明", "小明"),
    ("さとう", "", "たろう", "さとうたろう"),
    ("サトウ", "", "タロウ", "サトウタロウ"),
    ("ｻﾄｳ", "", "ﾀﾛｳ", "ｻﾄｳﾀﾛｳ"),
    ("佐々木", "", "さくら", "佐々木さくら"),
    ("김", "", "철수", "김철수"),
    ("Lovelace", "", "Ada", "Ada Lovelace"),
    ("Lee", "Mary", "Ann", "Ann Mary Lee"),
    ("García Márquez", "", "Gabriel", "Gabriel García Márquez"),
    ("", "", "Madonna", "Madonna"),
    ("Lovelace", "", "", "Lovelace"),
    ("Иванов", "", "Иван", "Иван Иванов"),
    ("李", "", "Ann", "李Ann"),
    ("Smith", "", "健", "Smith健"),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("family", "middle", "given_name", "whole"), NAMES)
def test_a_whole_name(family: str, middle: str, given_name: str, whole: str) -> None:
    assert full_name(family, given_name, middle) == whole
    contact = Contact(family_name=family, middle_name=middle, given_name=given_name)
    assert CONTACT.document(contact)["name"] == (whole or ERASED)


@pytest.mark.parametrize(("family", "given_name", "whole"), [(f, g, w) for f, m, g, w in NAMES if w and not m])
def test_a_lead_is_named_as_the_contact_made_of_it(family: str, given_name: str, whole: str) -> None:
    body = {"family_name": family, "given_name": given_name}
    captured: Any = given(LEAD).when("CaptureLead", body).events[0]
    assert isinstance(captured, sales_leads.LeadCaptured)
    assert captured.person["name"] == whole


@pytest.mark.parametrize(
    ("whole", "family", "middle", "given_name", "again"),
    [
        ("王小明", "王", "", "小明", "王小明"),
        ("欧阳修", "欧阳", "", "修", "欧阳修"),
        ("王 小明", "王", "", "小明", "王小明"),
        ("김철수", "김", "", "철수", "김철수"),
        ("さとう たろう", "さとう", "", "たろう", "さとうたろう"),
        ("さとうたろう", "", "", "さとうたろう", "さとうたろう"),
        ("佐々木 さくら", "佐々木", "", "さくら", "佐々木さくら"),
        ("Ann Lee", "Lee", "", "Ann", "Ann Lee"),
        ("Ann  Mary Lee", "Lee", "Mary", "Ann", "Ann Mary Lee"),
        ("Lee, Ann", "Lee", "", "Ann", "Ann Lee"),
        ("Madonna", "", "", "Madonna", "Madonna"),
        ("", "", "", "", ""),
    ],
)
def test_a_whole_name_comes_apart_and_together(
    whole: str, family: str, middle: str, given_name: str, again: str
) -> None:
    assert split_name(whole) == {"family_name": family, "middle_name": middle, "given_name": given_name}
    assert full_name(family, given_name, middle) == again
