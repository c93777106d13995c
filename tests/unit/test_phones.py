"""Telephone numbers as people write them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.phones import BadPhone, known_phone, phone_key, phone_of


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        # international
        ("+86 (10) 1234-5678", "", "+861012345678"),
        ("+86 138 0013 8000", "US", "+8613800138000"),
        ("tel:+1-413-555-0100", "", "+14135550100"),
        ("+49.30.901820", "", "+4930901820"),
        ("+49 30/901820", "", "+4930901820"),
        ("+1 (413) 555–0100", "", "+14135550100"),
        ("＋８６ １３８００１３８０００", "", "+8613800138000"),
        ("+1\u202f413\u00a0555\u20090100", "", "+14135550100"),
        # the zero of a trunk
        ("+49 (0)221 1234567", "", "+492211234567"),
        ("+49 (0)221 12", "", "+4922112"),
        ("+490221 1234567", "", "+492211234567"),
        ("+44 (0)20 7946 0958", "", "+442079460958"),
        ("+44 020 7946 0958", "", "+442079460958"),
        ("+43 (0)1 12345", "", "+43112345"),
        ("+81 (0)3-1234-5678", "", "+81312345678"),
        ("+7 (8) 495 123 45 67", "", "+74951234567"),
        ("+39 (0)6 698 12345", "", "+390669812345"),  # Italy's zero belongs to the number
        # 00 for +
        ("0049 221 1234567", "", "+492211234567"),
        ("0049 (0)221 1234567", "CN", "+492211234567"),
        ("００４９ ２２１ １２３４５６７", "US", "+492211234567"),
        ("011 49 221 1234567", "US", "+492211234567"),
        # national, of a country that is known
        ("13800138000", "CN", "+8613800138000"),
        ("010-12345678", "CN", "+861012345678"),
        ("(010) 1234 5678", "CN", "+861012345678"),
        ("400-123-4567", "CN", "+864001234567"),
        ("(413) 555-0100", "US", "+14135550100"),
        ("413.555.0100", "US", "+14135550100"),
        ("1-413-555-0100", "US", "+14135550100"),
        ("0221 1234567", "DE", "+492211234567"),
        ("06 698 12345", "IT", "+390669812345"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("(11) 91234-5678", "BR", "+5511912345678"),
        # a country code without its +, as spreadsheets leave it
        ("86 138 0013 8000", "CN", "+8613800138000"),
        ("442079460958", "CN", "+442079460958"),
        ("4922112345", "US", "+4922112345"),
        # extensions
        ("+1 413 555 0100 ext. 12", "", "+14135550100;ext=12"),
        ("+1 413 555 0100 Ext 12", "", "+14135550100;ext=12"),
        ("+1 413 555 0100, extension: 12", "", "+14135550100;ext=12"),
        ("(413) 555-0100 x12", "US", "+14135550100;ext=12"),
        ("(413) 555-0100x12", "US", "+14135550100;ext=12"),
        ("(413) 555-0100 #12", "US", "+14135550100;ext=12"),
        ("+14135550100;ext=12", "", "+14135550100;ext=12"),
        ("tel:+1-413-555-0100;ext=12", "", "+14135550100;ext=12"),
        ("010-12345678转8001", "CN", "+861012345678;ext=8001"),
        ("010-12345678 转接 8001", "CN", "+861012345678;ext=8001"),
        ("010-12345678 分机：8001", "CN", "+861012345678;ext=8001"),
        ("010-12345678-8001", "CN", "+861012345678;ext=8001"),
        ("(02) 2345-6789 分機 12", "TW", "+886223456789;ext=12"),
        ("03-1234-5678（内線12）".replace("（", " ").replace("）", ""), "JP", "+81312345678;ext=12"),
        ("+49 30 901820 Durchwahl 55", "", "+4930901820;ext=55"),
        ("8 (495) 123-45-67 доб. 12", "RU", "+74951234567;ext=12"),
        ("", "CN", ""),
    ],
)
def test_numbers_in_their_one_form(written: str, country: str, number: str) -> None:
    assert phone_of(written, country) == number
    assert phone_of(number) == number  # what is stored reads as itself, wherever


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("13800138000", "", "phone-country"),
        ("(413) 555-0100", "", "phone-country"),
        ("12345", "", "phone"),
        ("110", "CN", "phone"),
        ("12345", "CN", "phone"),
        ("5550100", "US", "phone"),  # a local number: the area is not known
        ("413 555 01000000", "US", "phone"),
        ("+86139", "", "phone"),
        ("+0123456", "", "phone"),
        ("+999 123 4567", "", "phone"),
        ("+1-800-FLOWERS", "", "phone"),
        ("800-FLOWERS", "US", "phone"),
        ("+861012345678 ext", "", "phone"),
        ("+٨٦1012345678", "", "phone"),
        ("call me", "US", "phone"),
        ("+", "US", "phone"),
        ("13800138000", "ZZ", "phone"),
        ("1" * 40, "CN", "phone"),
    ],
)
def test_what_is_no_number(written: str, country: str, code: str) -> None:
    with pytest.raises(BadPhone) as caught:
        phone_of(written, country)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("+861012345678", "+86 (10) 1234-5678"),
        ("+41031647649", "+41 (0)31 647649"),  # kept with its trunk zero, and too short without it
        ("+440207946", "+44 (0)20 7946"),
        ("+861012345678;ext=8001", "+86 10 1234 5678 转8001"),
        ("12-345", "12345"),  # kept before numbers were checked
    ],
)
def test_spellings_of_a_number_have_one_key(stored: str, asked: str) -> None:
    assert phone_key(stored) == phone_key(asked)


def test_numbers_with_and_without_extension_are_two() -> None:
    assert phone_key("+861012345678;ext=1") != phone_key("+861012345678")


def test_a_known_number_may_be_national() -> None:
    assert known_phone("138 0013 8000", "CN") == "+8613800138000"
    assert known_phone("138 0013 8000") == "13800138000"


@given(
    st.sampled_from(["CN", "US", "DE", "GB", "IT", "FR", "BR", "IN", "JP", "RU", "AR", "MX", "CH"]),
    st.sampled_from(list(range(3))),
)
def test_each_printed_form_of_a_number_reads_as_it(country: str, format: int) -> None:
    example = phonenumbers.example_number(country)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone_of(phonenumbers.format_number(example, format), country) == e164


@given(st.text(max_size=40), st.sampled_from(["", "CN", "US", "DE"]))
def test_any_text_is_a_number_or_refused(text: str, country: str) -> None:
    try:
        number = phone_of(text, country)
    except BadPhone:
        return
    assert phone_of(number) == number
    assert phone_key(number) == number
