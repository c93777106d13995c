"""What a drill says: what differs, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from crm.backup import moment
from crm.drill_live import Live, Shown
from shared.backup.drills import Report, signed_report
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import Manifest
from shared.clock import Micros
from shared.messages import Message, say


class Verified(NamedTuple):
    """What `crm verify` printed of the restored suite."""

    stdout: bytes
    stderr: bytes

    @property
    def report(self) -> Report:
        """Raises ValueError: it printed none."""
        found: Report = orjson.loads(self.stdout)
        return found

    @property
    def filled_at(self) -> Micros | None:
        """When all views held what the log has; None: it did not come so far."""
        try:
            return self.report.get("filled_at")
        except ValueError:
            return None


def differences(end: Manifest, restored: Report, live: Live, verified: Verified) -> tuple[list[Message], Report]:
    """What differs; and the counts, with how many records break a rule, as in the live suite: they fail no drill."""
    found = []
    if restored["root"] != end.root:
        found.append(say("what was restored has another root than the backup"))
    if live.root != end.root:
        found.append(say("the live log has another root than the backup of it: one of them was changed"))
    try:
        report = verified.report
    except ValueError:
        said = verified.stderr.decode(errors="replace").strip()[-300:]
        return [*found, say("the restored suite cannot be checked: {said}", said=said)], {"counts": {}}
    counts = counted(report["views"], live.shown)
    found += [*_findings(report), *_other_counts(counts, live.shown)]
    return found, {"counts": counts, "broken_rules": report.get("rules", {}).get("count", 0)}


def counted(views: list[Report], shown: dict[str, Shown]) -> dict[str, dict[str, int | None]]:
    """Record type → how many were restored, and how many the live suite shows now; None: that cannot be seen."""
    return {
        one["view"]: {"restored": one["documents"], "live": shown[one["view"]].live if one["view"] in shown else None}
        for one in views
        if one["view"] in shown or not shown
    }


def _other_counts(counts: dict[str, dict[str, int | None]], shown: dict[str, Shown]) -> Iterator[Message]:
    for name, one in shown.items():
        restored = counts.get(name, {}).get("restored") or 0
        if not restored + one.least <= one.live <= restored + one.most:
            yield say(
                "{records}: {restored} were restored, {most} were made since then, and the live suite shows {live}",
                records=name,
                restored=restored,
                most=one.most,
                live=one.live,
            )


def _findings(report: Report) -> Iterator[Message]:
    """What `crm verify` found in log, ledger and views, each in the words that it has for them."""
    from crm.verifying import describe_view  # the suite is loaded where it is used

    if not report["log"]["ok"]:
        problems = "; ".join(one["problem"] for one in report["log"]["findings"])
        yield say("in the restored suite the log: {problems}", problems=problems)
    if not report.get("ledger", {"ok": True})["ok"]:
        yield say("in the restored suite the ledger: {problems}", problems="; ".join(report["ledger"]["findings"]))
    for line in report["views"]:
        if not line["ok"]:
            yield say("in the restored suite views and events differ: {view}", view=describe_view(line))


def said(found: list[Message]) -> dict[str, Any]:
    """The differences in English, and as templates, which others read in their language."""
    return {"differences": [str(one) for one in found], "said": [[one.template, one.params] for one in found]}


def write_report(file: Path, found: Report, key: BackupKey) -> None:
    """FILE.json: a line with the report, and one with its signature; FILE.md: the same for people."""
    file.with_suffix(".json").write_bytes(signed_report(found, key))
    file.with_suffix(".md").write_text(f"# Recovery drill of {moment(found['at'])}\n\n{readable(found)}\n")


def readable(found: Report) -> str:
    """The report as lines of Markdown."""
    lines = [f"- verdict: {'passed' if found['ok'] else 'FAILED'}", f"- events restored: {found['events']}"]
    if "backup" in found:
        lines += [
            f"- backup: `{found['backup']}`, timeline {found['timeline']}, up to position {found['position']}",
            f"- ledger root of the backup: `{found['root']}`",
            f"- of what was restored: `{found['restored_root']}`, of the live log: `{found['live_root']}`",
            f"- attachments: {found['files']}",
            f"- what a loss at this moment had cost (RPO): {found['rpo_seconds']} s",
            f"- until the log was back (RTO): {found['log_seconds']} s",
            *_until_filled(found["filled_seconds"]),
            f"- until they were compared: {found['views_seconds']} s",
        ]
    if found.get("uncounted"):
        lines.append(f"- the live suite's records could not be counted: {found['uncounted']}")
    if "remark" in found:
        lines.append(f"- remark: {found['remark']}")
    if found.get("broken_rules"):
        lines.append(
            f"- records that break a rule, as in the live suite: {found['broken_rules']}; crm verify names them"
        )
    lines += [f"- difference: {one}" for one in found["differences"]]
    if counts := {name: one for name, one in found.get("counts", {}).items() if one["restored"] or one["live"]}:
        lines += ["", "| records | restored | live |", "|---|---|---|"]
        lines += [f"| {name} | {one['restored']} | {_number(one['live'])} |" for name, one in sorted(counts.items())]
    return "\n".join(lines)


def _until_filled(seconds: float | None) -> list[str]:
    return [] if seconds is None else [f"- until all views were back, too: {seconds} s"]


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)
