"""Evidence for auditors: a zip file of events, their proofs, checkpoints and keys, under a signed manifest.

    manifest.json      what it holds, with the SHA-256 of every other file; manifest.note is its digest, signed.
                       unsigned: restores without a statement, which gave nothing up
    events.jsonl       an event a line: its head, data and metadata as stored, its leaf and the proof that it is there
    checkpoint.txt     the newest checkpoint, in which they are proven; checkpoints.txt: those before it
    timelines.json     the signed statements of restores, where there were any: what was given up, and from where on
    consistency.json   size → the proof that the ledger begins with that of an earlier checkpoint
    key.txt            the public key; README.txt

A bundle of the whole log needs no proofs: its leaves are the tree. `clients/auditor/verify_ledger.py` checks both.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from shared.errors import Conflict, Unavailable
from shared.events.envelope import Stored
from shared.ledger.ledger import Ledger
from shared.ledger.note import origin_of
from shared.ledger.timeline import restores_of, unsigned_among
from shared.messages import say

FORMAT = "crm-evidence/1"
MOST = 10_000  # events of a bundle with proofs: a proof takes a third of a millisecond
PAGE = 500
EARLIER = 100  # checkpoints to which there is a proof without asking
Sign = Callable[[str], str]  # a text → the signed note over it

README = """Evidence from the ledger of a CRM suite
=======================================

This bundle holds {events} events of the ledger {origin},
proven in its checkpoint of {size} leaves (checkpoint.txt).

To check it, take verify_ledger.py from a source that you trust, not from this bundle, and a checkpoint that
you stored earlier where nobody who runs the suite could change it:

    python3 verify_ledger.py BUNDLE.zip --checkpoint YOUR-CHECKPOINT.txt --key YOUR-KEY

It says OK, or what is wrong. Without a checkpoint of yours it shows only that the bundle agrees with itself and
with its key. Store checkpoint.txt for the next time.

events.jsonl has an event a line. "data" and "metadata" are the stored bytes; personal values in them are
encrypted, so erasing a person changes no proof. Moments are microseconds since 1970-01-01 UTC. "leaf" is the
event's place in the ledger; "position", by which the suite asks for it, is not proven but for its order. How a leaf
is made: docs/adr/0036 of the suite; the tree: RFC 6962.
"""


class Wanted(NamedTuple):
    """tenant: whose events; None = the whole log. after, up_to: positions. since: sizes that auditors keep."""

    tenant: str | None
    after: int = 0
    up_to: int | None = None
    since: Sequence[int] = ()


class _Files:
    """The files of a bundle as they are written, with their digests."""

    def __init__(self, out: ZipFile) -> None:
        self._zip = out
        self.digests: dict[str, str] = {}

    def write(self, name: str, content: bytes) -> None:
        self._zip.writestr(name, content)
        self.digests[name] = sha256(content).hexdigest()


async def write_evidence(out: IO[bytes], ledger: Ledger, wanted: Wanted, key: str, sign: Sign) -> int:
    """Write a bundle; returns how many events are in it. key: the one that `sign` signs with, as it is written.

    Raises Unavailable: nothing is signed yet. Conflict: too many events. Diverged.
    """
    newest = ledger.file.newest()
    if newest is None:
        raise Unavailable("no checkpoint has been signed yet: one is within a minute")
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        files = _Files(archive)
        events = await _events(archive, files, ledger, wanted, newest.size)
        earlier = ledger.file.checkpoints(max(0, newest.version - 1 - EARLIER), EARLIER + 1)
        files.write("checkpoint.txt", newest.note.encode())
        files.write("checkpoints.txt", "\n".join(one.note for one in earlier if one != newest).encode())
        begun = [one for one in await restores_of(ledger.store) if one.restored.size <= newest.size]
        forks = {one.restored.size: one.restored.statement for one in begun if one.restored.statement}
        if forks:
            files.write("timelines.json", orjson.dumps([*forks.values()]))
        known = {*forks, *(one.size for one in earlier), *wanted.since}
        files.write("consistency.json", orjson.dumps(_consistency(ledger, newest.size, known)))
        files.write("key.txt", f"{key}\n".encode())
        origin = origin_of(ledger.file.installation)
        files.write("README.txt", README.format(events=events, origin=origin, size=newest.size).encode())
        manifest = {"events": events, "whole": wanted.tenant is None, **wanted._asdict(), "files": files.digests}
        manifest["unsigned"] = [*unsigned_among(begun).items()]  # restores that gave nothing up: (timeline, before it)
        content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
        archive.writestr("manifest.json", content)
        archive.writestr("manifest.note", sign(f"{FORMAT} {origin}\n{sha256(content).hexdigest()}\n"))
    return events


async def _events(archive: ZipFile, files: _Files, ledger: Ledger, wanted: Wanted, size: int) -> int:
    end = ledger.file.position_of(size - 1)
    position, end = wanted.after, end if wanted.up_to is None else min(end, wanted.up_to)
    tree, whole, count, digest = ledger.file.tree(), wanted.tenant is None, 0, sha256()
    with archive.open("events.jsonl", "w", force_zip64=True) as out:
        while position < end:
            page = await ledger.store.read_all(position, PAGE, tenant=wanted.tenant)
            for event in [one for one in page if one.position <= end]:
                leaf = count if whole else ledger.file.leaves_up_to(event.position) - 1
                proof = {} if whole else {"proof": [one.hex() for one in tree.inclusion(leaf, size)]}
                line = orjson.dumps({"leaf": leaf, **_shown(event), **proof}) + b"\n"
                out.write(line)
                digest.update(line)
                count += 1
            if not whole and count > MOST:
                raise Conflict(say("at most {most} events with their proofs: name a smaller range", most=MOST))
            position = page[-1].position if page else end
            await asyncio.sleep(0)
    files.digests["events.jsonl"] = digest.hexdigest()
    return count


def _consistency(ledger: Ledger, newest: int, sizes: set[int]) -> dict[str, list[str]]:
    tree, wanted = ledger.file.tree(), sorted(size for size in sizes if 0 < size <= newest)
    return {str(size): [one.hex() for one in tree.consistency(size, newest)] for size in wanted}


def _shown(event: Stored) -> dict[str, Any]:
    head = event._asdict()
    return {**{k: v for k, v in head.items() if k not in ("data", "metadata")}, **_bytes(event)}


def _bytes(event: Stored) -> dict[str, str]:
    """Stored bytes as text where they are text, else as base64."""
    found: dict[str, str] = {}
    for name, content in (("data", event.data), ("metadata", event.metadata)):
        try:
            found[name] = content.decode()
        except UnicodeDecodeError:
            found[f"{name}_base64"] = b64encode(content).decode()
    return found
