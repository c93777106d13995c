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
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from crm.backup import KeyFile, key_in, moment
from crm.backup_source import place_at, source_of
from crm.client import CommandFailed
from crm.restore import put_back
from shared.backup.chain import chain_of
from shared.backup.create import BATCH
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import Manifest
from shared.backup.problems import BackupProblem
from shared.backup.restore import Wanted
from shared.backup.status import BackupStatus
from shared.clock import SystemClock
from shared.ledger.frontier import Frontier
from shared.ledger.leaf import leaves_of

Report = dict[str, Any]


def drill(
    source: Annotated[str, typer.Option("--from", metavar="TARGET", help="A folder, or s3://BUCKET/PREFIX.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="The live suite's data directory.")],
    key: KeyFile = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write FILE.json, signed, and FILE.md, to be read.")
    ] = None,
    remark: Annotated[str, typer.Option(metavar="TEXT", help="To be said in the report.")] = "",
) -> None:
    """Restore the newest backup aside, rebuild all views, compare with the live suite, measure, report."""
    secret = key_in(key)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what lies aside is removed, keys and names with it
    try:
        found = carried_out(source, data, secret)
    except BackupProblem as error:
        found = failed(str(error))
    found |= {"remark": remark} if remark else {}
    BackupStatus(data).note_drill(found)
    if report is not None:
        write_report(report, found, secret)
    typer.echo(readable(found))
    if not found["ok"]:
        raise CommandFailed("the drill failed: what is backed up would not bring back what the suite holds")


def carried_out(source: str, data: Path, key: BackupKey) -> Report:
    """Raises BackupProblem."""
    began, at = time.monotonic(), SystemClock().now()
    chain = asyncio.run(chain_of(place_at(source), key))
    live_root, rpo = asyncio.run(_live(data, chain.end, at))
    with tempfile.TemporaryDirectory(prefix="crm-drill-") as folder:
        aside, settings = Path(folder, "data"), _embedded()
        restored = _restored(source, aside, key, settings, chain.manifests[-1][0])
        log_seconds = time.monotonic() - began
        words = [sys.executable, "-m", "crm", "verify", "--data", str(aside), "--json"]
        verified = subprocess.run(words, capture_output=True, env=settings)  # noqa: S603 - words of our own
        views_seconds = time.monotonic() - began
    differences, broken_rules = _differences(chain.end, restored, live_root, verified)
    return {
        "at": at,
        "ok": not differences,
        "system": chain.end.system,
        "timeline": chain.end.timeline,
        "backup": chain.manifests[-1][0],
        "position": chain.end.position,
        "root": chain.end.root,
        "live_root": live_root,
        "restored_root": restored["root"],
        "events": restored["size"],
        "files": restored["files"],
        "rpo_seconds": round(rpo, 1),
        "log_seconds": round(log_seconds, 1),
        "views_seconds": round(views_seconds, 1),
        "differences": differences,
        "broken_rules": broken_rules,
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
    seconds = {"rpo_seconds": 0.0, "log_seconds": 0.0, "views_seconds": 0.0}
    return {"at": SystemClock().now(), "ok": False, "events": 0, **seconds, "differences": [problem]}


async def _live(data: Path, end: Manifest, now: int) -> tuple[str, float]:
    """The root over the live log up to the end of the backup, and the age of its oldest event that is not in it."""
    tree, after = Frontier(), 0
    async with source_of(data) as live:
        while after < end.position and (events := await live.log.read_all(after, BATCH)):
            events = [one for one in events if one.position <= end.position]
            if not events:  # the last one that was backed up is gone: the roots differ, and that is reported
                break
            tree.extend(leaves_of(events))
            after = events[-1].position
        later = await live.log.read_all(end.position, 1)
    return tree.root().hex(), max(0.0, (now - later[0].recorded_at) / 1e6) if later else 0.0


def _differences(
    end: Manifest, restored: Report, live_root: str, verified: subprocess.CompletedProcess[bytes]
) -> tuple[list[str], int]:
    """What differs, and how many records break a rule: they did in the suite that was backed up, and fail no drill."""
    found = []
    if restored["root"] != end.root:
        found.append("what was restored has another root than the backup")
    if live_root != end.root:
        found.append("the live log has another root than the backup of it: one of them was changed")
    try:
        report = orjson.loads(verified.stdout)
    except ValueError:
        said = verified.stderr.decode(errors="replace").strip()
        return [*found, f"the restored suite cannot be checked: {said[-300:]}"], 0
    bad = [f"in the restored suite {line}" for line in _findings(report)]
    return [*found, *bad], report.get("rules", {}).get("count", 0)


def _findings(report: Report) -> Iterator[str]:
    """What `crm verify` found in log, ledger and views, each in the words that it has for them."""
    from crm.verifying import describe_view  # the suite is loaded where it is used

    if not report["log"]["ok"]:
        yield f"the log: {'; '.join(one['problem'] for one in report['log']['findings'])}"
    if not report.get("ledger", {"ok": True})["ok"]:
        yield f"the ledger: {'; '.join(report['ledger']['findings'])}"
    for line in report["views"]:
        if not line["ok"]:
            yield f"views and events differ: {describe_view(line)}"


def _embedded() -> dict[str, str]:
    """The environment of a suite aside: all of it lies in its own directory."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}


def key_text(key: BackupKey) -> dict[str, str]:
    """A key for a process that is not to know its file."""
    return {"secret": key.secret.hex(), "signing": key.signing.private_bytes_raw().hex()}


def write_report(file: Path, found: Report, key: BackupKey) -> None:
    """FILE.json: a line with the report, and one with its signature; FILE.md: the same for people."""
    line = orjson.dumps({**found, "key": key.id}, option=orjson.OPT_SORT_KEYS)
    file.with_suffix(".json").write_bytes(line + b"\n" + key.sign(line).hex().encode() + b"\n")
    file.with_suffix(".md").write_text(f"# Recovery drill of {moment(found['at'])}\n\n{readable(found)}\n")


def readable(found: Report) -> str:
    """The report as lines of Markdown."""
    lines = [f"- verdict: {'passed' if found['ok'] else 'FAILED'}", f"- events restored: {found['events']}"]
    if "backup" in found:
        lines += [
            f"- backup: `{found['backup']}`, timeline {found['timeline']}, up to position {found['position']}",
            f"- ledger root of the backup: `{found['root']}`",
            f"- of what was restored: `{found['restored_root']}`, of the live log: `{found['live_root']}`",
            f"- attachments: {found['files']} files",
            f"- what a loss at this moment had cost (RPO): {found['rpo_seconds']} s",
            f"- until the log was back (RTO): {found['log_seconds']} s",
            f"- until all views were back, too, and compared: {found['views_seconds']} s",
        ]
    if "remark" in found:
        lines.append(f"- remark: {found['remark']}")
    if found.get("broken_rules"):
        lines.append(
            f"- records that break a rule, as in the live suite: {found['broken_rules']}; crm verify names them"
        )
    return "\n".join([*lines, *(f"- difference: {one}" for one in found["differences"])])


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
