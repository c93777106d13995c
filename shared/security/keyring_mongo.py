"""The key ring in MongoDB, for several processes at once: wrapped keys, acknowledged by the majority, on disk.

root key → tenant keys (versioned) → subject keys, as in the embedded ring. The root key is a file of its own, never in
the database. A person is one document, under the hash of the id: destroying removes the key from it and leaves it, so
that no key can be made again by one who comes late. Each step is one update of one document; no transaction is needed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.clock import Clock, SystemClock
from shared.mongo import Mongo, Row
from shared.security.keyring import Checked, KeysUnavailable, LogHead, Subject, Wrapper, subject_hash
from shared.security.rootkey import (
    KEY_BYTES,
    ROOT_CONTEXT,
    KeysUnusable,
    RootKey,
    index_context,
    load_root_key,
    subject_context,
    tenant_context,
    unwrap,
    wrap,
)

FORMAT = 1
_REWRAP_BATCH = 500
_KEPT_VERSIONS = 1  # tenant keys before the newest one: another process may just be wrapping with it


class MongoKeyRing:
    """`keys_people` {_id hash, t, s, version, wrapped} or, destroyed, {_id hash, gone} · `keys_destroyed` {_id number,
    hash} · `keys_tenants` {_id version and tenant, wrapped} · `keys_indexes` {_id tenant, wrapped} · `keys_meta`."""

    def __init__(self, mongo: Mongo, root: RootKey, clock: Clock) -> None:
        self._mongo, self._root, self._clock = mongo, root, clock
        self._people = mongo.docs("keys_people", read="majority")
        self._destroyed = mongo.docs("keys_destroyed", read="majority")
        self._newest = mongo.docs("keys_destroyed", read="linearizable")
        self._tenants = mongo.docs("keys_tenants", read="majority")
        self._indexes = mongo.docs("keys_indexes", read="majority")
        self._meta = mongo.docs("keys_meta", read="majority")
        self._ciphers: dict[tuple[str, int], AESGCM] = {}
        self._index_keys: dict[str, bytes] = {}

    @classmethod
    async def open(
        cls, url: str, root_key_file: Path, clock: Clock | None = None, installation: str | None = None
    ) -> MongoKeyRing:
        """Open the ring, or begin one: then a missing root key is made, too.

        installation: the id of the event store that the ring belongs to; a ring without one takes it.

        Raises KeysUnusable: the server cannot be used, the root key is missing or another one's, or the ring is of
        another installation or of a newer format.
        """
        mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
        try:
            meta = await _meta(mongo)
            root = load_root_key(root_key_file, create="root" not in meta)
            check(mongo.name, meta, root, installation)
            ring = cls(mongo, root, clock or SystemClock())
            await ring._begin(meta, installation)
        except KeysUnavailable as error:
            mongo.close()
            raise KeysUnusable(str(error)) from error
        except BaseException:
            mongo.close()
            raise
        return ring

    async def _begin(self, meta: Row, installation: str | None) -> None:
        """What a ring has from its first start on, and what a crash left half done."""
        await self._destroyed.index("hash", [("hash", 1)], unique=True)
        await self._people.index("subjects", [("t", 1), ("s", 1)])
        await self._people.index("versions", [("t", 1), ("version", 1)])
        if "root" not in meta:
            await self._meta.insert({"_id": "format", "value": FORMAT})
            await self._meta.insert({"_id": "root", "value": self._root.wrap(b"fits", ROOT_CONTEXT)})
        if installation is not None and not meta.get("installation"):
            await self._meta.insert({"_id": "installation", "value": installation})
        for row in await self._people.find({"gone": {"$ne": None}, "numbered": None}):
            await self._number(row["_id"])
        check(self._mongo.name, await _meta(self._mongo), self._root, installation)  # another process may have begun it

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        ids = {subject_hash(*one): one for one in subjects}
        rows = await self._people.find({"_id": {"$in": list(ids)}})
        return {ids[row["_id"]]: await self._opened(ids[row["_id"]], row) for row in rows}

    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        wanted = [(tenant, subject) for subject in dict.fromkeys(subjects)]
        found = await self.find(wanted)
        missing = [one for one in wanted if one not in found]
        if missing:
            version = await self._current_version(tenant)
            await self._people.bulk([await self._made(one, version) for one in missing])
            found |= await self.find(missing)
        return {subject: found[tenant, subject] for subject in subjects}

    async def _made(self, subject: Subject, version: int) -> tuple[Row, Row]:
        """The update that gives a subject a key, unless it has one or is destroyed."""
        secret = wrap(await self._cipher(subject[0], version), os.urandom(KEY_BYTES), subject_context(*subject))
        values = {"t": subject[0], "s": subject[1], "version": version, "wrapped": secret}
        return {"_id": subject_hash(*subject)}, {"$setOnInsert": values}

    async def _opened(self, subject: Subject, row: Row) -> bytes | None:
        if "wrapped" not in row:
            return None
        return unwrap(await self._cipher(subject[0], row["version"]), row["wrapped"], subject_context(*subject))

    async def subjects(self, tenant: str, prefix: str) -> list[str]:
        rows = await self._people.find({"t": tenant, "s": {"$gte": prefix}}, ["s"], [("s", 1)])
        return [row["s"] for row in rows if row["s"].startswith(prefix)]

    async def destroy(self, tenant: str, subject: str) -> bool:
        """The key first, then its number: who reads the number finds no key any more."""
        id = subject_hash(tenant, subject)
        gone = {"$set": {"gone": self._clock.now()}, "$unset": {"t": "", "s": "", "version": "", "wrapped": ""}}
        before = await self._people.swap({"_id": id}, gone, after=False, upsert=True)
        while (
            await self._people.get({"_id": id, "gone": {"$ne": None}}) is None
        ):  # a key was just made: two upserts met
            before = await self._people.swap({"_id": id}, gone, after=False, upsert=True)
        await self._number(id)
        return before is not None and "wrapped" in before

    async def _number(self, id: bytes) -> None:
        """Give a destroyed subject the next number, unless it has one."""
        while await self._destroyed.get({"hash": id}) is None:
            if await self._destroyed.insert({"_id": await self.destroyed() + 1, "hash": id}):
                break
        await self._people.update({"_id": id}, {"$set": {"numbered": True}})

    async def destroyed(self) -> int:
        """Asked of the server that leads now, not of one that was replaced and does not know it yet."""
        found = await self._newest.find({}, ["_id"], [("_id", -1)], limit=1)
        return found[0]["_id"] if found else 0

    async def destroyed_since(self, number: int) -> dict[bytes, int]:
        last = await self.destroyed()
        if last <= number:
            return {}
        rows = await self._destroyed.find({"_id": {"$gt": number, "$lte": last}})
        return {bytes(row["hash"]): row["_id"] for row in rows}

    async def checked(self) -> Checked:
        found = await self._meta.get({"_id": "checked"})
        return Checked() if found is None else Checked(*found["value"])

    async def note_checked(self, checked: Checked) -> None:
        await self._meta.update({"_id": "checked"}, {"$set": {"value": list(checked)}}, upsert=True)

    async def log_head(self) -> LogHead:
        found = await self._meta.get({"_id": "log_head"})
        if found is not None:
            return LogHead(*found["value"])
        position, _, chain_hash = await self.checked()
        return LogHead(position, chain_hash)

    async def note_log_head(self, head: LogHead) -> None:
        await self._meta.update({"_id": "log_head"}, {"$set": {"value": list(head)}}, upsert=True)

    async def index_key(self, tenant: str) -> bytes:
        if tenant not in self._index_keys:
            wrapped = self._root.wrap(os.urandom(KEY_BYTES), index_context(tenant))
            await self._indexes.update({"_id": tenant}, {"$setOnInsert": {"wrapped": wrapped}}, upsert=True)
            found = await self._indexes.get({"_id": tenant})
            assert found is not None
            self._index_keys[tenant] = self._root.unwrap(found["wrapped"], index_context(tenant))
        return self._index_keys[tenant]

    async def wrapper(self, purpose: str) -> Wrapper:
        return self._root.wrapper(purpose)

    async def rotate(self, tenant: str) -> None:
        """The tenant key before the newest one goes with the next rotation."""
        version = await self._new_version(tenant, (await self._versions(tenant))[-1:])
        old: Row = {"t": tenant, "version": {"$lt": version}}
        while rows := await self._people.find(old, limit=_REWRAP_BATCH):
            await self._rewrap(tenant, rows, version)
        for past in (await self._versions(tenant))[: -1 - _KEPT_VERSIONS]:
            await self._tenants.remove({"_id": _tenant_id(tenant, past)})
            self._ciphers.pop((tenant, past), None)

    async def _rewrap(self, tenant: str, rows: Sequence[Row], version: int) -> None:
        """One that is destroyed meanwhile stays destroyed."""
        for row in rows:
            secret = await self._opened((tenant, row["s"]), row)
            assert secret is not None
            wrapped = wrap(await self._cipher(tenant, version), secret, subject_context(tenant, row["s"]))
            where = {"_id": row["_id"], "version": row["version"]}
            await self._people.update(where, {"$set": {"version": version, "wrapped": wrapped}})

    async def _versions(self, tenant: str) -> list[int]:
        return [row["version"] for row in await self._tenants.find({"tenant": tenant}, ["version"], [("version", 1)])]

    async def _current_version(self, tenant: str) -> int:
        versions = await self._versions(tenant)
        return versions[-1] if versions else await self._new_version(tenant, [])

    async def _new_version(self, tenant: str, newest: Sequence[int]) -> int:
        """The next tenant key; of two who make the first one at once, both get the same."""
        version = (newest[0] if newest else 0) + 1
        wrapped = self._root.wrap(os.urandom(KEY_BYTES), tenant_context(tenant, version))
        row = {"_id": _tenant_id(tenant, version), "tenant": tenant, "version": version, "wrapped": wrapped}
        await self._tenants.insert({**row, "created": self._clock.now()})
        return version

    async def _cipher(self, tenant: str, version: int) -> AESGCM:
        found = self._ciphers.get((tenant, version))
        if found is None:
            row = await self._tenants.get({"_id": _tenant_id(tenant, version)})
            if row is None:
                raise KeysUnavailable(
                    f"CRM_KEYS: key {version} of organisation {tenant} is not there: restore the keys"
                )
            found = AESGCM(self._root.unwrap(row["wrapped"], tenant_context(tenant, version)))
            self._ciphers[tenant, version] = found
        return found

    async def close(self) -> None:
        self._mongo.close()


async def _meta(mongo: Mongo) -> Row:
    return {row["_id"]: row["value"] for row in await mongo.docs("keys_meta", read="majority").find({})}


def check(database: str, meta: Row, root: RootKey, installation: str | None) -> None:
    """Raises KeysUnusable."""
    where = f"CRM_KEYS: the ring in {database}"
    if meta.get("format", FORMAT) > FORMAT:
        raise KeysUnusable(f"{where} was written by a newer version of the suite: update it")
    if "root" in meta:
        try:
            root.unwrap(meta["root"], ROOT_CONTEXT)
        except ValueError:
            raise KeysUnusable(f"{where} belongs to another root key: use the one it was made with") from None
    if installation and meta.get("installation") not in (None, "", installation):
        raise KeysUnusable(
            f"{where} belongs to another installation than the events: name the one that was made with them"
        )


def _tenant_id(tenant: str, version: int) -> str:
    return f"{version}.{tenant}"
