"""Keys: what two spellings of one value have in common. One function per kind, for making a key and for searching."""

from __future__ import annotations

import re

from shared.domain.address import email_key, host_key
from shared.domain.phones import phone_key
from shared.letters import bare, without_umlauts
from shared.texts import fold, skeleton, words_of

__all__ = [
    "code_key",
    "company_key",
    "email_key",
    "mail_site",
    "person_key",
    "phone_key",
    "site_of",
    "tag_key",
    "tax_key",
]

_DOTS = re.compile(r"[.'/\u2019]")
_AND = frozenset("und and y et en og och".split())
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff])[和与與及](?=[\u4e00-\u9fff])")
_HAN_FORMS = re.compile(
    "股份有限公司|有限责任公司|有限責任公司|有限公司|股份公司|集团|集團|公司|株式会社|株式會社|有限会社|合同会社"
)


def code_key(code: str) -> str:
    """`１２-Ａ b` and `12-A  B` → `12-a b`: a code of a registry, a product or another system; look-alikes are one."""
    return skeleton(" ".join(fold(code).split()))


def tax_key(number: str) -> str:
    """`DE 111.222-333` and `de111222333` → `de111222333`: a number of a tax office, however parted."""
    return "".join(words_of(code_key(number))) or code_key(number)


def tag_key(tag: str) -> str:
    """`ＶＩＰ` and `Vip` → `vip`: a record bears a tag once, however it is written."""
    return skeleton(fold(tag))


def company_key(name: str) -> str:
    """`Acme Corp.` and `ACME` → `acme`, `Müller & Söhne` and `Mueller und Soehne GmbH` → `mullersohne`.

    Without accents, "and", legal forms, signs and spaces. Two companies may share one: it only tells whom to compare.
    """
    words = words_of(_DOTS.sub("", _plain(name)))
    return _joined(_without_forms(words) or words)


def site_of(website: str) -> str:
    """`https://www.Acme.com/about` → `acme.com`: the host without scheme, `www.`, port and path."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", fold(website).strip())
    return host_key(re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www."))


_FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.com "
    "gmx.de web.de proton.me protonmail.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com "
    "aliyun.com 139.com 189.cn mail.ru yandex.ru".split()
)


def mail_site(email: str) -> str:
    """`ann@mail.acme.com` → `mail.acme.com`; "" for addresses that anyone may have."""
    host = host_key(email.rpartition("@")[2])
    return "" if host in _FREE_MAIL else host


def person_key(name: str) -> str:
    """`Ann  Lee` and `ann lee` → `annlee`, `José Müller` and `Jose Mueller` → `josemuller`."""
    return _joined(words_of(_plain(name)))


def _plain(name: str) -> str:
    return skeleton(bare(fold(name)))


def _joined(words: list[str]) -> str:
    return without_umlauts("".join(map(without_umlauts, words)))


def _without_forms(words: list[str]) -> list[str]:
    """What tells a company from others. A legal form stands at the end, in several words perhaps, or in front."""
    words = [w for n, w in enumerate(words) if w not in ANYWHERE and not (w in _AND and 0 < n < len(words) - 1)]
    while words and words[0] in IN_FRONT:
        del words[0]
    while size := next((n for n in range(min(5, len(words)), 0, -1) if "".join(words[-n:]) in AT_THE_END), 0):
        del words[-size:]
    return [left for word in words if (left := _without_han_forms(word))]


def _without_han_forms(word: str) -> str:
    if word.isascii():
        return word
    while (shorter := _HAN_FORMS.sub("", _BETWEEN_HAN.sub("", word))) != word:
        word = shorter
    return word


def _forms(text: str) -> frozenset[str]:
    return frozenset(_plain(form) for form in text.split())


ANYWHERE = _forms(
    "inc incorporated corp corporation company limited ltd llc plc gmbh mbh gesmbh kgaa pty ltda srl sarl"
)
IN_FRONT = _forms("ооо оао зао пао ао ип тов фоп 주 주식회사 유한회사 株 pt ud cv")
AT_THE_END = ANYWHERE | _forms(
    "co cokg cie kg ag se eg ek ev ohg ug haftungsbeschränkt gbr partg "  # German
    "sa sas sasu eurl snc sci scs sca spa sapa scarl sl slu slne sadecv sapidecv derldecv cv lda eireli epp "
    "nv bv vof bvba sprl vzw asbl "  # Romance languages, Dutch
    "ab oy oyj as asa aps hf ehf ou uab sia "  # Nordic and Baltic
    "spzoo sa spj spk sro spolsro as ks vos doo dd ad ood eood kft zrt nyrt bt rt "  # central and eastern Europe
    "aş şti ltdşti ae epe oe ike ооо ао зао "  # Turkish, Greek, Russian
    "lp llp lllp pllc pc pte pvt private pvtltd bhd sdnbhd sdn tbk jsc pjsc ojsc fze fzco fzllc wll saog "
    "kk gk yk "
    "주 주식회사 유한회사 株"
)
