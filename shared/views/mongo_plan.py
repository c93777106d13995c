"""How the collections and indexes in MongoDB differ from what is declared, and making them so."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.mongo import Keys, Mongo
from shared.views.mongo_catalogue import LIVE, MongoCatalogue
from shared.views.mongo_table import Table
from shared.views.port import Collection, ViewsUnavailable
from shared.views.stored import same_shape

ABANDONED_SECONDS = 86_400  # after which nobody is at a rebuild any more


@dataclass(frozen=True, slots=True)
class Step:
    """What one collection lacks. lines: for people. dropped: an unfinished rebuild goes."""

    docs: str
    lines: tuple[str, ...]
    missing: dict[str, Keys] = field(default_factory=dict)
    surplus: tuple[str, ...] = ()
    created: bool = False
    dropped: bool = False


async def plan(url: str, collections: Sequence[Collection]) -> list[Step]:
    """What is to be done; nothing is changed. Raises ViewsUnavailable."""
    async with _opened(url) as mongo:
        there = set(await mongo.names())
        stored = {row["_id"]: row for row in await mongo.docs("views_collections").find({})}
        steps = []
        for one in collections:
            known = stored.get(one.name)
            if known is not None and not same_shape(known["declaration"], one):
                text = f"{one.name}: of another version: the next start fills it again next to the old one"
                steps.append(Step("", (text,)))
            else:
                steps.append(await _step(mongo, Table(one, f"{LIVE}{one.name}"), there))
        steps += [_left(row["docs"]) for row in stored.values() if "docs" in row and row["begun"] < _abandoned()]
        return [step for step in steps if step.lines]


async def make(url: str, steps: Sequence[Step]) -> None:
    """Do what was planned; may be done again. Raises ViewsUnavailable, which names an index that cannot be built."""
    async with _opened(url) as mongo:
        for step in (one for one in steps if one.docs):
            docs = mongo.docs(step.docs)
            if step.dropped:
                await docs.drop()
                await mongo.docs("views_collections").remove({"docs": step.docs})
                continue
            if step.created:
                await docs.create()
            for name in step.surplus:
                await docs.drop_index(name)
            for name, keys in step.missing.items():
                await docs.index(name, keys)


async def _step(mongo: Mongo, table: Table, there: set[str]) -> Step:
    created, wanted = table.docs not in there, table.indexes()
    found = {} if created else await mongo.docs(table.docs).indexes()
    missing = {name: keys for name, keys in wanted.items() if found.get(name) != list(keys)}
    surplus = tuple(name for name in found if found[name] != list(wanted.get(name, ())))
    name = table.declaration.name
    lines = [f"{name}: the collection {table.docs} is missing"] if created else []
    lines += [f"{name}: index {one} is not declared: {_shown(found[one])}" for one in surplus]
    lines += [f"{name}: index {one} is missing: {_shown(keys)}" for one, keys in missing.items()]
    return Step(table.docs, tuple(lines), missing, surplus, created)


def _left(docs: str) -> Step:
    return Step(docs, (f"{docs}: left of a rebuild that was broken off: to be dropped",), dropped=True)


def _shown(keys: Keys) -> str:
    return ", ".join(name for name, _ in keys)


def _abandoned() -> float:
    return time.time() - ABANDONED_SECONDS


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(url, "CRM_VIEWS", ViewsUnavailable)
    try:
        await mongo.ping()
        await MongoCatalogue(mongo).check_format()
        yield mongo
    finally:
        mongo.close()
