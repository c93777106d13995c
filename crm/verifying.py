"""`crm verify`: checks the log first, without the suite, so that a damaged log is neither used nor changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm.client import CommandFailed
from crm.datadir import Places
from crm.operations import progress_bar
from crm.private import check_kinds
from crm.settings import eventstore_address
from crm.target import private_server
from crm.words import numbered
from shared.blobs.sealed import FILES
from shared.eventstore.lock import AlreadyOpen, lock_directory
from shared.eventstore.log_report import ADVICE, Known
from shared.eventstore.port import StoreBroken
from shared.eventstore.sqlite_peek import check_file
from shared.formats import NewerFormat
from shared.security.rootkey import KeysUnusable

Report = dict[str, Any]


def verify_directory(data: Path, organisation: str | None) -> Report:
    """Check the log of a data directory and then its views, of all organisations or of one.

    Raises CommandFailed, WrongSetting.
    """
    if not data.is_dir():
        raise CommandFailed(f"there is no data directory {data}")
    check_kinds(data)
    with progress_bar() as bar:
        task = bar.add_task("checking the events", total=None)
        log = None
        if eventstore_address() is None:
            log = _check_log(data, lambda done: bar.update(task, completed=done))
            if not log["ok"]:
                return {"ok": False, "log": log, "views": []}

        def note(report: Report) -> None:
            bar.update(task, description=report["doing"], completed=report["done"])

        with private_server(data) as server:
            log = log or server.check_log(note)
            found = server.verify(organisation, note)
    return {**found, "ok": log["ok"] and found["ok"], "log": log}


def _check_log(data: Path, progress: Callable[[int], None]) -> Report:
    from services.audit.replays import log_line  # the whole suite: a command on a running one does without

    try:
        lock = lock_directory(data)
    except AlreadyOpen as error:
        raise CommandFailed(str(error)) from error
    try:
        return log_line(check_file(data / "events.db", _known(data), progress), None)
    except (StoreBroken, NewerFormat) as error:
        raise CommandFailed(str(error)) from error
    finally:
        lock.release()


def _known(data: Path) -> list[Known]:
    """The chain hashes that views and keys noted."""
    places = Places.named()
    checkpoints = places.checkpoints(data).values()
    found = [Known(places.views_file, c.position, c.chain_hash) for c in checkpoints if c.chain_hash]
    with suppress(KeysUnusable), places.ring(data) as ring:
        if ring is not None:
            name = "keys/keys.db" if places.keys is None else places.ring_file(data)
            found.append(Known(name, ring.log_head.position, bytes.fromhex(ring.log_head.chain_hash)))
    return found


def describe(result: Report) -> Iterator[str]:
    """A line for the log, one for each view, and those on records that break a rule."""
    log = result["log"]
    yield _agreeing(log) if log["ok"] else f"events: {numbered(log['count'], 'finding')}"
    yield from (f"  {finding['problem']}" for finding in log["findings"])
    for line in result["views"]:
        yield describe_view(line)
    for name in result.get("left_out", ()):
        yield f"{name}: not compared, as another process has it: crm verify --url URL asks that one"
    if "ledger" in result:
        yield from describe_ledger(result["ledger"])
    if "rules" in result and not result["rules"]["ok"]:
        yield f"rules: {numbered(result['rules']['count'], 'record breaks', 'records break')} one"
        yield from (f"  {f['rule']}: {f['resource']} {f['id']}" for f in result["rules"]["findings"])


def _agreeing(log: Report) -> str:
    """What is known of a log without findings."""
    if log.get("checked") == "order":
        return f"events: {log['events']} follow each other; the server keeps no hashes to compare their contents with"
    later = f", those up to {log['chained_later']} with chain hashes added later" if log["chained_later"] else ""
    return f"events: {log['events']} are as they were written{later}"


def describe_ledger(line: Report) -> Iterator[str]:
    """A line for the ledger, and one for each finding."""
    given_up = f" ({line['given_up']} given up by restores)" if line["given_up"] else ""
    counts = f"{line['leaves']} of {numbered(line['size'], 'leaf', 'leaves')}, "
    counts += f"{numbered(line['checkpoints'], 'checkpoint')}, {line['outside']} outside{given_up}"
    yield f"ledger: {counts} agree" if line["ok"] else f"ledger: {numbered(line['count'], 'finding')} in {counts}"
    yield from (f"  {problem}" for problem in line["findings"])


def describe_view(line: Report) -> str:
    """A line for one view, with the ids of the documents that are not as the events say."""
    if line["ok"]:
        return f"{line['view']}: {numbered(line['documents'], 'document agrees', 'documents agree')}"
    kinds = ("missing", "surplus", "different", "keyless")
    counts = ", ".join(f"{line[f'{kind}_count']} {kind}" for kind in kinds)
    return f"{line['view']}: {counts}: {', '.join(id for kind in kinds for id in line[kind])}"


def advice(result: Report) -> str:
    """The advice for a report."""
    if not result["log"]["ok"]:
        return f"the event log is not the one that was written. {ADVICE}"
    if not result.get("ledger", {"ok": True})["ok"]:
        return "the ledger and the log differ: find out who changed what, then put back events.db or remove ledger.db"
    if any(line["keyless_count"] for line in result["views"]):
        return "keys of people are missing: put the keys directory back from its newest backup; do not replay before"
    if any(line["view"] == FILES and not line["ok"] for line in result["views"]):
        return "files are not as they were written, or belong to nothing: put the files back from a backup"
    if all(line["ok"] for line in result["views"]):
        return "records named above break a rule since before it was held: change them by hand"
    return "views differ from the events: run `crm replay` on those named above"
