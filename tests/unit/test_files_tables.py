"""CSV files in every dress that people send, and those that are refused with their line."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import pytest

from shared.errors import Invalid
from shared.tabular.table import Facts, Row, examine, read_rows

PLAIN = "name,city\nAcme,Paris\n\nBeta,Rome\n"


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def table(folder: Path, content: str | bytes, encoding: str = "utf-8") -> tuple[Facts, list[Row]]:
    facts = examine(written(folder, content, encoding), "a.csv")
    return facts, list(read_rows(facts))


def refusal(folder: Path, content: str | bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        table(folder, content)
    [error] = caught.value.errors
    assert error.field == "a.csv"
    return error.code, error.message


@pytest.mark.parametrize(
    ("content", "encoding", "found"),
    [
        (PLAIN, "utf-8", "utf-8"),
        (PLAIN, "utf-8-sig", "utf-8-sig"),
        (PLAIN, "utf-16", "utf-16"),
        ("name,city\n华信科技有限公司,北京\n远航集团,上海市浦东新区\n", "gbk", "gb18030"),
        ("name,city\n华信,北京\n", "utf-8", "utf-8"),
        ("name,city\n华信,北京\n", "utf-16", "utf-16"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, content: str, encoding: str, found: str) -> None:
    facts, rows = table(tmp_path, content, encoding)
    assert facts.encoding == found
    assert facts.columns == ("name", "city")
    lines = [line.split(",") for line in content.split("\n")[1:] if line]
    assert [list(row.cells) for row in rows] == lines
    assert facts.rows == len(rows)


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, mark: bytes, end: str) -> None:
    text = end.join(['"na""me, or; so"|city', 'A "|Paris', '"B|b\nb"|"Rome, too"']).replace("|", delimiter)
    facts, rows = table(tmp_path, mark + text.encode())
    assert facts.delimiter == delimiter
    assert facts.columns == ('na"me, or; so', "city")
    assert [r.cells for r in rows] == [('A "', "Paris"), (f"B{delimiter}b\nb", "Rome, too")]


def test_rows_know_their_number_and_their_line(tmp_path: Path) -> None:
    facts, rows = table(tmp_path, PLAIN)
    assert [(r.number, r.line) for r in rows] == [(1, 2), (2, 4)]
    assert list(read_rows(facts, after=1)) == rows[1:]


def test_a_file_is_known_by_its_digest(tmp_path: Path) -> None:
    facts, _ = table(tmp_path, PLAIN)
    assert facts.sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()
    assert facts.bytes == len(PLAIN)
    assert "path" not in facts.summary()


def test_a_row_of_another_width_is_told(tmp_path: Path) -> None:
    _, rows = table(tmp_path, "a,b\n1,2\n1,2,3\n1\n4,5\n")
    assert [(r.number, r.problem) for r in rows] == [
        (1, ""),
        (2, "too-many-columns"),
        (3, "too-few-columns"),
        (4, ""),
    ]


def test_cells_of_an_export_lose_their_safety_mark(tmp_path: Path) -> None:
    _, rows = table(tmp_path, "a,b\n'=1+1,'fine\n'+86,-5\n")
    assert [r.cells for r in rows] == [("=1+1", "'fine"), ("+86", "-5")]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"name\nAcme\nB\xffeta\n", "broken-encoding", 3),
        ("name\n华信科技\n北京".encode() + b"\xe5\n" + "上海\n".encode(), "broken-encoding", 3),
        (b"name\ncaf\xe9 noir\n", "broken-encoding", 2),
        (b"name\nAc\0me\n", "nul", 2),
        (b'name,b\nx,1\n"open,2\ny,3\n', "broken-csv", 4),
        (b"name,name\n1,2\n", "repeated-column", 1),
        (b"name,,b\n1,2,3\n", "unnamed-column", 1),
    ],
)
def test_broken_files_are_refused_with_their_line(tmp_path: Path, content: bytes, code: str, line: int) -> None:
    found, message = refusal(tmp_path, content)
    assert found == code
    assert f"line {line}" in message


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n,\n", codecs.BOM_UTF8])
def test_a_file_without_columns_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content)[0] == "empty-file"


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, ",".join(f"c{n}" for n in range(1_001)))[0] == "too-many-columns"


def test_an_old_excel_file_is_named_as_such(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(100))[0] == "old-excel"


@pytest.mark.parametrize(
    ("content", "delimiter", "cells", "lines"),
    [
        ("sep=;\nname;city\nAcme, Inc;Paris\n", ";", [("Acme, Inc", "Paris")], [3]),
        ('\ufeff"sep=|"\r\nname|city\r\nA;B|Paris\r\n', "|", [("A;B", "Paris")], [3]),
        ("name|city\nA, B; C|Paris\n", "|", [("A, B; C", "Paris")], [2]),
        ("\n \n;;\nname;city;;\nAcme;Paris;;\nBeta;Rome;\n", ";", [("Acme", "Paris"), ("Beta", "Rome")], [5, 6]),
        ("\nsep=,\n\nname,city\nAcme,Paris\n", ",", [("Acme", "Paris")], [5]),
    ],
)
def test_what_stands_before_and_behind_a_table(
    tmp_path: Path, content: str, delimiter: str, cells: list[tuple[str, ...]], lines: list[int]
) -> None:
    facts, rows = table(tmp_path, content)
    assert (facts.delimiter, facts.columns) == (delimiter, ("name", "city"))
    assert [(row.cells, row.line, row.problem) for row in rows] == [
        (c, n, "") for c, n in zip(cells, lines, strict=True)
    ]


def test_a_value_below_no_column_is_told(tmp_path: Path) -> None:
    _, [row] = table(tmp_path, "name,city,,\nAcme,Paris,,x\n")
    assert row.problem == "too-many-columns"
