"""Which backups are kept: the newest full ones and the young ones, with all that goes on from them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from shared.backup.chain import with_keys
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import ERASED, KEYS, MANIFESTS, SEGMENTS, Manifest
from shared.backup.place import Place
from shared.backup.problems import BackupProblem, Damaged
from shared.blobs.sealed import FILES
from shared.clock import Micros

DAY = 86_400_000_000  # microseconds


def kept(found: Mapping[str, Manifest], keep_full: int, keep_days: int, now: Micros) -> set[str]:
    """The names that stay. found: all manifests, in the order of their names; the newest full one always stays.

    An archived part goes once a full or incremental backup has its events for a day, and nothing goes on from it: a
    restore or drill that began with it comes to its end.
    """
    full = [name for name, one in found.items() if one.kind == "full"]
    young = {_root(found, name) for name, one in found.items() if one.made_at > now - keep_days * DAY}
    roots = young | set(full[-max(keep_full, 1) :])
    rolled: dict[int, int] = {}
    stays = set()
    for name, one in reversed([*found.items()]):
        if one.kind != "archive" and one.made_at <= now - DAY:
            rolled[one.timeline] = max(rolled.get(one.timeline, 0), one.size)
        goes_on = _root(found, name) in roots
        if goes_on and (one.kind != "archive" or one.size > rolled.get(one.timeline, 0)):
            stays |= _line(found, name)
    return stays


def _line(found: Mapping[str, Manifest], name: str) -> set[str]:
    line = set()
    while name and name not in line:
        line.add(name)
        name = found[name].parent if name in found else ""
    return line


def _root(found: Mapping[str, Manifest], name: str) -> str:
    while name in found and found[name].parent:
        name = found[name].parent
    return name


async def prune(
    place: Place, key: BackupKey, *, keep_full: int, keep_days: int, now: Micros, leftovers: bool = False
) -> list[str]:
    """Remove what need not be kept; returns the names of the backups that went. Manifests go first, then their files.

    The listing of an object store may lack what is there: it is never the only reason to remove what a backup needs.

    leftovers: also what interrupted backups left; not to be asked for while a backup is being made.

    Raises BackupProblem: there is no backup, so nothing here is ours to remove.
    """
    found = await _manifests(place, key, await place.names(MANIFESTS))
    if not found:
        raise BackupProblem(f"there is no backup in {place.where}: nothing was removed")
    stays = kept(found, keep_full, keep_days, now)
    for name in await with_keys(place, key):
        stays |= _line(found, name)
    gone = [name for name in found if name not in stays]
    await place.remove(gone)
    there = await _ours(place) if leftovers else sorted(set().union(*(_files(found[name]) for name in gone)))
    later = {n: await place.manifest(n, key) for n in await place.names(MANIFESTS) if n not in found}
    needed = stays.union(later, *(_files(one) for name, one in (found | later).items() if name not in gone))
    await place.remove([name for name in there if name not in needed])
    return gone


async def _manifests(place: Place, key: BackupKey, listed: list[str]) -> dict[str, Manifest]:
    """All that are there, by name: those of two listings, those read before, and those that others go on from."""
    names = {*listed, *await place.names(MANIFESTS)}
    names.update(await place.unlisted(names))
    found = {name: await place.manifest(name, key) for name in names}
    wanted = {one.parent for one in found.values()} - found.keys() - {""}
    while wanted:
        for name in wanted:
            with suppress(Damaged):  # it is gone in truth, as after an interrupted removal
                found[name] = await place.manifest(name, key)
        wanted = {found[n].parent for n in wanted if n in found} - found.keys() - {""}
    return dict(sorted(found.items()))


def _files(one: Manifest) -> set[str]:
    return {file.name for file in (*one.segments, *one.files, one.keys, one.erased)}


async def _ours(place: Place) -> list[str]:
    """All files in the folders of backups. What else lies there is somebody else's."""
    return [name for folder in (MANIFESTS, SEGMENTS, KEYS, ERASED, FILES) for name in await place.names(folder)]
