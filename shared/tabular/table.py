"""Tables from files of people: CSV in any usual dress, XLSX and vCard, read row by row in flat memory.

`examine` checks a whole file once, before anything is done with its rows; `read_rows` then cannot meet a broken file.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from shared.errors import Invalid
from shared.messages import say, shown
from shared.tabular.cells import restore
from shared.tabular.contact_cards import cards_to_csv
from shared.tabular.encoding import CHUNK, detect_encoding
from shared.tabular.vcard import is_vcard
from shared.tabular.xlsx import xlsx_to_csv

MAX_COLUMNS = 1_000
MAX_ROW = 2_000_000  # characters: a row is in memory whole
DELIMITERS = (",", ";", "\t", "|")
_FIRST_LINES = 50  # among which the header is looked for
_SEP = re.compile(r'\ufeff?"?sep=(.)"?\r?\n?', re.IGNORECASE)  # names the separator for Excel
_BLANK = re.compile(r'[\s,;|"]*')
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a checked file. path: the CSV to read (made from XLSX or vCard); sha256: of the file as given.

    confidence: in the encoding, 0 to 1. skip: the lines before the header.
    """

    name: str
    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str
    confidence: float = 1.0
    skip: int = 0

    def summary(self) -> dict[str, Any]:
        """The facts as JSON, without the place on this machine."""
        facts = asdict(self)
        del facts["path"]
        return {**facts, "columns": list(self.columns)}


@dataclass(frozen=True, slots=True)
class Row:
    """number counts data rows from 1; line is where it ends in the file. problem: "" or why it is no row (a code)."""

    number: int
    line: int
    cells: tuple[str, ...]
    problem: str = ""


def examine(path: Path, name: str, encoding: str = "") -> Facts:
    """Check a whole file. `name` is what its sender calls it, encoding: what its sender says it is in.

    Raises Invalid naming the file and the line: unknown format, hostile archive, broken or uncertain encoding, NUL,
    unclosed quote, columns without a name or named twice.
    """
    digest = sha256_of(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
    source = path
    if head.startswith(_ZIP):
        source = path.with_name(path.name + ".csv")
        xlsx_to_csv(path, name, source)
        encoding = "utf-8"
    elif is_vcard(head):
        source = path.with_name(path.name + ".csv")
        cards_to_csv(path, name, source, encoding)
        encoding = "utf-8"
    elif head.startswith(_OLD_EXCEL):
        raise Invalid.field(name, "old-excel", "this is an old .xls file; save it as .xlsx or .csv")
    guess = detect_encoding(source, name, encoding)
    delimiter, skip = _opening(source, guess.encoding)
    facts = Facts(name, source, guess.encoding, delimiter, (), 0, size, digest, guess.confidence, skip)
    facts = replace(facts, columns=_columns(facts))
    return replace(facts, rows=sum(1 for _ in read_rows(facts)))


def read_rows(facts: Facts, after: int = 0) -> Iterator[Row]:
    """The data rows from number after + 1 on. Empty lines are no rows. Raises Invalid where the file is broken."""
    width = len(facts.columns)
    number = 0
    with facts.path.open(encoding=facts.encoding, newline="") as file:
        lines = _Lines(file, facts.name)
        reader = csv.reader(islice(lines.read(), facts.skip, None), delimiter=facts.delimiter, strict=True)
        records = _records(reader, lines)
        next(records)
        for cells in records:
            if not any(cells):
                continue
            number += 1
            if number > after:
                yield _row(number, facts.skip + reader.line_num, cells, width)


def _row(number: int, line: int, cells: list[str], width: int) -> Row:
    problem = ""
    if len(cells) > width and not any(cells[width:]):  # below columns without a name
        cells = cells[:width]
    if len(cells) != width:
        problem = "too-many-columns" if len(cells) > width else "too-few-columns"
    return Row(number, line, tuple(restore(c) for c in cells), problem)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _opening(path: Path, encoding: str) -> tuple[str, int]:
    """The separator, and the lines before the header: empty ones, and `sep=;`.

    The separator is the one that occurs most in the header, outside quotes.
    """
    named = ""
    with path.open(encoding=encoding, newline="") as file:
        for number in range(_FIRST_LINES):
            line = file.readline(CHUNK)
            if found := _SEP.fullmatch(line):
                named = found[1]
            elif not line or not _BLANK.fullmatch(line):
                bare = "".join(line.split('"')[::2])
                return named or max(DELIMITERS, key=bare.count), number if line else 0
    return named or DELIMITERS[0], 0


def _columns(facts: Facts) -> tuple[str, ...]:
    name = facts.name
    with facts.path.open(encoding=facts.encoding, newline="") as file:
        lines = _Lines(file, name)
        reader = csv.reader(islice(lines.read(), facts.skip, None), delimiter=facts.delimiter, strict=True)
        header = next(_records(reader, lines), [])
    columns = tuple(unicodedata.normalize("NFC", restore(c).strip()) for c in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    if not any(columns):
        raise Invalid.field(name, "empty-file", "the first line must name the columns")
    if len(columns) > MAX_COLUMNS:
        raise Invalid.field(
            name, "too-many-columns", say("{count} columns; {most} are the limit", count=len(columns), most=MAX_COLUMNS)
        )
    for i, column in enumerate(columns):
        if not column:
            raise Invalid.field(name, "unnamed-column", say("line 1: column {number} has no name", number=i + 1))
        if column in columns[:i]:
            raise Invalid.field(
                name, "repeated-column", say("line 1: two columns are named {column}", column=shown(column))
            )
    return columns


@dataclass(slots=True)
class _Lines:
    """The lines of a file for a CSV reader. length: of the row so far, which the reader of rows resets."""

    file: TextIO
    name: str
    length: int = 0

    def read(self) -> Iterator[str]:
        """Raises Invalid for NUL and for a row without end."""
        for number, line in enumerate(iter(partial(self.file.readline, MAX_ROW + 1), ""), 1):
            self.length += len(line)
            if self.length > MAX_ROW:
                raise Invalid.field(
                    self.name,
                    "endless-row",
                    say("line {number}: more than {most} characters in a row", number=number, most=MAX_ROW),
                )
            if "\0" in line:
                raise Invalid.field(
                    self.name, "nul", say("line {number} holds a NUL character: this is no text file", number=number)
                )
            yield line


def _records(reader: Any, lines: _Lines) -> Iterator[list[str]]:
    try:
        for record in reader:
            lines.length = 0
            yield record
    except csv.Error as error:
        raise Invalid.field(
            lines.name,
            "broken-csv",
            say("line {line}: a quotation mark is not closed, or text follows it", line=reader.line_num),
        ) from error
