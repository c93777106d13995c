"""Search: the best twenty of many contacts, by everything that people type, as one who sees all and as a team of five.

Half the names are of Latin letters, half Chinese. The texts: names, beginnings of one to four letters, two words, words
that every hundredth and every third has, telephones as printed and their last digits, pinyin, initials, one typo, and
what nobody has. Where nothing is found it is looked for again with typos, as `GET /search` does.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bench.figures import Figure, show
from bench.growth import exponent
from services.customer.contact import CONTACT
from shared.clock import SystemIds, to_rfc3339
from shared.views.port import RELEVANCE, Condition, Document, Query, Scope, Write
from shared.views.sqlite import SqliteViews
from shared.views.wanted import wanted

SIZES = (10_000, 100_000, 1_000_000)
TENANT, NAME = "bench", CONTACT.collection.name
OWNERS = [f"0190aaaa-0000-7000-8000-{n:012x}" for n in range(200)]
SCOPES = {"all": Scope(TENANT), "team": Scope(TENANT, frozenset(OWNERS[10:15]))}
GOAL = 30  # milliseconds
FAMILY = "Müller Schmidt Schneider Łukasiewicz O'Brien Johnson García Nováková Sørensen Kowalski Rossi Nguyễn".split()
ENDINGS = [
    a + b for a in ("mann", "berg", "hauser", "stein", "son", "wicz", "ova", "elli") for b in ("", "s", "er", "i")
]
GIVEN = "Anna Maria Thomas Sandra Peter Julia Michael Jürgen Zoë François José Emily James Linda Robert Susan".split()
HAN_FAMILY, HAN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗曾单", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
TITLES = ["Manager", "Sales Director", "Engineer", "经理"]
TYPED = [
    "müller", "muller", "anna", "anna muller", "obrien", "m", "mu", "mul", "schm", "manager", "sales director", "gold",
    "fair", "4567", "+49 (0)221 000-4567", "0221 0001234", "王伟", "伟", "zhang", "zhangwei", "zhang wei", "zw", "wxm",
    "lukasievicz", "kowalksi", "nachtigallenweg", "hauptstrasse 17", "person77", "example", "kowabergg", "xyzzyq",
]  # fmt: skip
_ids = SystemIds()


def run(rounds: int = 3, largest: int = SIZES[-1]) -> list[Figure]:
    """largest: the number of contacts to go up to."""
    sizes = [size for size in SIZES if size <= largest]
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        times = {size: asyncio.run(_measured(Path(folder) / f"{size}.db", size, rounds)) for size in sizes}
    return [figure for scope in SCOPES for figure in _figures(scope, {size: times[size][scope] for size in sizes})]


def _figures(scope: str, times: dict[int, dict[str, float]]) -> Iterator[Figure]:
    p95 = {size: quantiles(taken.values(), n=20)[-1] * 1e3 for size, taken in times.items()}
    middle = {size: median(taken.values()) * 1e3 for size, taken in times.items()}
    largest = max(times)
    text, worst = max(times[largest].items(), key=lambda one: one[1])
    detail = f"median {middle[largest]:.2f} ms; the slowest: {text}, {worst * 1e3:.1f} ms"
    name = f"search of {largest:,} contacts, visible: {scope}"
    yield Figure(f"{name}, p95", p95[largest], "ms", f"≤ {GOAL} ms", p95[largest] <= GOAL, detail)
    if len(times) > 1:
        grown = ", ".join(f"{found:.2f} ms at {size:,}" for size, found in middle.items())
        yield Figure(f"{name}, growth", exponent(middle), "power of the records", "stated", True, grown)


async def _measured(path: Path, size: int, rounds: int) -> dict[str, dict[str, float]]:
    """For each scope the seconds of each text, the median of so many rounds."""
    views = await filled(path, size)
    try:
        found: dict[str, dict[str, float]] = {}
        for name, scope in SCOPES.items():
            taken: dict[str, list[float]] = {text: [] for text in TYPED}
            for _ in range(rounds):
                for text in TYPED:
                    begun = time.perf_counter()
                    await _search(views, text, scope)
                    taken[text].append(time.perf_counter() - begun)
            found[name] = {text: median(each) for text, each in taken.items()}
        return found
    finally:
        await views.close()


async def _search(views: SqliteViews, text: str, scope: Scope) -> None:
    query = Query((Condition("archived", "eq", False),), text, RELEVANCE, limit=20)
    page = await views.find(NAME, query, scope)
    if not page.items and wanted(text).forgiving:
        await views.find(NAME, replace(query, near=True), scope)


async def filled(path: Path, size: int) -> SqliteViews:
    """A view of so many contacts."""
    views = SqliteViews.open(path)
    await views.declare([CONTACT.collection])
    target, rng = await views.begin_rebuild(CONTACT.collection), random.Random(7)
    for first in range(0, size, 1000):
        documents = (_document(n, rng) for n in range(first, min(size, first + 1000)))
        await views.write([Write(target, TENANT, d["id"], d, 1) for d in documents])
    await views.swap(target)
    await views.find(NAME, Query(text="anna"), SCOPES["all"])  # the full text is made when it is first asked
    return views


def _document(n: int, rng: random.Random) -> Document:
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    if rng.random() < 0.5:
        family = rng.choice(FAMILY)[:4].rstrip("'") + rng.choice(ENDINGS)
    name = f"{given} {family}"
    if n % 2:
        family, given = rng.choice(HAN_FAMILY), "".join(rng.choice(HAN) for _ in range(rng.choice((1, 2, 2))))
        name = family + given
    phone = f"+49221{rng.randrange(10**7):07}"
    return {
        "id": _ids.new(),
        "version": 1,
        "owner": rng.choice(OWNERS),
        "tags": ["gold"] if n % 100 == 1 else [],
        "archived": n % 50 == 0,
        "created_at": to_rfc3339(1_600_000_000_000_000 + n * 1_000_000),
        "updated_at": to_rfc3339(1_600_000_000_000_000 + rng.randrange(10**9) * 1000),
        "name": name,
        "given_name": given,
        "family_name": family,
        "title": rng.choice(TITLES),
        "email": f"person{n}@company{n % 5000}.example",
        "email_keys": [f"person{n}@company{n % 5000}.example"],
        "phone": phone,
        "phone_keys": [phone],
        "description": "Met at the fair, wants a quote by spring" if n % 3 == 0 else "",
    }


if __name__ == "__main__":
    show("Search", run())
