"""Sample data for a new user and for tests: files like those that people really have, made from a seed.

Four CSV files (accounts, products, sales teams, deals) with the usual mess: US dates, misspellings, deals without an
account, commas in names. They are counted as they are made, so that an import can be compared with `Expected`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product as pairs
from pathlib import Path
from random import Random

from services.integration.sample_mapping import MAPPING
from services.integration.sample_words import WORDS, Words

DAYS = 420  # how far back deals begin
OFFICES = 3
PER_MANAGER = 6
MAPPING_FILE = "mapping.yaml"


@dataclass(slots=True)
class Expected:
    """What the files hold, counted while they were written: by day, so that any past day can be asked for."""

    accounts: int = 0
    subsidiaries: int = 0
    agents: int = 0
    managers: int = 0
    products: int = 0
    without_account: int = 0
    prospecting: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    won: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    amount: Counter[str] = field(default_factory=Counter)

    def as_of(self, day: str) -> dict[str, int]:
        """engaging, won, lost and amount (won) at the end of an ISO day."""
        opened, won, lost = (_up_to(c, day) for c in (self.opened, self.won, self.lost))
        return {"engaging": opened - won - lost, "won": won, "lost": lost, "amount": _up_to(self.amount, day)}


def _up_to(counter: Counter[str], day: str) -> int:
    return sum(n for d, n in counter.items() if d <= day)


def write_sample(
    folder: Path, *, rows: int = 2000, seed: int = 1, language: str = "en", until: date | None = None
) -> Path:
    """Write the files and their mapping; returns the mapping's path. rows: deals; until: the last day of any."""
    make_sample(folder, rows=rows, seed=seed, language=language, until=until or date.today())
    return folder / MAPPING_FILE


def make_sample(folder: Path, *, rows: int, seed: int, language: str, until: date) -> Expected:
    """The same, telling what was written. Memory does not grow with the number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = _Maker(Random(seed), WORDS[language], rows, until)  # noqa: S311
    maker.write(folder)
    words = {"SECTOR": maker.words.sectors[0], "MISSPELT": maker.misspelt_sector, "PRODUCT": maker.products[0]}
    words |= {"GLUED": maker.glued_product, "SOURCE": maker.words.source, "PIPELINE": maker.words.pipeline}
    text = MAPPING
    for word, meant in words.items():
        text = text.replace(word, meant)
    (folder / MAPPING_FILE).write_text(text, encoding="utf-8")
    return maker.expected


class _Maker:
    def __init__(self, random: Random, words: Words, rows: int, until: date) -> None:
        self.random, self.words, self._rows, self._until = random, words, rows, until
        self.expected = Expected()
        self._accounts = list(_distinct(words.companies(), max(10, min(rows // 100, 20_000)), random))
        people = _distinct(words.people(), OFFICES * (2 + 2 * PER_MANAGER), random)
        self._managers = [next(people) for _ in range(2 * OFFICES)]
        self._agents = list(people)
        self.products = words.products
        self.glued_product = self.products[0].replace(" ", "")
        self.misspelt_sector = words.sectors[0][:-2] + words.sectors[0][-1]
        self._prices = [random.choice((55, 550, 1096, 3393, 4821, 26768)) for _ in self.products]

    def write(self, folder: Path) -> None:
        _write(folder / "products.csv", "product,series,sales_price", self._product_rows())
        _write(folder / "sales_teams.csv", "sales_agent,manager,regional_office", self._team_rows())
        head = "account,sector,year_established,revenue,employees,office_location,subsidiary_of"
        _write(folder / "accounts.csv", head, self._account_rows())
        head = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
        _write(folder / "sales_pipeline.csv", head, self._deal_rows())

    def _product_rows(self) -> Iterator[tuple[object, ...]]:
        for name, price in zip(self.products, self._prices, strict=True):
            self.expected.products += 1
            yield name, name.split()[0], price

    def _team_rows(self) -> Iterator[tuple[object, ...]]:
        self.expected.managers = len(self._managers)
        for n, agent in enumerate(self._agents):
            manager = n // PER_MANAGER
            self.expected.agents += 1
            yield agent, self._managers[manager], self.words.offices[manager // 2]

    def _account_rows(self) -> Iterator[tuple[object, ...]]:
        random = self.random
        for n, name in enumerate(self._accounts):
            self.expected.accounts += 1
            sector = self.misspelt_sector if random.random() < 0.1 else random.choice(self.words.sectors)
            parent = self._accounts[random.randrange(n // 2)] if n > 5 and random.random() < 0.15 else ""
            self.expected.subsidiaries += parent != ""
            revenue = f"{random.uniform(1, 9000):.2f}"
            yield name, sector, random.randint(1979, 2017), revenue, random.randint(9, 35_000), self._country(), parent

    def _country(self) -> str:
        return "United States" if self.random.random() < 0.8 else self.random.choice(self.words.countries)

    def _deal_rows(self) -> Iterator[tuple[object, ...]]:
        random, expected = self.random, self.expected
        for n in range(self._rows):
            which = random.randrange(len(self.products))
            name = self.glued_product if which == 0 else self.products[which]
            opened = self._until - timedelta(days=random.randint(0, DAYS))
            closed = opened + timedelta(days=random.randint(0, 138))
            stage = random.choices(("Won", "Lost", "Engaging", "Prospecting"), (48, 28, 18, 6))[0]
            if closed > self._until and stage in ("Won", "Lost"):
                stage = "Engaging"
            is_closed, account = stage in ("Won", "Lost"), random.choice(self._accounts)
            if not is_closed and random.random() < 0.68:
                account = ""
                expected.without_account += 1
            value = max(1, round(self._prices[which] * random.uniform(0.7, 1.2))) if stage == "Won" else 0
            self._count(stage, opened.isoformat(), closed.isoformat(), value)
            yield (
                f"{random.getrandbits(20):05X}{n:07X}",
                random.choice(self._agents),
                name,
                account,
                stage,
                "" if stage == "Prospecting" else _us(opened),
                _us(closed) if is_closed else "",
                value if is_closed else "",
            )

    def _count(self, stage: str, opened: str, closed: str, value: int) -> None:
        expected = self.expected
        if stage == "Prospecting":
            expected.prospecting += 1
            return
        expected.opened[opened] += 1
        if stage == "Won":
            expected.won[closed] += 1
            expected.amount[closed] += value
        elif stage == "Lost":
            expected.lost[closed] += 1


def _us(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _distinct(parts: tuple[list[str], ...], count: int, random: Random) -> Iterator[str]:
    """`count` different names, each of one word of every list; numbered when the words do not suffice."""
    names = ["".join(words) for words in pairs(*parts)]
    random.shuffle(names)
    for n in range(count):
        name = names[n % len(names)]
        yield name if n < len(names) else f"{name} {n // len(names) + 1}"


def _write(path: Path, header: str, rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
