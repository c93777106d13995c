"""Check that the files of a data directory belong together, before any of them is opened for writing.

docs/reliability.md has the table: each file, and what happens when it is missing, older, another's or damaged.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from orjson import loads

from shared.clock import SystemClock
from shared.events.common import Erased
from shared.events.registry import UnknownEvent, all_types, type_named
from shared.events.sealing import MARK_IN_JSON, unwrapped
from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_peek import LogPeek
from shared.eventstore.sqlite_peek import peek as peek_at_log
from shared.security.keyring_file import RingPeek, foreign
from shared.security.keyring_file import peek as peek_at_ring
from shared.security.rootkey import KeysUnusable, load_root_key
from shared.security.signingkeys import PURPOSE, SigningKeys
from shared.streaming.projector import CHECKPOINT
from shared.streaming.reconcile import DESTROYED
from shared.views.sqlite_file import checkpoints_in

SHOWN = 3  # people a message names
MANY = 1000  # after so many, counting them is no use


def inspect(data: Path) -> str | None:
    """The id of the installation whose files these are, None for a new one.

    Raises KeysUnusable, StoreBroken, NewerFormat: each message names the file to put back; nothing was changed.
    """
    with peek_at_log(data / "events.db") as log, peek_at_ring(data / "keys") as ring:
        if log is None or log.head == 0:
            _refuse_what_is_left_alone(data, log, ring)
        elif ring is None:
            raise KeysUnusable(
                f"{data / 'keys' / 'keys.db'} is missing, but events.db has {log.head} events whose people's keys it "
                "held: put the keys directory back from its newest backup"
            )
        if log is not None:
            log.check_end()
        if log is not None and ring is not None:
            _check_pair(data, log, ring)
            _check_erasures(data, log, ring)
        _check_signing_keys(data / "keys", ring)
        return (log.installation if log else "") or (ring.installation if ring else "") or None


def _refuse_what_is_left_alone(data: Path, log: LogPeek | None, ring: RingPeek | None) -> None:
    """Accept an empty directory; refuse companions without a log. Raises StoreBroken."""
    left = [name for name, there in _companions(data, log is None, ring).items() if there]
    if left:
        raise StoreBroken(
            f"{data / 'events.db'} {'is missing' if log is None else 'holds no event'}, but {' and '.join(left)} "
            "come from events: put events.db back from its backup (without the -wal and -shm that lie next to it now)"
        )


def _companions(data: Path, missing: bool, ring: RingPeek | None) -> dict[str, bool]:
    """The files that a first start creates before the first event are no sign of a lost log."""
    imports = data / "imports"
    return {
        "keys/keys.db": ring is not None and (ring.log_head.position > 0 or (missing and ring.used)),
        "views.db": _position(data, CHECKPOINT) > 0,
        "warehouse/": missing and (data / "warehouse").is_dir() and any((data / "warehouse").iterdir()),
        "imports/": imports.is_dir() and any((folder / "job.db").exists() for folder in imports.iterdir()),
    }


def _check_pair(data: Path, log: LogPeek, ring: RingPeek) -> None:
    """Raises KeysUnusable: the ring is another installation's, or of an earlier day than the log."""
    keys = data / "keys" / "keys.db"
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


def _agreed(log: LogPeek, ring: RingPeek) -> int:
    """The position up to which log and ring were compared before; 0 if the ring was compared with another log."""
    position, _, chain_hash = ring.checked
    if position > log.head:
        return 0
    return position if not chain_hash or chain_hash == log.chain_hash(position).hex() else 0


def _check_erasures(data: Path, log: LogPeek, ring: RingPeek) -> None:
    """Raises KeysUnusable: the views know of more erased people than ring and log together."""
    erasures = [t.name for t in all_types() if issubclass(t.cls, Erased)]
    erased = log.subjects(_agreed(log, ring), erasures, "subject_id")
    known = ring.destroyed + sum(not ring.is_destroyed(*one) for one in erased)
    shown = _position(data, DESTROYED)
    if shown > known:
        raise KeysUnusable(
            f"{data / 'keys' / 'keys.db'} knows {known} erased people, views.db {shown}: it is of an earlier day. Put "
            "the newest keys directory back. If it is lost, remove views.db, and erase those people again"
        )


def _position(data: Path, projection: str) -> int:
    found = checkpoints_in(data / "views.db").get(projection)
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


def _check_signing_keys(folder: Path, ring: RingPeek | None) -> None:
    file = folder / "signing.keys"
    if ring is not None and file.exists():
        SigningKeys.open(file, load_root_key(folder / "root.key", create=False).wrapper(PURPOSE), SystemClock())
