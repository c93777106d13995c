"""Copies of the key ring in MongoDB: see ringcopy."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from shared.mongo import Mongo
from shared.security.keyring import KeysUnavailable, subject_hash
from shared.security.ringcopy import RingCopy, files_in, root_in
from shared.security.signing_shared import SIGNING

_AT_ONCE = 1_000


async def copied(url: str, root_key: Path, folder: Path) -> RingCopy:
    """Copy the ring. folder: where the notary's key lies. Raises KeysUnavailable."""
    mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
    try:
        docs = {name: mongo.docs(f"keys_{name}", read="majority") for name in ("tenants", "indexes", "destroyed")}
        people = await mongo.docs("keys_people", read="majority").find({}, sort=[("_id", 1)])
        tenants = await docs["tenants"].find({}, sort=[("_id", 1)])
        indexes = await docs["indexes"].find({}, sort=[("_id", 1)])
        destroyed = await docs["destroyed"].find({}, sort=[("_id", 1)])
        signing = await mongo.docs("keys_signing", read="majority").get({"_id": SIGNING})
    finally:
        mongo.close()
    when = {bytes(row["_id"]): row["gone"] for row in people if "gone" in row}
    files = files_in(folder)
    if signing is not None:
        files["signing.keys"] = bytes(signing["content"])
    return RingCopy(
        root_in(root_key),
        [(row["tenant"], row["version"], bytes(row["wrapped"]), row.get("created", 0)) for row in tenants],
        [(row["_id"], bytes(row["wrapped"])) for row in indexes],
        [(row["t"], row["s"], row["version"], bytes(row["wrapped"])) for row in people if "wrapped" in row],
        [(bytes(row["hash"]), when.get(bytes(row["hash"]), 0)) for row in destroyed],
        files,
    )


async def mark_at(url: str, folder: Path) -> str:
    """Changes when the ring does: how many keys there are, and those that sign. Raises KeysUnavailable."""
    mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
    try:
        names = ("tenants", "indexes", "people", "destroyed")
        counts = [await mongo.docs(f"keys_{one}", read="majority").count({}) for one in names]  # as `copied` reads
        signing = await mongo.docs("keys_signing", read="majority").get({"_id": SIGNING})
    finally:
        mongo.close()
    files = [*files_in(folder).values(), bytes(signing["content"]) if signing else b""]
    return f"{counts} {sha256(b''.join(files)).hexdigest()}"


async def erased_in(url: str) -> int:
    """How many people were erased from the ring. Raises KeysUnavailable."""
    mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
    try:
        newest = await mongo.docs("keys_destroyed", read="majority").find({}, sort=[("_id", -1)], limit=1)
    finally:
        mongo.close()
    return newest[0]["_id"] if newest else 0


async def put_back(url: str, copy: RingCopy) -> None:
    """Fill a ring that was just begun with the copy's root key. Repeatable. Raises KeysUnavailable."""
    mongo = Mongo(url, "CRM_KEYS", KeysUnavailable)
    try:
        for tenant, version, wrapped, created in copy.tenants:
            row = {"tenant": tenant, "version": version, "wrapped": wrapped, "created": created}
            await mongo.docs("keys_tenants").insert({"_id": f"{version}.{tenant}", **row})
        for tenant, wrapped in copy.indexes:
            await mongo.docs("keys_indexes").insert({"_id": tenant, "wrapped": wrapped})
        rows: list[tuple[dict[str, object], dict[str, object]]] = [
            ({"_id": subject_hash(t, s)}, {"$setOnInsert": {"t": t, "s": s, "version": version, "wrapped": wrapped}})
            for t, s, version, wrapped in copy.people
        ]
        lost = dict.fromkeys(("t", "s", "version", "wrapped"), "")  # also where the ring had the key all the same
        rows += [({"_id": one}, {"$set": {"gone": at, "numbered": True}, "$unset": lost}) for one, at in copy.destroyed]
        for start in range(0, len(rows), _AT_ONCE):
            await mongo.docs("keys_people").bulk(rows[start : start + _AT_ONCE])
        for number, (one, _) in enumerate(copy.destroyed, 1):
            await mongo.docs("keys_destroyed").insert({"_id": number, "hash": one})
        if "signing.keys" in copy.files:
            signing = {"_id": SIGNING, "content": copy.files["signing.keys"], "number": 1}
            await mongo.docs("keys_signing").insert(signing)
    finally:
        mongo.close()
