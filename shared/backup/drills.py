"""Reports of drills at the place of the backups, signed as manifests are, wherever the drills were made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

import orjson

from shared.backup.keyfile import BackupKey
from shared.backup.place import Place
from shared.backup.problems import BackupProblem, Damaged

FOLDER = "drills"
DRILLS = 26  # that are kept: half a year of weekly ones
Report = dict[str, Any]


def signed_report(found: Mapping[str, Any], key: BackupKey) -> bytes:
    """A line with the report, and one with its signature."""
    line = orjson.dumps({**found, "key": key.id}, option=orjson.OPT_SORT_KEYS)
    return line + b"\n" + key.sign(line).hex().encode() + b"\n"


def report_in(name: str, content: bytes, key: BackupKey) -> Report:
    """Raises Damaged: the key did not sign it, or not under this name."""
    line, _, signature = content.removesuffix(b"\n").partition(b"\n")
    try:
        proof, found = bytes.fromhex(signature.decode()), orjson.loads(line)
        if not key.has_signed(line, proof) or _name(found, content) != name:
            raise ValueError("not as it was signed")
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"{name} is no report of a drill that was signed with this backup key") from None
    report: Report = found
    return report


def _name(found: Mapping[str, Any], content: bytes) -> str:
    return f"{FOLDER}/{found['at']:016d}-{sha256(content).hexdigest()}"


async def keep_report(place: Place, key: BackupKey, found: Mapping[str, Any]) -> None:
    """Add a report, and remove those that are too old. Raises BackupProblem: no backup there opens with the key."""
    if await place.newest(key) is None:
        raise BackupProblem(f"there is no backup in {place.where}")
    content = signed_report(found, key)
    await place.keep(_name(found, content), content)
    with suppress(BackupProblem):  # a place may refuse to delete
        await place.remove((await place.names(FOLDER))[:-DRILLS])


class Drills:
    """The reports at a place, each read once."""

    def __init__(self, place: Place, key: BackupKey) -> None:
        self._place, self._key = place, key
        self._read: dict[str, Report | None] = {}

    async def latest(self) -> list[Report]:
        """Those that are kept, the oldest first. What the key did not sign is left out. Raises BackupProblem."""
        names = (await self._place.names(FOLDER))[-DRILLS:]
        for name in names:
            if name not in self._read:
                self._read[name] = await self._report(name)
        self._read = {name: self._read[name] for name in names}
        return [found for found in self._read.values() if found is not None]

    async def _report(self, name: str) -> Report | None:
        try:
            return report_in(name, await self._place.listed(name), self._key)
        except Damaged:  # crm backup verify names it
            return None
