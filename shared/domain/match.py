"""Match keys: what two spellings of the same company, person or site have in common."""

from __future__ import annotations

import re
import unicodedata

_COMPANY_FORMS = re.compile(
    r"(?:\b(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|plc|gmbh|ag|sa|srl|bv|kg|pte|pty)\b"
    r"|股份有限公司|有限责任公司|有限公司|集团|公司)"
)
_NOT_WORD = re.compile(r"[\W_]+")


def company_key(name: str) -> str:
    """`Acme Corp.` and `ACME` → `acme`: folded, without legal forms, signs and spaces; "" for nothing left."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = _NOT_WORD.sub("", _COMPANY_FORMS.sub(" ", folded))
    return bare or _NOT_WORD.sub("", folded)


def site_of(website: str) -> str:
    """`https://www.Acme.com/about` → `acme.com`: the host without scheme, `www.`, port and path."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", website.strip().casefold())
    return re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.")


_FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.com "
    "gmx.de web.de proton.me protonmail.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com "
    "aliyun.com 139.com 189.cn mail.ru yandex.ru".split()
)


def mail_site(email: str) -> str:
    """`ann@mail.acme.com` → `mail.acme.com`; "" for addresses that anyone may have."""
    host = email.casefold().rpartition("@")[2]
    return "" if host in _FREE_MAIL else host


def person_key(name: str) -> str:
    """`Ann  Lee` and `ann lee` → `annlee`: folded, without signs and spaces."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", name).casefold())
