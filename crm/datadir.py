"""Check that the files of a data directory belong together, before any of them is opened for writing.

docs/reliability.md has the table: each file, and what happens when it is missing, older, another's or damaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orjson import loads

from crm.settings import mongodb_of, root_key_file
from shared.clock import SystemClock
from shared.events.common import Erased
from shared.events.registry import UnknownEvent, all_types, type_named
from shared.events.sealing import MARK_IN_JSON, unwrapped
from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_peek import LogPeek
from shared.eventstore.sqlite_peek import peek as peek_at_log
from shared.security.keyring_file import RingPeek, foreign
from shared.security.keyring_file import peek as peek_at_ring
from shared.security.notarykey import PURPOSE as NOTARY
from shared.security.notarykey import NotaryKey
from shared.security.rootkey import KeysUnusable, load_root_key
from shared.security.signingkeys import PURPOSE, SigningKeys
from shared.streaming.reconcile import DESTROYED
from shared.streaming.shares import whole
from shared.views.port import Checkpoint
from shared.views.sqlite_file import checkpoints_in, shown_in

if TYPE_CHECKING:
    from shared.security.keyring_mongo_peek import MongoRingPeek

    Ring = RingPeek | MongoRingPeek

SHOWN = 3  # people a message names
MANY = 1000  # after so many, counting them is no use


class Places(NamedTuple):
    """What the data directory's log goes with, where it is not next to it: the URLs of keys and views in MongoDB."""

    keys: str | None = None
    views: str | None = None

    @classmethod
    def named(cls) -> Places:
        """As the environment names them."""
        return cls(mongodb_of("CRM_KEYS"), mongodb_of("CRM_VIEWS"))

    def ring(self, data: Path) -> AbstractContextManager[RingPeek | MongoRingPeek | None]:
        """A look at the key ring. Raises KeysUnusable."""
        if self.keys is None:
            return peek_at_ring(data / "keys")
        from shared.security.keyring_mongo_peek import peek

        return peek(self.keys, root_key_file(data))

    def checkpoints(self, data: Path) -> dict[str, Checkpoint]:
        """Of the views, which no suite has open. Raises ViewsUnavailable."""
        if self.views is None:
            return checkpoints_in(data / "views.db")
        from shared.views.mongo_catalogue import checkpoints_at

        return checkpoints_at(self.views)

    def shown(self, data: Path, collections: Sequence[str]) -> tuple[dict[str, Checkpoint], dict[str, int]]:
        """The checkpoints of the views, and how many documents of all organisations they have of these collections.

        Also while a suite writes to them. Raises ViewsUnavailable.
        """
        if self.views is None:
            return shown_in(data / "views.db", collections)
        from shared.views.mongo_catalogue import checkpoints_at, counts_at

        return checkpoints_at(self.views), counts_at(self.views, collections)

    def ring_file(self, data: Path) -> str:
        return str(data / "keys" / "keys.db") if self.keys is None else "the database that CRM_KEYS names"

    @property
    def views_file(self) -> str:
        return "views.db" if self.views is None else "the views that CRM_VIEWS names"


def inspect(data: Path, places: Places = Places()) -> str | None:  # noqa: B008 - it is frozen
    """The id of the installation whose files these are, None for a new one.

    Raises KeysUnusable, StoreBroken, NewerFormat: each message names the file to put back; nothing was changed.
    """
    with peek_at_log(data / "events.db") as log, places.ring(data) as ring:
        if log is None or log.head == 0:
            _refuse_what_is_left_alone(data, log, ring, places)
        elif ring is None:
            raise KeysUnusable(
                f"{places.ring_file(data)} is missing, but events.db has {log.head} events whose people's keys it "
                "held: put the keys directory back from its newest backup"
            )
        if log is not None:
            log.check_end()
        if log is not None and ring is not None:
            _check_pair(places.ring_file(data), log, ring)
            _check_erasures(data, log, ring, places)
        _check_key_files(data, ring)
        return (log.installation if log else "") or (ring.installation if ring else "") or None


def inspect_keys(data: Path, places: Places) -> str | None:
    """The id of the installation whose keys these are, None without keys. For a directory whose events are elsewhere.

    Raises KeysUnusable, StoreBroken, NewerFormat.
    """
    with peek_at_log(data / "events.db") as log, places.ring(data) as ring:
        if log is not None and log.head:
            raise StoreBroken(
                f"{data / 'events.db'} has {log.head} events, but CRM_EVENTSTORE names a server: use another --data"
            )
        _check_key_files(data, ring)
        return (ring.installation if ring else "") or None


def _refuse_what_is_left_alone(data: Path, log: LogPeek | None, ring: Ring | None, places: Places) -> None:
    """Accept an empty directory; refuse companions without a log. Raises StoreBroken."""
    left = [name for name, there in _companions(data, log is None, ring, places).items() if there]
    if left:
        raise StoreBroken(
            f"{data / 'events.db'} {'is missing' if log is None else 'holds no event'}, but {' and '.join(left)} "
            "come from events: put events.db back from its backup (without the -wal and -shm that lie next to it now)"
        )


def _companions(data: Path, missing: bool, ring: Ring | None, places: Places) -> dict[str, bool]:
    """The files that a first start creates before the first event are no sign of a lost log."""
    imports = data / "imports"
    keys = "keys/keys.db" if places.keys is None else places.ring_file(data)
    return {
        keys: ring is not None and (ring.log_head.position > 0 or (missing and ring.used)),
        places.views_file: whole(places.checkpoints(data)).position > 0,
        "warehouse/": missing and (data / "warehouse").is_dir() and any((data / "warehouse").iterdir()),
        "imports/": imports.is_dir() and any((folder / "job.db").exists() for folder in imports.iterdir()),
    }


def _check_pair(keys: str, log: LogPeek, ring: Ring) -> None:
    """Raises KeysUnusable: the ring is another installation's, or of an earlier day than the log."""
    if log.installation and ring.installation and log.installation != ring.installation:
        raise foreign(keys)
    # without both ids, only the keys prove that log and ring belong together
    adopting = not (log.installation and ring.installation)
    after = 0 if adopting else _agreed(log, ring)
    unknown = list(islice(ring.unknown(_people(log, after)), MANY))
    if unknown:
        named = ", ".join(subject for _, subject in unknown[:SHOWN])
        raise KeysUnusable(
            f"{keys} lacks the keys of {len(unknown)} people in events.db who were not erased ({named}): it is of an "
            "earlier day or another installation's. Put the keys directory back from its newest backup; do not replay"
        )


def _agreed(log: LogPeek, ring: Ring) -> int:
    """The position up to which log and ring were compared before; 0 if the ring was compared with another log."""
    position, _, chain_hash = ring.checked
    if position > log.head:
        return 0
    return position if not chain_hash or chain_hash == log.chain_hash(position).hex() else 0


def _check_erasures(data: Path, log: LogPeek, ring: Ring, places: Places) -> None:
    """Raises KeysUnusable: the views know of more erased people than ring and log together."""
    erasures = [t.name for t in all_types() if issubclass(t.cls, Erased)]
    erased = log.subjects(_agreed(log, ring), erasures, "subject_id")
    known = ring.destroyed + sum(not ring.is_destroyed(*one) for one in erased)
    shown = _position(data, places, DESTROYED)
    if shown > known:
        raise KeysUnusable(
            f"{places.ring_file(data)} knows {known} erased people, {places.views_file} {shown}: it is of an earlier "
            f"day. Put the newest keys directory back. If it is lost, remove {places.views_file}, and erase those "
            "people again"
        )


def _position(data: Path, places: Places, projection: str) -> int:
    found = places.checkpoints(data).get(projection)
    return found.position if found else 0


def _people(log: LogPeek, after: int) -> list[tuple[str, str]]:
    """(tenant, subject) of every key that events behind a position need."""
    types: dict[str, list[str]] = {}
    for type_ in all_types():
        if type_.personal:
            types.setdefault(type_.subject, []).append(type_.name)
    people = {one for field, names in types.items() for one in log.subjects(after, names, field)}
    for tenant, name, data, metadata in log.holding(after, MARK_IN_JSON):
        people |= {(tenant, subject) for subject in _sealing(name, data, metadata)}
    return sorted(people)


def _sealing(name: str, data: bytes, metadata: bytes) -> set[str]:
    """The subjects whose keys seal text in an event; none for an event of an unknown type."""
    found: list[tuple[str, str] | None] = []
    try:
        payload, type_ = loads(data), type_named(name)
        found.append(unwrapped(loads(metadata).get("reason")))
        for field, mark in type_.sealed:
            if field in payload:
                mark.changed(payload[field], field, type_.masks[field], lambda v, *_: found.append(unwrapped(v)))
    except (UnknownEvent, ValueError, TypeError, AttributeError, KeyError):
        return set()
    return {one[0] for one in found if one is not None}


def _check_key_files(data: Path, ring: Ring | None) -> None:
    """Whether the keys that sign open with the root key. Raises KeysUnusable."""
    signing, notary = data / "keys" / "signing.keys", data / "keys" / "notary.key"
    if ring is None or not (signing.exists() or notary.exists()):
        return
    root = load_root_key(root_key_file(data), create=False)
    if signing.exists():
        SigningKeys.open(signing, root.wrapper(PURPOSE), SystemClock())
    if notary.exists():
        NotaryKey.open(notary, root.wrapper(NOTARY))
