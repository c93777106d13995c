"""What the values of a column look like: addresses, phones, days, numbers … and how many are the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.domain.address import BadAddress, address
from shared.domain.codes import COUNTRIES, CURRENCIES
from shared.domain.countries import BadCountry, country_of

SAMPLES = 5
LOOKED_AT = 5_000  # rows of a file, from its beginning
DISTINCT = 200  # different values that are kept
MANY = 20_000  # values of a whole file whose kind is looked for
_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s().\-/·]{7,25}(?:\s?(?:x|ext\.?|#|转)\s?\d{1,6})?", re.IGNORECASE)
_MONEY = re.compile(r"[^\d\s,.+\-']{0,4}\s?[+-]?\d[\d\s,.']*\d?\s?[^\d\s,.]{0,4}")
_WHOLE = re.compile(r"[+-]?\d{1,3}(?:[,.' ]?\d{3})*(?:[.,]0+)?")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_BOOLEANS = frozenset("true false yes no y n 0 1 是 否 ja nein oui non sí si vrai faux wahr falsch 有 无".split())
SALUTATIONS = frozenset(
    "mr ms mrs miss mx dr prof herr frau hr fr m mme mlle monsieur madame sr sra srta señor señora 先生 女士 小姐"
    " 博士 教授 太太".split()
)
_LIST_SIGNS = (" ::: ", ";", "|", "、", ",")
_COMPANY = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|co|company|plc|llp|partners|group|holding|gmbh|ag|kg|ohg|ug|se|mbh|"
    r"e\.? ?k|e\.? ?v|s\.?a|s\.?a\.?s|sarl|s\.?l|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a\.?b|oy|a/s|pty|sdn bhd|bank)\.?$"
    r"|公司|集团|集團|银行|銀行|大学|大學|工厂|工廠|研究院|株式会社|事务所|商行|中心$",
    re.IGNORECASE,
)
_HAN_FAMILIES = (
    "王李张劉刘陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許邓鄧冯馮韩韓曹曾彭萧蕭肖蔡潘田董袁于余叶葉"
    "蒋蔣杜苏蘇魏程吕呂丁沈任姚卢盧傅钟鍾姜崔谭譚廖范汪陆陸金石戴贾賈韦韋夏邱方侯邹鄒熊孟秦白江阎閻薛尹段雷黎史龙龍陶贺賀"
    "顾顧毛郝龚龔邵万萬钱錢严嚴赖賴覃洪武莫孔欧歐司上诸"
)
_HAN_PERSON = re.compile(f"[{_HAN_FAMILIES}][\u4e00-\u9fff]{{1,3}}")
_PERSON = re.compile(r"[^\W\d_]+(?:[ '’-]|\. ?)?(?:[^\W\d_]+\.?[ '’-]+){0,3}[^\W\d_]+", re.UNICODE)
_EMAILS = re.compile(r" ::: |[;,|、]")
_PHONES = re.compile(r" ::: |[;|、]")
_LIKE_DAY = re.compile(
    r"(?:\d{1,4}[-/. 年]{1,2}(?:\d{1,2}|[^\W\d_]{3,9})[-/. 月]{1,2}\d{1,4}日?|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|\d{8})"
    r"(?:[T ,].{1,20})?"
)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
EMPTY = frozenset({"0/0/00", "0.0.00", "00.00.0000", "0000-00-00", "-", "--", "n/a", "N/A", "#N/A", "NULL", "null"})
_DAYS = (
    *("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y年%m月%d日", "%d-%m-%Y", "%d.%m.%y", "%m/%d/%y"),
    *("%d/%m/%y", "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%Y.%m.%d", "%Y%m%d"),
)
_HOURS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    ", %H:%M",
    "T%H:%M:%S",
    "T%H:%M:%S%z",
    "T%H:%M:%S.%f%z",
    " %H:%M:%S%z",
)
FORMATS = tuple(day + hour for day in _DAYS for hour in _HOURS)


@dataclass(slots=True)
class Profile:
    """values: those that are there, with how often each occurs; blanks: texts that stand for none.
    rows: of the file. shares: kind → 0 … 1 of them.

    date_form: of its days, "" for none. unclear: day and month may change places in all of them. certain: its heading
    says what it holds, whatever stands in it. split, parts: the sign that parts several values in a cell, and how many
    these are at most.
    """

    column: str
    rows: int = 0
    filled: int = 0
    samples: list[str] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    blanks: set[str] = field(default_factory=set)
    shares: dict[str, float] = field(default_factory=dict)
    date_form: str = ""
    unclear: bool = False
    certain: bool = False
    split: str = ""
    parts: int = 1

    @property
    def unique(self) -> bool:
        """Every row has a value of its own: it may tell records apart."""
        return 0 < self.rows == self.filled == len(self.seen)

    @property
    def repeats(self) -> bool:
        return len(self.seen) < self.filled

    def day(self, text: str) -> date | None:
        """The day of a text in the form of this column."""
        try:
            return datetime.strptime(text.strip(), self.date_form).date() if self.date_form else None
        except ValueError:
            return None

    def put_day_first(self) -> None:
        """Of two numbers that may be the day, take the first one."""
        if self.unclear and self.date_form.startswith("%m"):
            self.date_form = _swapped(self.date_form)

    def share(self, kind: str) -> float:
        return self.shares.get(kind, 0.0)

    def add(self, cell: str) -> None:
        self.rows += 1
        text = cell.strip()
        if text in EMPTY:
            self.blanks.add(text)
        if not text or text in EMPTY:
            return
        self.filled += 1
        self.seen.add(hash(text.casefold()))
        if text in self.values or len(self.values) < DISTINCT:
            self.values[text] += 1
            if len(self.samples) < SAMPLES and text not in self.samples:
                self.samples.append(text[:80])

    def look(self, most: int = DISTINCT) -> Profile:
        """Tell the kinds, once all rows are added."""
        texts = list(self.values)[:most]
        for kind, fits in _KINDS.items():
            self.shares[kind] = sum(map(fits, texts)) / len(texts) if texts else 0.0
        self.date_form, self.shares["date"] = _date_form(texts)
        self.unclear = bool(self.date_form) and _date_share(texts, _swapped(self.date_form)) == self.share("date")
        self.split = next((s for s in _LIST_SIGNS if any(_is_list(t, s) for t in texts)), "")
        self.parts = max((text.count(self.split) + 1 for text in texts), default=1) if self.split else 1
        return self


def profiles(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> list[Profile]:
    """One of each column."""
    found = [Profile(column) for column in columns]
    for row in rows:
        for profile, cell in zip(found, row, strict=False):
            profile.add(cell)
    return [profile.look(max(10, MANY // len(found))) for profile in found]


def _is_list(text: str, sign: str) -> bool:
    return sign in text and all(part.strip() for part in text.split(sign))


def _email(text: str) -> bool:
    try:
        return "@" in text and all(bool(address(part.strip())) for part in _EMAILS.split(text))
    except BadAddress:
        return False


def _country(text: str) -> bool:
    try:
        return bool(country_of(text))
    except BadCountry as error:
        return bool(error.codes)


def _company(text: str) -> bool:
    return bool(_COMPANY.search(text))


def _person(text: str) -> bool:
    if "\u4e00" <= text[:1] <= "\u9fff":
        return len(text) <= 4 and bool(_HAN_PERSON.fullmatch(text)) and not _company(text)
    parts = text.split()
    return (
        1 < len(parts) < 5
        and all(p[0].isupper() for p in parts)
        and bool(_PERSON.fullmatch(text))
        and not _company(text)
    )


def is_credit_code(text: str) -> bool:
    """A unified social credit code with its check sign (GB 32100-2015)."""
    if len(text) != 18 or any(sign not in _CREDIT for sign in text):
        return False
    total = sum(_CREDIT.index(sign) * pow(3, place, 31) for place, sign in enumerate(text[:17]))
    return _CREDIT.index(text[17]) == -total % 31


def _phone(text: str) -> bool:
    return all(_one_phone(part.strip()) for part in _PHONES.split(text))


def _one_phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return bool(_PHONE.fullmatch(text)) and 7 <= digits <= 20


def _salutation(text: str) -> bool:
    return text.strip(". ").casefold() in SALUTATIONS


_KINDS: dict[str, Callable[[str], bool]] = {
    "email": _email,
    "phone": _phone,
    "url": lambda text: bool(_URL.fullmatch(text)),
    "country": _country,
    "currency": lambda text: text.upper() in CURRENCIES,
    "number": lambda text: bool(_MONEY.fullmatch(text)),
    "integer": lambda text: bool(_WHOLE.fullmatch(text)),
    "boolean": lambda text: text.casefold() in _BOOLEANS,
    "code": lambda text: bool(_CODE.fullmatch(text)),
    "salutation": _salutation,
    "company": _company,
    "person": _person,
    "credit code": is_credit_code,
    "letters": lambda text: any(c.isalpha() for c in text),
    "country code": lambda text: text.upper() in COUNTRIES,
}


def _date_form(texts: list[str]) -> tuple[str, float]:
    """The form that most texts have, and their share."""
    if not any(_LIKE_DAY.fullmatch(text) for text in texts[:20]):
        return "", 0.0
    best, most = "", 0
    for form in FORMATS:
        count = sum(_is_day(text, form) for text in texts) if texts and _is_day_any(texts[:20], form) else 0
        if count > most:
            best, most = form, count
    return best, most / len(texts)


def _date_share(texts: list[str], form: str) -> float:
    return sum(_is_day(text, form) for text in texts) / len(texts) if form else 0.0


def _swapped(form: str) -> str:
    """`%m/%d/%Y` ↔ `%d/%m/%Y`; "" where a form leaves nothing to choose."""
    first = form[:5]
    if first[:2] not in ("%d", "%m") or first[3:] not in ("%d", "%m"):
        return ""
    return first[3:] + first[2] + first[:2] + form[5:]


def _is_day_any(texts: list[str], form: str) -> bool:
    return any(_is_day(text, form) for text in texts)


def _is_day(text: str, form: str) -> bool:
    try:
        return 1800 < datetime.strptime(text, form).year < 2200
    except ValueError:
        return False
