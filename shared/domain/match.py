"""Keys: what two spellings of one value have in common. One function per kind, for making a key and for searching."""

from __future__ import annotations

import re
import unicodedata

from shared.domain.address import email_key, host_key
from shared.texts import fold, skeleton

__all__ = ["code_key", "company_key", "email_key", "mail_site", "person_key", "phone_key", "site_of", "tag_key"]

_PHONE_SIGNS = re.compile(r"[\s().\-/]")
_COMPANY_FORMS = re.compile(
    r"(?:\b(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|plc|gmbh|ag|sa|srl|bv|kg|pte|pty)\b"
    r"|股份有限公司|有限责任公司|有限公司|集团|公司)"
)
_NOT_WORD = re.compile(r"[\W_]+")


def code_key(code: str) -> str:
    """`１２-Ａ b` and `12-A  B` → `12-a b`: a code of a registry, a product or another system; look-alikes are one."""
    return skeleton(" ".join(fold(code).split()))


def tag_key(tag: str) -> str:
    """`ＶＩＰ` and `Vip` → `vip`: a record bears a tag once, however it is written."""
    return skeleton(fold(tag))


def phone_key(number: str) -> str:
    """`+86 (10) 1234-5678` → `+861012345678`: without signs, as numbers are compared."""
    return _PHONE_SIGNS.sub("", unicodedata.normalize("NFKC", number))


def company_key(name: str) -> str:
    """`Acme Corp.` and `ACME` → `acme`: folded, without legal forms, signs and spaces; "" for nothing left."""
    folded = skeleton(fold(name))
    bare = _NOT_WORD.sub("", _COMPANY_FORMS.sub(" ", folded))
    return bare or _NOT_WORD.sub("", folded)


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
    """`Ann  Lee` and `ann lee` → `annlee`: folded, without signs and spaces."""
    return _NOT_WORD.sub("", skeleton(fold(name)))
