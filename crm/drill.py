"""`crm drill`: restores the newest backup aside, rebuilds everything, compares it with the live suite, and reports.

It proves what a backup is for: that what comes back is what was there, and how long that takes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import orjson
import typer

from crm.backup import KeyFile, key_in
from crm.backup_source import place_at
from crm.client import CommandFailed
from crm.drill_live import live
from crm.drill_report import Verified, differences, readable, said, write_report
from crm.restore import put_back
from shared.backup.chain import chain_of
from shared.backup.drills import Report, keep_report
from shared.backup.keyfile import BackupKey
from shared.backup.problems import BackupProblem
from shared.backup.restore import Wanted
from shared.backup.status import BackupStatus
from shared.clock import SystemClock
from shared.faults import crashpoint
from shared.leftovers import own, remove_leftovers
from shared.messages import say

_ASIDE = "crm-drill-"  # of folders for temporary files


def drill(
    source: Annotated[str, typer.Option("--from", metavar="TARGET", help="A folder, or s3://BUCKET/PREFIX.")],
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="The live suite's data directory, if it has the log.")
    ] = None,
    key: KeyFile = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write FILE.json, signed, and FILE.md, to be read.")
    ] = None,
    remark: Annotated[str, typer.Option(metavar="TEXT", help="To be said in the report.")] = "",
) -> None:
    """Restore the newest backup aside, rebuild all views, compare with the live suite, measure, report to TARGET."""
    secret = key_in(key)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what lies aside is removed, keys and names with it
    try:
        found = carried_out(source, data, secret)
    except BackupProblem as error:
        found = failed(str(error))
    found |= {"remark": remark} if remark else {}
    crashpoint("drill.before_report")
    kept = _kept(source, secret, found)
    crashpoint("drill.reported")
    if data is not None and data.is_dir():
        BackupStatus(data).note_drill(found)
    if report is not None:
        write_report(report, found, secret)
    typer.echo(readable(found))
    if not found["ok"]:
        raise CommandFailed("the drill failed: what is backed up would not bring back what the suite holds")
    if kept:
        raise CommandFailed(f"the drill passed, but its report could not be kept: {kept}")


def _kept(source: str, key: BackupKey, found: Report) -> str:
    """Keep the report at the place of the backups; why it could not be, "" = it is there."""
    try:
        asyncio.run(keep_report(place_at(source), key, found))
    except BackupProblem as error:
        return str(error)
    return ""


def carried_out(source: str, data: Path | None, key: BackupKey) -> Report:
    """Raises BackupProblem."""
    began, at = time.monotonic(), SystemClock().now()
    chain = asyncio.run(chain_of(place_at(source), key))
    ours = asyncio.run(live(data, chain.end, at))
    remove_leftovers(_ASIDE, Path(tempfile.gettempdir()), alone=True)  # they hold keys and names of people
    with tempfile.TemporaryDirectory(prefix=own(_ASIDE)) as folder:
        aside, settings = Path(folder, "data"), _embedded()
        restored = _restored(source, aside, key, settings, chain.manifests[-1][0])
        log_seconds = time.monotonic() - began
        crashpoint("drill.restored")
        words = [sys.executable, "-m", "crm", "verify", "--data", str(aside), "--json"]
        verified = subprocess.run(words, capture_output=True, env=settings)  # noqa: S603 - words of our own
        views_seconds = time.monotonic() - began
    outcome = Verified(verified.stdout, verified.stderr)
    filled_seconds = None if outcome.filled_at is None else round(max(0, outcome.filled_at - at) / 1e6, 1)
    found, counts = differences(chain.end, restored, ours, outcome)
    return {
        "at": at,
        "ok": not found,
        "system": chain.end.system,
        "timeline": chain.end.timeline,
        "backup": chain.manifests[-1][0],
        "position": chain.end.position,
        "root": chain.end.root,
        "live_root": ours.root,
        "restored_root": restored["root"],
        "events": restored["size"],
        "files": restored["files"],
        "rpo_seconds": round(ours.rpo, 1),
        "log_seconds": round(log_seconds, 1),
        "filled_seconds": filled_seconds,
        "views_seconds": round(views_seconds, 1),
        "uncounted": ours.problem,
        **said(found),
        **counts,
    }


def _restored(source: str, aside: Path, key: BackupKey, settings: dict[str, str], name: str) -> Report:
    words, given = [sys.executable, "-m", "crm.drill", source, str(aside), name], orjson.dumps(key_text(key))
    made = subprocess.run(words, input=given, capture_output=True, env=settings)  # noqa: S603 - words of our own
    if made.returncode:
        raise BackupProblem((made.stderr.decode(errors="replace").strip().splitlines() or ["it was killed"])[-1])
    found: Report = orjson.loads(made.stdout)
    return found


def failed(problem: str) -> Report:
    """The report of a drill that came to no end."""
    seconds = {"rpo_seconds": 0.0, "log_seconds": 0.0, "filled_seconds": 0.0, "views_seconds": 0.0}
    found = said([say("the drill came to no end: {problem}", problem=problem)])
    return {"at": SystemClock().now(), "ok": False, "events": 0, **seconds, **found}


def _embedded() -> dict[str, str]:
    """The environment of a suite aside: all of it lies in its own directory."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}


def key_text(key: BackupKey) -> dict[str, str]:
    """A key for a process that is not to know its file."""
    return {"secret": key.secret.hex(), "signing": key.signing.private_bytes_raw().hex()}


def _aside() -> None:
    """Restore in a process of its own, whose environment names no servers. The key comes by standard input."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    given = orjson.loads(sys.stdin.buffer.read())
    signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given["signing"]))
    key = BackupKey(bytes.fromhex(given["secret"]), signing)
    try:
        made = asyncio.run(put_back(sys.argv[1], Path(sys.argv[2]), key, Wanted(name=sys.argv[3]), lambda *_: None))
    except BackupProblem as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(orjson.dumps(made))


if __name__ == "__main__":
    _aside()
