"""The sample company: what a small business would have after a year, as files and their mapping, made from a seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from services.integration.company_mapping import COMPANY_MAPPING, OWN_PIPELINE, PIPELINE_FIELD, STAGES
from services.integration.company_words import COMPANY_WORDS, CompanyWords
from shared import pinyin
from shared.messages.languages import Language

FILES: Final = (
    "people.csv",
    "products.csv",
    "accounts.csv",
    "contacts.csv",
    "leads.csv",
    "deals.csv",
    "activities.csv",
)
STAGE_KEYS: Final = tuple(key for key, *_ in STAGES)
_SEED: Final = 1
_ACCOUNTS, _DAYS, _BEFORE = 14, 360, 400  # the other companies are leads' · how far back deals begin · and customers
_FOR_A_DOLLAR: Final = {"CNY": 7, "HKD": 8, "TWD": 30, "JPY": 150, "INR": 85, "KRW": 1_400, "THB": 35}  # roughly
_SHARES: Final = (0.15, 0.45, 0.75)  # of the time to the close: when a deal reaches each further stage
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Company:
    """What is made for whom. token: sets the ids of this company apart from those of an earlier one.

    own_pipeline: with a pipeline of its own; else deals go into the default one, whose stages it fits.
    """

    language: Language
    deals: int
    until: date
    currency: str
    token: str
    own_pipeline: bool


def write_company(folder: Path, company: Company) -> str:
    """Write the files into the folder; returns the text of their mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = _Maker(company)
    rows = (maker.people(), maker.products(), maker.accounts(), maker.contacts(), maker.leads())
    for name, made in zip(FILES, (*rows, maker.deals(), maker.activities), strict=True):
        _write(folder / name, made)
    return _mapping(company, COMPANY_WORDS[company.language])


def _mapping(company: Company, words: CompanyWords) -> str:
    own = company.own_pipeline
    stages = [
        {"key": key, "zh": zh, "en": en, "titles": {"zh-TW": tw}, "probability": probability}
        for key, zh, tw, en, probability in STAGES
    ]
    text = COMPANY_MAPPING.replace("PIPELINE_STEP\n", OWN_PIPELINE if own else "")
    text = text.replace("PIPELINE_FIELD\n", PIPELINE_FIELD if own else "")
    known = {"MARK": words.mark, "TEAM": words.team, "PIPELINE": words.pipeline, "COUNTRY": words.country}
    for word, meant in (known | {"CURRENCY": company.currency}).items():
        text = text.replace(word, json.dumps(meant, ensure_ascii=False))
    return text.replace("STAGES", json.dumps(stages, ensure_ascii=False))


@dataclass
class _Maker:
    """activities: grow while the deals are made."""

    company: Company
    activities: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = COMPANY_WORDS[self.company.language]
        self.random = Random(_SEED)  # noqa: S311
        self.until = self.company.until
        self._people = _names(self.words, self.random)
        self._contacts: dict[int, list[str]] = {}
        self._dollar = _FOR_A_DOLLAR.get(self.company.currency, 1)

    def people(self) -> Iterator[Row]:
        yield {"person": self.words.manager, "manager": ""}
        for seller in self.words.sellers:
            yield {"person": seller, "manager": self.words.manager}

    def products(self) -> Iterator[Row]:
        for n, (name, price) in enumerate(self.words.products):
            yield {"id": self._id("P", n), "name": name, "price": price * self._dollar}

    def accounts(self) -> Iterator[Row]:
        for n, (name, industry, city, web) in enumerate(self.words.companies[:_ACCOUNTS]):
            yield {
                "id": self._id("A", n),
                "name": name,
                "industry": industry,
                "city": city,
                "employees": self.random.choice((18, 40, 65, 120, 260, 480, 900, 2_400)),
                "website": f"https://www.{web}.example",
                "email": f"info@{web}.example",
                "customer": "yes" if n % 3 else "",
                "owner": self._owner(),
                "since": self._day(_BEFORE),
            }

    def contacts(self) -> Iterator[Row]:
        for n, (_, _, _, web) in enumerate(self.words.companies[:_ACCOUNTS]):
            for _ in range(self.random.choice((1, 2, 2, 3))):
                family, given = next(self._people)
                id = self._id("C", sum(map(len, self._contacts.values())))
                self._contacts.setdefault(n, []).append(id)
                yield {
                    "id": id,
                    "family": family,
                    "given": given,
                    "title": self.random.choice(self.words.titles),
                    "email": f"{_spelled(given)}.{_spelled(family)}@{web}.example",
                    "account": self._id("A", n),
                    "owner": self._owner(),
                    "since": self._day(_BEFORE),
                }

    def leads(self) -> Iterator[Row]:
        companies = self.words.companies[_ACCOUNTS:]
        for n in range(max(6, self.company.deals // 8)):
            family, given = next(self._people)
            company, industry, city, web = companies[n % len(companies)]
            since = self.random.randint(2, 120)
            state = self.random.choice(("new", "new", "working", "working", "qualified", "disqualified"))
            yield {
                "id": self._id("L", n),
                "name": family + given if self.words.family_first else f"{given} {family}",
                "company": company,
                "title": self.random.choice(self.words.titles),
                "email": f"{_spelled(given)}.{_spelled(family)}@{web}.example",
                "industry": industry,
                "city": city,
                "amount": self._amount(self.random.randrange(len(self.words.products))),
                "owner": self._owner(),
                "since": self._day(since),
                "touched": self._day(self.random.randint(1, since - 1)),
                "state": state,
                "reason": self.random.choice(self.words.refused) if state == "disqualified" else "",
            }

    def deals(self) -> Iterator[Row]:
        for n in range(self.company.deals):
            yield self._deal(n)

    def _deal(self, n: int) -> Row:
        random, words = self.random, self.words
        account, product = random.randrange(_ACCOUNTS), random.randrange(len(words.products))
        opened, cycle = random.randint(4, _DAYS), random.randint(20, 110)
        closed = opened - cycle  # days ago; below 1: still open
        outcome = "" if closed < 1 else "won" if random.random() < 0.6 else "lost"
        reached = random.randint(1, 3) if outcome == "lost" else 3
        moves = [round(opened - share * cycle) for share in _SHARES[:reached]]
        overdue = not outcome and random.random() < 0.15
        row = {
            "id": self._id("D", n),
            "name": f"{words.products[product][0]} · {words.companies[account][0]}",
            "account": self._id("A", account),
            "contact": random.choice(self._contacts[account]),
            "product": self._id("P", product),
            "owner": self._owner(),
            "amount": self._amount(product),
            "opened": self._day(opened),
            "expected": self._day(random.randint(1, 9) if overdue else closed),
            "next_step": "" if outcome else random.choice(words.next_steps),
            "outcome": outcome,
            "closed": self._day(closed) if outcome else "",
            "reason": random.choice(words.reasons) if outcome == "lost" else "",
        }
        for name, ago in zip(("qualified", "offered", "negotiated"), (*moves, 0, 0, 0), strict=False):
            row[name] = self._day(ago) if ago >= 1 else ""
        self._around(row, words.companies[account][0], opened, max(closed, 1))
        return row

    def _around(self, deal: Row, company: str, opened: int, last: int) -> None:
        """What was done about a deal, and of an open one what comes next."""
        random, words = self.random, self.words
        ago = random.randint(last, opened)
        kind, subjects = random.choice((("call", words.calls), ("meeting", words.meetings), ("note", words.notes)))
        text = random.choice(subjects).format(company)
        minutes = {"call": random.choice((10, 15, 25)), "meeting": random.choice((45, 60, 90))}.get(kind, "")
        start = "" if kind == "note" else f"{self._day(ago)} {random.randint(9, 11):02}:00"
        self._note(deal, ago, kind=kind, subject=text, start=start, minutes=minutes, done="true")
        if not deal["outcome"]:
            ahead = random.choice((-6, -3, -1, 0, 1, 2, 4, 7, 12))  # some are overdue
            task = random.choice(words.tasks).format(company)
            self._note(deal, min(opened, 7), kind="task", subject=task, due=self._day(-ahead))
            if random.random() < 0.4:
                day = self._day(-random.randint(1, 14))
                meeting = random.choice(words.meetings).format(company)
                start = f"{day} {random.randint(9, 16):02}:30"
                self._note(deal, min(opened, 3), kind="meeting", subject=meeting, start=start, minutes=60)

    def _note(self, deal: Row, ago: int, **what: Any) -> None:
        row = dict.fromkeys(("kind", "subject", "body", "start", "due", "minutes", "done"), "") | what
        about = {name: deal[name] for name in ("account", "contact", "owner")} | {"deal": deal["id"]}
        self.activities.append({**row, **about, "noted": self._day(ago)})

    def _id(self, kind: str, number: int) -> str:
        return f"S{self.company.token}-{kind}{number + 1}"

    def _day(self, ago: int) -> str:
        """So many days ago; below 0: to come."""
        return (self.until - timedelta(days=ago)).isoformat()

    def _owner(self) -> str:
        """One of the sellers; "" = the user who puts the company in."""
        return self.random.choice((*self.words.sellers, ""))

    def _amount(self, product: int) -> int:
        price = self.words.products[product][1] * self._dollar
        return max(100, int(price * self.random.choice((1, 1, 2, 3, 5)) * self.random.uniform(0.8, 1.1)) // 100 * 100)


def _names(words: CompanyWords, random: Random) -> Iterator[tuple[str, str]]:
    """Family and given names, each pair once before any comes again."""
    pairs = [(family, given) for family in words.families for given in words.givens]
    random.shuffle(pairs)
    while True:
        yield from pairs


def _spelled(name: str) -> str:
    """In Latin letters, as an address has it."""
    return "".join((pinyin.readings(sign) or (sign,))[0] for sign in name).lower()


def _write(path: Path, rows: Iterable[Row]) -> None:
    made = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*made[0]])
        writer.writeheader()
        writer.writerows(made)
