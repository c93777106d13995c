"""XLSX files are judged as archives before anything of them is unpacked."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from shared.errors import Invalid
from shared.tabular import xlsx, xlsx_reader
from shared.tabular.table import examine, read_rows


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def with_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """A good workbook with parts added."""
    workbook(path, [["name"], ["Acme"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        examine(path, "a.xlsx")
    [error] = caught.value.errors
    assert error.field == "a.xlsx"
    assert not path.with_name(path.name + ".csv").exists()
    return error.code


def test_cells_come_as_text(tmp_path: Path) -> None:
    when = datetime(2017, 3, 1, 14, 30)
    rows: list[list[Any]] = [
        ["name", "n", "x", "day", "at", "yes"],
        ["甲 Acme", 3.0, 1100.04, date(2017, 3, 1), when, True],
        [None],
        ["B"],
    ]
    facts = examine(workbook(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert facts.columns == ("name", "n", "x", "day", "at", "yes")
    assert [r.cells for r in read_rows(facts)] == [
        ("甲 Acme", "3", "1100.04", "2017-03-01", "2017-03-01T14:30:00", "true"),
        ("B", "", "", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("90071992547409.93", "90071992547409.93"),
        ("99999999999999.99", "99999999999999.99"),
        ("1.1000000000000001", "1.1"),
        ("0.10000000000000001", "0.1"),
        ("2.50", "2.5"),
        ("1.5E3", "1500"),
        ("9007199254740993", "9007199254740993"),
        ("123456789.123456789123", "123456789.123456789123"),
        ("1E400", "1E400"),
    ],
)
def test_numbers_are_read_digit_by_digit(written: str, read: str) -> None:
    """A spreadsheet program writes a float with 17 digits; any other text means itself."""
    assert xlsx_reader.text_of(xlsx_reader.number_of(written)) == read


def test_no_formula_is_kept(tmp_path: Path) -> None:
    facts = examine(workbook(tmp_path / "a.xlsx", [["name", "b"], ["x", "=1+1"]]), "a.xlsx")
    assert [r.cells for r in read_rows(facts)] == [("x", "")]


BOMBS: dict[str, Callable[[Path], Path]] = {
    "ratio": lambda p: with_parts(p, {"xl/media/a.bin": bytes(20_000_000)}),
    "entries": lambda p: with_parts(p, {f"xl/media/{n}": b"x" for n in range(1_001)}),
    "nested by name": lambda p: with_parts(p, {"xl/embeddings/a.xlsx": b"x"}),
    "nested by content": lambda p: with_parts(p, {"xl/embeddings/a.bin": b"PK\x03\x04rest"}),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_not_opened(tmp_path: Path, bomb: Callable[[Path], Path]) -> None:
    assert code_of(bomb(tmp_path / "a.xlsx")) == "xlsx-bomb"


def test_what_would_grow_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_parts(tmp_path / "a.xlsx", {"xl/media/a.bin": b"0123456789" * 10})
    monkeypatch.setattr(xlsx, "MAX_TOTAL", 2_000)
    assert code_of(path) == "xlsx-bomb"


SHARED = (
    b'<Override PartName="/xl/words.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


@pytest.mark.parametrize(("limit", "refused"), [(20, True), (2_000, False)])
def test_huge_shared_strings_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, refused: bool
) -> None:
    """Whatever name the part that holds them goes by."""
    source, path = workbook(tmp_path / "source.xlsx", [["name"], ["Acme"]]), tmp_path / "a.xlsx"
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(path, "w") as made:
        for entry in given.namelist():
            content = given.read(entry)
            made.writestr(entry, content.replace(b"</Types>", SHARED) if "Content_Types" in entry else content)
        made.writestr("xl/words.xml", '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>')
    monkeypatch.setattr(xlsx, "MAX_SHARED_STRINGS", limit)
    if refused:
        assert code_of(path) == "xlsx-bomb"
    else:
        assert examine(path, "a.xlsx").rows == 1


def test_overlapping_parts_are_not_opened(tmp_path: Path) -> None:
    """Two entries of the directory that point to the same bytes, as the densest bombs have them."""
    path = with_parts(tmp_path / "a.xlsx", {"xl/media/one": b"1" * 50, "xl/media/two": b"2" * 50})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        first, second = (archive.getinfo(f"xl/media/{n}").header_offset for n in ("one", "two"))
    at = content.rindex(b"xl/media/two") - 4
    assert struct.unpack_from("<I", content, at)[0] == second
    struct.pack_into("<I", content, at, first)
    path.write_bytes(content)
    assert code_of(path) in ("xlsx-bomb", "broken-xlsx")


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/extra.xml", ENTITY),
        ("xl/extra.xml", ENTITY.decode().encode("utf-16")),
        ("../up.txt", b"x"),
        ("/root", b"x"),
    ],
)
def test_hostile_parts_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert code_of(with_parts(tmp_path / "a.xlsx", {name: content})) == "xlsx-hostile"


@pytest.mark.parametrize("content", [b"PK\x03\x04nonsense", b"PK\x03\x04" + bytes(200)])
def test_no_workbook_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert code_of(path) == "broken-xlsx"


def test_an_archive_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert code_of(path) == "broken-xlsx"


def test_a_row_of_endless_cells_is_refused(tmp_path: Path) -> None:
    assert code_of(workbook(tmp_path / "a.xlsx", [["name"], list(range(1_200))])) == "too-many-columns"


def test_leading_zeros_that_a_format_shows_stay(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["code", "plain"], [1067, 1067], [99423, 5], [-3, 0]):
        sheet.append(row)
    for cell in sheet["A"][1:]:
        cell.number_format = "00000"
    path = tmp_path / "zeros.xlsx"
    book.save(path)
    rows = [row.cells for row in read_rows(examine(path, "a.xlsx"))]
    assert rows == [("01067", "1067"), ("99423", "5"), ("-3", "0")]
