"""Texts that look alike: what is kept of them, and by which keys they are one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.customer.account import ACCOUNT, CreateAccount
from services.customer.contact_commands import CreateContact
from services.identity.api.sessions import NewSession
from shared.domain.address import BadAddress, address
from shared.domain.lifecycle import SetTags
from shared.domain.match import code_key, company_key, email_key, person_key, site_of, tag_key
from shared.events.customer import AccountTagsChanged
from shared.texts import clean_line, fold, mixes_scripts, skeleton
from tests.unit.given import given as having

KEPT = (
    "Acme", "王小明", "José", "می‌خواهم", "क्‍ष", "👨‍👩‍👧‍👦", "❤️‍🔥", "👩🏽‍💻", "✈️",
    "葛󠄀城", "Ⅷ", "ﬁ", "ＶＩＰ", "a\u00a0b", "ก็",
)  # fmt: skip
HIDDEN = {
    "A\u200bcme": "Acme",
    "\u202eemcA": "emcA",
    "\u2066Acme\u2069": "Acme",
    "Ac\u200dme": "Acme",
    "Ac\u200cme": "Acme",
    "Ac\u00adme": "Acme",
    "\ufeffAcme": "Acme",
    "Ac\u2060me": "Acme",
    "Acme\u3164": "Acme",
    "Ac\U000e0041me": "Acme",
    "Acme\u200e": "Acme",
    "Ac\u2028me": "Acme",
    "Jose\u0301": "José",
    "👩\u200d\u200d💻": "👩💻",
}


@pytest.mark.parametrize("text", KEPT)
def test_what_can_be_seen_is_kept(text: str) -> None:
    assert clean_line(text) == text


@pytest.mark.parametrize(("text", "kept"), HIDDEN.items())
def test_what_nobody_sees_is_left_out_of_a_line(text: str, kept: str) -> None:
    assert clean_line(text) == kept
    assert CreateAccount.model_validate({"name": text, "custom": {"x": text}}).custom == {"x": kept}
    assert CreateAccount(name=text).name == kept


@pytest.mark.parametrize("text", [*KEPT, *HIDDEN])
def test_texts_of_several_lines_and_secrets_are_kept_as_they_are(text: str) -> None:
    assert CreateAccount(name="A", description=text).description == text
    assert CreateContact(name="A", description=text).description == text
    assert NewSession(email="ann@example.com", password=text).password == text


ADDRESSES = {
    "Ann@Example.com": "Ann@Example.com",
    "o'hara+crm@sub.example.co.uk": "o'hara+crm@sub.example.co.uk",
    "ａｎｎ＠example.com": "ann@example.com",
    "ann@ｅｘａｍｐｌｅ．ｃｏｍ": "ann@example.com",
    "ann@例子。公司": "ann@例子.公司",
    "ann@xn--fsqu00a.com": "ann@例子.com",
    "ann@XN--FSQU00A.com": "ann@例子.com",
    "a\u200bnn@exam\u00adple.com": "ann@example.com",
    "\u202aann@example.com\u202c": "ann@example.com",
    "jose\u0301@example.com": "josé@example.com",
    "王@例子.公司": "王@例子.公司",
    "山田taro@例え.jp": "山田taro@例え.jp",
    "иван@почта.рф": "иван@почта.рф",
    "иван.smith@example.com": "иван.smith@example.com",
    "a@उदाहरण.भारत": "a@उदाहरण.भारत",
    "שלום@example.com": "שלום@example.com",
    "राम१०@example.com": "राम१०@example.com",
    "राम10@example.com": "राम10@example.com",
    "สมชาย@example.com": "สมชาย@example.com",
    "кирилл5@example.com": "кирилл5@example.com",
    "ラーメン@example.com": "ラーメン@example.com",
    "nguyễn@example.com": "nguyễn@example.com",
}
NO_ADDRESSES = {
    "": "email",
    "ann": "email",
    "a@b": "email",
    "a b@example.com": "email",
    "a@@example.com": "email",
    "a@-x.com": "email",
    "a@x..com": "email",
    "a@xn--.com": "email",
    "ﬁ@example.com": "email",
    "①@example.com": "email",
    "𝐚nn@example.com": "email",
    "ann™@example.com": "email",
    "x@i❤.ws": "email",
    "שלוםa1@example.com": "email",
    f"{'a' * 65}@example.com": "email",
    f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.com": "email",
    "pаypal@example.com": "mixed-scripts",
    "аnn.lee@example.com": "mixed-scripts",
    "ann@exаmple.com": "mixed-scripts",
    "αnn@example.com": "mixed-scripts",
    "日本а@example.com": "mixed-scripts",
    "ᴏᴏ@example.com": "email",
    "ⲟⲟ@example.com": "email",
    "ꓳꓳ@example.com": "email",
    "ᏟᎪ@example.com": "email",
    "sa\u0338m@example.com": "email",
    "oʼx@example.com": "email",
    "ann@ⲟⲟ.com": "email",
    "၀၀@example.com": "mixed-scripts",
    "ann०@example.com": "mixed-scripts",
    "ann۵@example.com": "mixed-scripts",
    "राम०1@example.com": "mixed-scripts",
    "q\u0323а@example.com": "mixed-scripts",
    "sa\u05b0m@example.com": "mixed-scripts",
}


@pytest.mark.parametrize(("given_", "kept"), ADDRESSES.items())
def test_addresses_in_the_form_they_are_kept_in(given_: str, kept: str) -> None:
    assert address(given_) == kept == address(kept)
    assert email_key(given_) == email_key(kept)


@pytest.mark.parametrize(("given_", "code"), NO_ADDRESSES.items())
def test_what_is_no_address(given_: str, code: str) -> None:
    with pytest.raises(BadAddress) as caught:
        address(given_)
    assert caught.value.code == code
    if given_:
        with pytest.raises(ValidationError) as refused:
            CreateAccount(name="A", email=given_)
        assert refused.value.errors()[0]["type"].replace("_", "-") in (code, "string-too-long")


ONE = (
    (email_key, "ann@example.com", "ANN@EXAMPLE.COM", "ａｎｎ@example.com", "a\u200bnn@example.com", "аnn@example.com"),
    (email_key, "ace@x.com", "асе@x.com", "АСЕ@x.com", "Асе@х.com"),
    (email_key, "oo@x.com", "ഠഠ@x.com", "օօ@x.com", "οο@x.com", "ဝဝ@x.com", "ଠଠ@x.com", "ዐዐ@x.com", "סס@x.com"),
    (email_key, "co-pe@x.com", "coーpe@x.com"),
    (email_key, "ann@例子.com", "ann@xn--fsqu00a.com", "Ann@例子。COM"),
    (email_key, "josé@x.com", "JOSÉ@x.com", "jose\u0301@x.com"),
    (code_key, "DE-12 AB", "de-12  ab", "ＤＥ-１２ ＡＢ", "DE-12\u00a0АВ", "DE\u200b-12 AB "),
    (tag_key, "VIP", "vip", "ＶＩＰ", "V\u200bIP", "VІP"),
    (company_key, "Acme Inc.", "ACME", "Аcme", "Ac\u200bme GmbH", "ＡＣＭＥ"),
    (company_key, "Müller und Söhne", "Mueller & Soehne", "MULLER AND SOHNE", "Müller & Söhne GmbH & Co. KG"),
    (company_key, "O’Brien Ltd.", "OBrien", "O'Brien Limited"),
    (company_key, "L'Oréal S.A.", "LOREAL", "L’Oreal S. A."),
    (company_key, "Peña y Hijos, S.L.", "Pena & Hijos", "PEÑA HIJOS SL"),
    (company_key, "Zakład Łódź Sp. z o.o.", "Zaklad Lodz", "ZAKŁAD ŁÓDŹ S.A."),
    (company_key, "Grupo Río S.A. de C.V.", "grupo rio"),
    (company_key, "Blå Øl ApS", "Blaa Oel", "Bla Ol A/S"),
    (company_key, "Dvořák s.r.o.", "Dvorak spol. s r. o.", "DVORAK A.S."),
    (company_key, "Rossi e Figli S.p.A.", "ROSSI E FIGLI SRL", "Rossi e Figli S. r. l."),
    (company_key, "Yılmaz Ltd. Şti.", "Yilmaz", "YILMAZ A.Ş."),
    (company_key, "ООО «Ромашка»", "Ромашка", "ромашка, ЗАО"),
    (company_key, "株式会社ソニー", "ソニー", "ソニー㈱"),
    (company_key, "삼성전자 주식회사", "㈜삼성전자", "삼성전자"),
    (company_key, "上海貿易股份有限公司", "上海貿易有限公司", "上海貿易集團"),
    (company_key, "张三和李四", "张三与李四有限公司"),
    (person_key, "Ann Lee", "ann-lee", "Аnn Lее", "Ａnn\u200b Lee"),
    (person_key, "José Müller", "Jose Mueller", "JOSÉ MULLER"),
    (person_key, "Łukasz O'Brien", "Lukasz OBrien", "Łukasz O’Brien"),
    (person_key, "Håkon Sørensen", "Haakon Soerensen", "Hakon Sorensen"),
    (person_key, "Hồng Đặng", "hong dang"),
    (site_of, "https://例子.com/x", "http://www.xn--fsqu00a.com", "例子。com"),
)
TWO = (
    (email_key, "ann@example.com", "anne@example.com", "ann@example.org"),
    (email_key, "жук@x.com", "zhuk@x.com"),
    (code_key, "DE-12", "DE12", "DE-1"),
    (tag_key, "VIP", "VIPs", "重要"),
    (company_key, "北京字节", "北京", "Яндекс"),
    (company_key, "Bauer AG", "Baur AG", "Company", "Y Combinator", "Combinator"),
    (person_key, "Ann Lee", "Anne Lee", "李安", "Li An"),
    (person_key, "हिन्दी", "हन्दी"),
)


@pytest.mark.parametrize("case", ONE, ids=lambda case: f"{case[0].__name__} {case[1]}")
def test_look_alikes_have_one_key(case: tuple) -> None:  # type: ignore[type-arg]
    key, first, *others = case
    assert {key(other) for other in others} == {key(first)}


@pytest.mark.parametrize("case", TWO, ids=lambda case: f"{case[0].__name__} {case[1]}")
def test_what_differs_has_keys_of_its_own(case: tuple) -> None:  # type: ignore[type-arg]
    key, *texts = case
    assert len({key(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("word", "mixed"),
    [
        ("paypal", False), ("pаypal", True), ("сахар", False), ("日本ABCカナひら", False), ("한국abc漢", False),
        ("ㄅab漢", False), ("ㄅひ", True), ("αb", True), ("اab", True), ("é1", False), ("々日", False),
        ("a\u0301б", True),
    ],
)  # fmt: skip
def test_scripts_that_are_written_together(word: str, mixed: bool) -> None:
    assert mixes_scripts(word) is mixed


def test_a_record_bears_a_tag_once() -> None:
    tagged = having(ACCOUNT, AccountTagsChanged(["VIP", "重要"], []))
    tagged.when("TagAccount", {"add": ["ＶＩＰ", "vip", "V\u200bIP", "new", "ＮＥＷ"], "remove": ["重\u200b要"]}).then(
        AccountTagsChanged(["ＮＥＷ"], ["重要"])
    )
    assert SetTags(add=["\u202eVIP"]).add == ["VIP"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    st.sampled_from("aeoxсаеоAß́ＡǅİιΐﬁⅧ१‌‍​‮﻿️👩💻क्ش.@-_ 　"), max_size=12
)


@given(TEXTS)
def test_forms_are_idempotent(text: str) -> None:
    for form in (clean_line, fold, lambda t: skeleton(fold(t)), email_key, code_key, tag_key, company_key, person_key):
        once = form(text)
        assert form(once) == once
    assert unicodedata.is_normalized("NFC", clean_line(text))
    assert fold(clean_line(text)) == fold(text)


@given(TEXTS, st.sampled_from(["example.com", "例子.公司", "почта.рф"]))
def test_an_address_is_kept_in_one_form_and_found_by_it(local: str, domain: str) -> None:
    try:
        kept = address(f"{local}@{domain}")
    except BadAddress:
        return
    assert address(kept) == kept
    assert email_key(kept) == email_key(f"{local}@{domain}")
