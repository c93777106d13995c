"""MongoDB through motor: the one file that knows the driver, for all adapters that keep something there.

Every name that goes out is checked here a second time (see mongo_names.py).

motor is past its last feature release. What is missing in it is done here: deadlines (a call to a server that hangs
would never end), one clear sentence for each failure, a second try for what a `rename` broke off. A call that is
cancelled may still be carried out: adapters write so that a write may come twice, or late.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import pymongo
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import IndexModel, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.mongo_names import check_collection, check_fields, check_names, check_stages
from shared.mongo_pool import PoolMeasures
from shared.telemetry.spans import tracing_is_on

T = TypeVar("T")
Row = dict[str, Any]
Update = tuple[Row, Row | list[Row]]  # where, and what is set or the stages that make the new document
Keys = Sequence[tuple[str, int]]  # fields with their directions
Refusal = Callable[[str], Exception]

DATABASE: Final = "crm"  # where the URL names none
_LIMITS: Final = {  # unless the URL sets them
    "timeoutMS": 10_000,  # of a call, with its repetitions
    "connectTimeoutMS": 10_000,
    "heartbeatFrequencyMS": 5_000,  # so that connections that have gone silent are given up after ten seconds
}
_REACH_SECONDS: Final = 5.0  # at the start
_LONG_SECONDS: Final = 3_600.0  # of building an index
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.002
_BROKEN_OFF: Final = frozenset({43, 175, 26})  # cursor gone, collection dropped or renamed under a query
_EXISTS: Final = 11000
_DURABLE: Final = WriteConcern("majority", j=True)


class Mongo:
    """One database. refusal: makes the error that the port promises from a sentence. part: what the sentence begins
    with, the setting that names the server."""

    def __init__(self, url: str, part: str, refusal: Refusal) -> None:
        """Connects at the first call. Raises what `refusal` makes for a URL that cannot be read."""
        self._part, self._refusal = part, refusal
        self.renames = 0  # begun and ended: odd while one is under way
        try:
            listeners = [PoolMeasures(part)] if tracing_is_on() else []
            self.client: Any = AsyncIOMotorClient(url, event_listeners=listeners, **_options(url))
            self._db = self.client.get_default_database(DATABASE)
        except (PyMongoError, ValueError) as error:
            raise refusal(f"{part}: this is no address of a MongoDB server: {_short(error)}") from None
        self.name: str = self._db.name

    def docs(self, name: str, *, read: str | None = None) -> Docs:
        """A collection; read: the level of its read concern."""
        check_collection(name)
        concern = ReadConcern(read) if read is not None else None
        return Docs(self, self._db.get_collection(name, read_concern=concern, write_concern=_DURABLE))

    async def ping(self) -> None:
        """Return when the server answers and the user may read. Raises."""
        async with self.refusals():
            with pymongo.timeout(_REACH_SECONDS):
                await self._db.list_collection_names(filter={"name": "none"})

    async def names(self) -> list[str]:
        """Of the collections there are."""
        async with self.refusals():
            return list(await self._db.list_collection_names())

    def close(self) -> None:
        self.client.close()

    @asynccontextmanager
    async def refusals(self, what: str = "") -> AsyncIterator[None]:
        """Turn the driver's errors into the port's one."""
        try:
            yield
        except PyMongoError as error:
            raise self.refused(error, what) from error

    def refused(self, error: PyMongoError, what: str = "") -> Exception:
        return self._refusal(f"{self._part}: {f'{what}: ' if what else ''}{_reason(error, self.name)}")


class Docs:
    """One collection. Every method raises the error of the port; `where` and `update` are in the server's language."""

    def __init__(self, mongo: Mongo, raw: Any) -> None:
        self._mongo, self._raw = mongo, raw
        self.name: str = raw.name

    async def get(self, where: Row, fields: Sequence[str] = ()) -> Row | None:
        found = await self.find(where, fields, limit=1)
        return found[0] if found else None

    async def find(
        self, where: Row, fields: Sequence[str] = (), sort: Keys = (), *, skip: int = 0, limit: int = 0
    ) -> list[Row]:
        """All that match at once. fields: the parts that are wanted, none = all."""
        check_names(where)
        check_fields([*fields, *(name for name, _ in sort)])

        async def ask() -> list[Row]:
            cursor = self._raw.find(where, dict.fromkeys(fields, 1) or None, skip=skip, limit=limit)
            if sort:
                cursor = cursor.sort(list(sort))
            return list(await cursor.batch_size(max(limit, 1000)).to_list(None))

        return await self._again(ask)

    async def aggregate(self, stages: Sequence[Row]) -> list[Row]:
        check_stages(stages)

        async def ask() -> list[Row]:
            return list(await self._raw.aggregate(list(stages), allowDiskUse=True).to_list(None))

        return await self._again(ask)

    async def count(self, where: Row) -> int:
        check_names(where)

        async def ask() -> int:
            found: int = await self._raw.count_documents(where)
            return found

        return await self._again(ask)

    async def distinct(self, field: str) -> list[Any]:
        check_fields([field])
        async with self._mongo.refusals():
            return list(await self._raw.distinct(field))

    async def bulk(self, updates: Sequence[Update], *, upsert: bool = True) -> int:
        """Guarded updates (where with `_id`, update) in any order; one whose guard does not hold is left out.

        Returns how many were not.
        """
        for where, update in updates:
            check_names(where)
            if isinstance(update, list):
                check_stages(update)
            else:
                check_names(update)
        async with self._mongo.refusals():
            try:
                done = await self._raw.bulk_write([UpdateOne(w, u, upsert=upsert) for w, u in updates], ordered=False)
                return int(done.matched_count + done.upserted_count)
            except BulkWriteError as error:
                details = error.details
                failed = [e for e in details["writeErrors"] if e["code"] != _EXISTS]
                if failed or details.get("writeConcernErrors"):
                    raise OperationFailure(str((failed or details["writeConcernErrors"])[0].get("errmsg"))) from None
                return int(details["nMatched"] + details["nUpserted"])

    async def update(self, where: Row, update: Row, *, upsert: bool = False) -> bool:
        """Whether one was found or inserted. False for an upsert whose `where` holds more than the `_id` of one that
        is there: its guard does not hold."""
        check_names(where)
        check_names(update)
        async with self._mongo.refusals():
            try:
                done = await self._raw.update_one(where, update, upsert=upsert)
            except DuplicateKeyError:
                return False
            return done.matched_count > 0 or done.upserted_id is not None

    async def update_all(self, where: Row, update: Row) -> int:
        """Update all that match, each by itself; returns how many."""
        check_names(where)
        check_names(update)
        async with self._mongo.refusals():
            return int((await self._raw.update_many(where, update)).matched_count)

    async def swap(self, where: Row, update: Row, *, after: bool, upsert: bool = False) -> Row | None:
        """Update one and return it as it was before or is after."""
        check_names(where)
        check_names(update)
        async with self._mongo.refusals():
            try:
                found: Row | None = await self._raw.find_one_and_update(
                    where, update, upsert=upsert, return_document=after
                )
            except DuplicateKeyError:
                return None
            return found

    async def insert(self, row: Row) -> bool:
        """False when one of a unique key is there already."""
        check_names(row)
        async with self._mongo.refusals():
            try:
                await self._raw.insert_one(row)
            except DuplicateKeyError:
                return False
            return True

    async def remove(self, where: Row) -> None:
        check_names(where)
        async with self._mongo.refusals():
            await self._raw.delete_many(where)

    async def indexes(self) -> dict[str, list[tuple[str, int]]]:
        """Those there are but the one of `_id`: name → keys; none where there is no collection."""
        async with self._mongo.refusals():
            found = await self._raw.index_information()
        return {name: [(f, int(d)) for f, d in one["key"]] for name, one in found.items() if name != "_id_"}

    async def index(self, name: str, keys: Keys, *, unique: bool = False) -> None:
        """Build an index, unless it is there."""
        check_fields([field for field, _ in keys])
        async with self._mongo.refusals(f"the index {name} of {self.name} cannot be built"):
            with pymongo.timeout(_LONG_SECONDS):
                await self._raw.create_indexes([IndexModel(list(keys), name=name, unique=unique)])

    async def drop_index(self, name: str) -> None:
        async with self._mongo.refusals():
            await self._raw.drop_index(name)

    async def rename(self, name: str) -> None:
        """Take the place of another collection, whose documents are gone then: readers see the one or the other."""
        check_collection(name)
        self._mongo.renames += 1
        try:
            async with self._mongo.refusals():
                await self._raw.rename(name, dropTarget=True)
        finally:
            self._mongo.renames += 1

    async def create(self) -> None:
        """Make the empty collection, unless it is there."""
        if self.name not in await self._mongo.names():
            async with self._mongo.refusals():
                await self._raw.database.create_collection(self.name)

    async def drop(self) -> None:
        async with self._mongo.refusals():
            await self._raw.drop()

    async def _again(self, ask: Callable[[], Awaitable[T]]) -> T:
        """A question, asked again when a collection took another one's place under it: MongoDB breaks some off then,
        and other servers of its protocol show the moment at which neither is there."""
        left = _TRIES
        while True:
            before = self._mongo.renames
            try:
                found = await ask()
            except OperationFailure as error:
                left -= 1
                if error.code not in _BROKEN_OFF or not left:
                    raise self._mongo.refused(error) from error
                continue
            except PyMongoError as error:
                raise self._mongo.refused(error) from error
            if before == self._mongo.renames and before % 2 == 0:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)


@contextmanager
def look(url: str, part: str, refusal: Refusal) -> Iterator[Callable[[str, Row], list[Row]]]:
    """Questions (collection, where) before anything is opened, without an event loop. Raises what `refusal` makes."""
    try:
        with pymongo.MongoClient[Row](url, **_options(url)) as client, pymongo.timeout(_REACH_SECONDS):
            db = client.get_default_database(DATABASE)

            def ask(name: str, where: Row) -> list[Row]:
                check_collection(name)
                check_names(where)
                return list(db.get_collection(name).find(where))

            yield ask
    except PyMongoError as error:
        raise refusal(f"{part}: {_reason(error, DATABASE)}") from None


def count(url: str, part: str, refusal: Refusal, names: Sequence[str]) -> dict[str, int]:
    """How many documents each of these collections has, before anything is opened. Raises what `refusal` makes."""
    try:
        with pymongo.MongoClient[Row](url, **_options(url)) as client, pymongo.timeout(_REACH_SECONDS):
            db = client.get_default_database(DATABASE)
            for name in names:
                check_collection(name)
            return {name: db.get_collection(name).count_documents({}) for name in names}
    except PyMongoError as error:
        raise refusal(f"{part}: {_reason(error, DATABASE)}") from None


def _options(url: str) -> dict[str, Any]:
    """Limits of time for every call."""
    given = {name.partition("=")[0].lower() for name in url.partition("?")[2].split("&")}
    limits = {name: limit for name, limit in _LIMITS.items() if name.lower() not in given}
    return {"appname": "crm", "tz_aware": True, "uuidRepresentation": "standard", **limits}


def _reason(error: PyMongoError, database: str) -> str:
    """What is wrong and what to do, in one line."""
    code = error.code if isinstance(error, OperationFailure) else None
    if code == 18 or "auth failed" in str(error).lower() or "authentication failed" in str(error).lower():
        return "the server refuses the user or the password: correct them in the URL"
    if code == 13:
        return f"the user may not do this: give it the roles readWrite and dbAdmin on {database} ({_short(error)})"
    if "certificate" in str(error).lower():
        return f"its certificate is not accepted: name its authority with tlsCAFile, or correct it ({_short(error)})"
    if code is None and (error.timeout or isinstance(error, pymongo.errors.ConnectionFailure)):
        return f"the server does not answer: start it, or correct the URL ({_short(error)})"
    return _short(error)


def _short(error: Exception) -> str:
    return (
        str(error).partition(" (configured timeouts")[0].partition(", full error")[0].partition(", Timeout:")[0][:200]
    )
