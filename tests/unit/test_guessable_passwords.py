"""Two tables: passwords that guessing comes to soon, and honest ones that must never be refused."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.security.guessing import MOST_READ, guesses, parts_of
from shared.security.passwords import MAX_LENGTH, MIN_LENGTH, check_password

WHO = {"organisation": "Acme Corp", "email": "li.lei@mail.acme-group.example", "name": "Lei Li 李雷"}
COMMON = """
monkeymonkey1 11112222333344 monkey-monkey-1 MonkeyDragon12 dragonmonkey123 qwertyuiop1234 1qaz2wsx3edc4rfv
password!password P@ssw0rdP@ssw0rd iloveyou2iloveyou abcabcabcabc1 aaabbbcccddd 123412341234a 112233445566
1122334455667788 20262026202620 01/02/1990abcd football2026!! sunshineprincess summerwinter2026 abc123abc123abc
zxcvbnmasdfghjkl asdfqwerzxcv1234 qazwsxedcrfvtgb !QAZ2wsx#EDC4rfv !@#$%^&*()12 987654321abc abcdefgh12345678
letmein-letmein trustno1trustno1 admin-admin-2026 superman&batman1 passwordmonkey ｐａｓｓｗｏｒｄ１２３４
我爱你我爱你我爱你我爱你 一二三四五六七八九十一二 甲乙丙丁戊己庚辛壬癸甲乙 nimda-nimda-1 drowssap123456
johnsmith1985! charlie19901234 mustang&mustang baseballfootball hello-world-2026 HelloHello123! testtesttest1
Test1234Test1234 changeme-now-2026 p@$$w0rd-2026! secret-secret-1 shadow.master.1 qwerty-azerty-1 00001111222233
121212343434 909090909090a xyzxyzxyzxyz1 m0nk3y-m0nk3y-1 Monkey_Monkey_2026 Liverpool-FC-2026 5201314woaini1
customer-sales-2026 crm-sales-2026! Summer.2026.Summer 12345qwert12345 poiuytrewq098 7777777888888 aaaaaaaaaaaa1!
january2026january
""".split()  # fmt: skip
BUILT = """
Acme-Corp2026 Acme.Corp.2026! acmecorp123456 ACMECORP!2026 4cm3-c0rp-2026 acme_corp_2026! 2026AcmeCorp!! acme‐corp2026
lilei@acme2026 li.lei.2026!!! Lei-Li-1990-01 acme-group-2026 AcmeGroup2026! acmeacmeacme1 Welcome2Acme2026
leilileilileili 李雷李雷李雷李雷李雷李雷 ＡｃｍｅＣｏｒｐ２０２６ acme!corp!acme!1 proc-emca-2026 Mail.Acme.2026
""".split()  # fmt: skip
HONEST = (
    "correct horse battery", "Tr0ub4dor&3-lamp", "k7#Lq!zz9pWm", "seven kinds of boxes", "eleven quiet harbours",
    "acme corp sells seven kinds of boxes", "gravel lantern moss tuba", "violet-anchor-papaya-tunnel",
    "mV9$wq2LpX!t", "xkQ7-tRb2-nYw9", "copper sleeve orbit walnut fig", "maple quartz ribbon thunder",
    "wobbly penguin eats 9 olives", "café au lait, double", "the quick red fox naps at noon", "9fJ2hs8Kq0ZpLw3",
    "a8f3c9e1b7d2", "h4Xk!pZ9w@Lm", "orchid-plinth-zebra-motor", "rain9Kettle!Dune", "umbrella sofa violin cactus",
    "mein hund trägt blaue socken", "le chat bleu danse sous la pluie", "Kartoffelsalat mit 7 Gurken",
    "il gatto nero beve caffè", "mi perro come sandía fría", "o meu barco verde flutua", "mor kedi çay içiyor",
    "северный ветер гонит облака", "мой старый чемодан пуст", "šest žlutých ponožek", "trzy ciche łódki na stawie",
    "龙行龘龘前程朤朤生活䲜䲜", "山高月小水落石出春风又绿", "明月几时有把酒问青天三杯", "雨打芭蕉听风看云煮茶下棋",
    "紫色大象骑着旧自行车去赶集", "窗外三只猫在看雪慢慢落下", "周末去海边捡贝壳再煮点粥",
    "床前两盏灯照见四本旧诗集", "さくら咲く坂道を走る猫と", "青いペンギンが大きな傘をさす",
    "夜の図書館で大きな鯨と踊る", "노란 우산 아래 고양이 셋", "파란 기차가 산을 넘는다",
    "قطتي تشرب الشاي كل مساء", "הכלב הירוק אוכל תפוחים", "นกสีฟ้าบินข้ามภูเขา", "नीली साइकिल पर तीन बंदर",
    "pT7vXq2LmZ9d", "R$8kz!Qw3nB@", "zj4-9kq-w2x-m7t", "Xq!7 mL#2 vT$9", "b3f1c2d4-77aa-4e0c", "JHq8sPz2kLw0Vn",
    "glacier tadpole ukulele", "ferret brisket lagoon wharf", "9 lobsters under Vesuvius", "hinge-turnip-saffron-owl",
    "my aunt's kayak leaks daily", "Zebra!crayon?pickle.sock", "mauve toaster sings Verdi", "thirty-two odd teaspoons",
    "never feed turnips to Igor", "quiet lighthouse, loud gulls", "plum harbour stapler moth", "drei Ziegen im Aufzug",
)  # fmt: skip


def code_of(password: str) -> str:
    try:
        check_password(password, **WHO)
    except Invalid as error:
        return error.errors[0].code
    return ""


def test_the_tables_are_long() -> None:
    assert len(COMMON) >= 60
    assert len(BUILT) >= 20
    assert len(HONEST) >= 60


@pytest.mark.parametrize("password", COMMON)
def test_repeats_walks_sequences_and_common_words_are_refused(password: str) -> None:
    assert code_of(password) == "too-common"


@pytest.mark.parametrize("password", BUILT)
def test_what_is_built_of_the_organisation_the_person_or_the_address_is_refused(password: str) -> None:
    assert code_of(password) in ("too-guessable", "too-common")


@pytest.mark.parametrize("organisation", ["Org One", "Org One Ltd", "The Org One Holding Company of Northern Europe"])
@pytest.mark.parametrize("password", ["Org-One-2026!", "OrgOne-2026!!", "org.one.2026!"])
def test_neighbouring_words_of_a_name_are_one_known_part(password: str, organisation: str) -> None:
    assert "orgone" in parts_of(organisation)
    with pytest.raises(Invalid):
        check_password(password, organisation=organisation)


@pytest.mark.parametrize("password", ["Acme-Corp2026", "Acme-Corp2026!", "AcmeCorp-2026", "Acme.Group.2027"])
def test_a_word_of_companies_beside_the_name_does_not_help(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, organisation="Acme")


@pytest.mark.parametrize("password", HONEST)
def test_honest_passwords_are_taken(password: str) -> None:
    assert code_of(password) == ""


@pytest.mark.parametrize("word", ["monkey", "dragon", "sunshine", "acme", "password"])
@pytest.mark.parametrize("signs", ["", "-", "!", "\u200b", "\u2010", "１", "..", "_"])
def test_signs_between_repeated_words_change_nothing(word: str, signs: str) -> None:
    assert code_of(signs.join([word] * 4)) in ("too-common", "too-guessable")


@settings(deadline=None)
@given(st.integers())
def test_random_strings_and_phrases_are_taken(seed: int) -> None:
    dice = random.Random(seed)
    drawn = "".join(dice.choices(string.ascii_letters + string.digits, k=16))
    assert code_of(drawn) == ""
    words = "anvil bramble cobalt dinghy ember fjord gizmo hazel ibis jigsaw kelp lynx mango nectar otter".split()
    assert code_of(" ".join(dice.sample(words, 4))) == ""


@settings(deadline=None)
@given(st.text(min_size=MIN_LENGTH, max_size=MAX_LENGTH + 5))
def test_any_text_is_taken_or_refused_with_a_code(password: str) -> None:
    assert code_of(password) in ("", "too-short", "too-long", "too-common", "too-guessable")


def test_the_work_is_bounded() -> None:
    assert guesses("correct horse " * 20, ()) == guesses(("correct horse " * 20)[:MOST_READ], ())


def test_the_parts_of_names() -> None:
    assert parts_of("Acme Corp") == {"acme corp", "acmecorp", "acme", "corp"}
    assert parts_of("li.lei", "李雷", "") == {"li.lei", "lilei", "lei", "李雷"}
