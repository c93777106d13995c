"""The `crm` command: run, set up, import, ask, watch, replay, verify.

Results go to standard output, progress and errors to standard error. Exit 0: done; 2: a wrong call; 1: the rest.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from crm import operations, proposals
from crm.client import CommandFailed
from crm.elsewhere import Commands
from crm.options import Data, Json, Organisation, TokenFile, Url
from crm.settings import Settings, WrongSetting
from crm.target import Target
from crm.words import numbered

app = typer.Typer(
    name="crm",
    cls=Commands,
    help="An open, event-sourced CRM suite.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
events = typer.Typer(help="Look at the event log.", no_args_is_help=True)
app.add_typer(events, name="events")


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    ARROW = "arrow"


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class SampleLanguage(StrEnum):
    ZH = "zh"
    ZH_TW = "zh-TW"
    EN = "en"


Resource = Annotated[str, typer.Option(metavar="TYPE", help="The record type; without it the likeliest.")]
Encoding = Annotated[str, typer.Option(metavar="NAME", help="The encoding of the files, as in cp1252 or gb18030.")]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(version("crm-suite"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """An open, event-sourced CRM suite."""


@app.command()
def run(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where everything is kept.")],
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    host: str = "127.0.0.1",
    url: Annotated[str, typer.Option(help="The address people use, where it is another one.")] = "",
) -> None:
    """Serve the whole suite from one process until it is asked to stop."""
    _serve(Settings(data, host, port, url), ["all"])


@app.command()
def serve(
    role: Annotated[
        list[str],
        typer.Option(
            "--role",
            metavar="ROLE",
            help="all, projector, policies, past, warehouse, imports, notary, relay, api:SERVICE[,…].",
        ),
    ],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where everything is kept.")],
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    host: str = "127.0.0.1",
    url: Annotated[str, typer.Option(help="The address people use, where it is another one.")] = "",
) -> None:
    """Serve some roles of the suite from this process; --role may be given several times."""
    _serve(Settings(data, host, port, url), role)


def _serve(settings: Settings, roles: list[str]) -> None:
    gc.disable()  # until all is loaded: the server collects, freezes and tunes before it answers
    from crm.serve import run

    run(settings, roles)


@app.command()
def setup(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where everything is kept.")],
    organisation: Annotated[str, typer.Option(help="Its name.")],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="The first administrator's, to sign in with.")],
    password_file: Annotated[Path, typer.Option(metavar="FILE", help="A file that holds the password.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")] = "Administrator",
    language: Language = Language.EN,
    json: Json = False,
) -> None:
    """Create an organisation and its first administrator."""
    from crm.serve import read_password, set_up

    password = read_password(password_file)
    done = asyncio.run(set_up(Settings(data), organisation, name, email, password, language))
    _print(done, json, "organisation {organisation} is ready; sign in as {email}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of another system: CSV, XLSX or vCard.")],
    resource: Resource = "",
    encoding: Encoding = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the proposed mapping there.")] = None,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Show what a file holds, which field each column may become and why; write a mapping for it."""
    with Target(data, url, token_file, organisation).client() as client:
        found = proposals.inspect(client, file, resource, encoding)
    if json:
        _print(found, True, "")
    else:
        proposals.show(found)
    if out is not None:
        out.write_text(proposals.written(found), encoding="utf-8")
        typer.echo(f"crm import {out} --source {file.parent}", err=True)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A mapping (YAML, JSON), or the file itself (CSV, XLSX, vCard).")
    ],
    source: Annotated[
        Path | None,
        typer.Option("--source", metavar="DIR", help="Where the mapping's files are; without it: next to it."),
    ] = None,
    resource: Resource = "",
    encoding: Encoding = "",
    yes: Annotated[bool, typer.Option("--yes", help="Import a file by the proposed mapping without asking.")] = False,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, write nothing.")] = False,
    rejected: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rejected rows there.")] = None,
    json: Json = False,
) -> None:
    """Take files in through a mapping, in the background of the suite, with progress.

    For a file without a mapping one is proposed and, once it is agreed to, used.
    Exit code 0: every row was taken. 1: rows were rejected (or would be), or the import did not come to its end.
    2: a wrong call, or nobody agreed.
    """
    folder = file.parent if source is None else source
    with Target(data, url, token_file, organisation).client() as client:
        if proposals.is_mapping(file):
            text = operations.read(file)
        else:
            found = proposals.inspect(client, file, resource, encoding)
            text = proposals.written(found).encode()
            if not json:
                proposals.show(found)
            if not (yes or dry_run):
                proposals.agree(file, found["rows"])
        report = operations.run_import(
            client, text, file, folder, dry_run=dry_run, rejected=rejected, encoding=encoding
        )
    operations.print_import(report, as_json=json)
    if report.get("totals", {}).get("rejected"):
        operations.tell_rejected(report, rejected)
        raise typer.Exit(1)
    if report["status"] not in ("completed", "dry-run"):
        raise typer.Exit(1)


@app.command()
def revert(
    id: Annotated[str, typer.Argument(metavar="IMPORT", help="The import's id.")],
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Take a whole import back; rows changed since are listed and left."""
    with Target(data, url, token_file, organisation).client() as client:
        report = operations.revert_import(client, id)
    operations.print_import(report, as_json=json)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the documented views.")],
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    format: Format = Format.TABLE,
) -> None:
    """Ask the warehouse."""
    with Target(data, url, token_file, organisation).client() as client:
        operations.wait_for_warehouse(client)
        answer = client.post_bytes("/analytics/sql", {"sql": query, "format": format})
    sys.stdout.buffer.write(answer)
    if format != "arrow" and not answer.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()


@events.command()
def tail(
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    after: Annotated[int | None, typer.Option(help="From this position on; without it the last ones.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new events as they come.")] = False,
    json: Json = False,
) -> None:
    """The newest events, as stored: personal fields stay encrypted."""
    with Target(data, url, token_file, organisation).client() as client:
        for event in operations.tail(client, after, limit, follow=follow):
            _print(event, json, operations.EVENT_LINE)


@events.command()
def show(
    stream: Annotated[str, typer.Argument(help="A stream (account-0192…) or a record's id.")],
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Every event of one record, oldest first."""
    with Target(data, url, token_file, organisation).client() as client:
        for event in client.get(f"/audit/streams/{stream}")["items"]:
            if json:
                _print(event, True, "")
            else:
                typer.echo(operations.describe(event))


@app.command()
def replay(
    view: Annotated[str | None, typer.Argument(help="A view's or table's name.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Every view and the warehouse.")] = False,
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Rebuild views from the events next to the live ones and swap them in, without downtime."""
    if (view is None) == (not all):
        raise CommandFailed("name one VIEW, or give --all", 2)
    with Target(data, url, token_file, organisation).client() as client:
        result = operations.follow(client, "/audit/replays", {"views": None if all else [view]}, "replaying")
    for line in result["views"] if not json else []:
        typer.echo(f"{line['view']}: {numbered(line['rows'], 'row')} from {numbered(line['events'], 'event')}")
    if json:
        _print(result, True, "")


@app.command()
def verify(
    data: Data = None,
    url: Url = None,
    token_file: TokenFile = None,
    organisation: Organisation = None,
    json: Json = False,
) -> None:
    """Prove that the log is as it was written, and that live views == rebuilt views == fold of the events."""
    from crm import verifying

    if url is None and data is not None:
        result = verifying.verify_directory(data, organisation)
    else:
        with Target(data, url, token_file, organisation).client() as client:
            result = operations.follow(client, "/audit/verifications", {}, "verifying")
    if json:
        _print(result, True, "")
    else:
        for line in verifying.describe(result):
            typer.echo(line)
    if not result["ok"]:
        raise CommandFailed(verifying.advice(result))


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files and their mapping.")],
    rows: Annotated[int, typer.Option(min=10, max=10_000_000, help="Opportunities to make.")] = 2000,
    seed: int = 1,
    language: SampleLanguage = SampleLanguage.EN,
) -> None:
    """Write sample files to try an import with."""
    from services.integration.samples import write_sample

    mapping = write_sample(folder, rows=rows, seed=seed, language=language)
    typer.echo(f"crm import {mapping} --source {folder} --data DIR")


def _print(value: Any, as_json: bool, line: str) -> None:
    typer.echo(orjson.dumps(value).decode() if as_json else line.format(**value))


def main() -> None:
    """Run the command line; every failure is one line on standard error."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        _fail(error.format_message(), 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted", 1)
    except CommandFailed as error:
        _fail(str(error), error.code)
    except WrongSetting as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"crm: {message}", err=True)
    sys.exit(code)
