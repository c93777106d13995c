"""Answers of any size are encoded in small pieces, within bounds, while other requests go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from services.analytics.formats import (
    FORMATS,
    MAX_BYTES,
    MAX_CELLS,
    TABLE_ROWS,
    Encoder,
    Format,
    chunks,
    encode,
    plain,
)
from shared.errors import Invalid
from shared.warehouse.port import Answer


def answer(columns: int, values: Sequence[Any], type_: str = "Decimal(18, 2)") -> Answer:
    return Answer(tuple(f"c{n}" for n in range(columns)), (type_,) * columns, tuple(values for _ in range(columns)))


LARGE = answer(10, [Decimal(n) for n in range(20_000)])


@pytest.mark.parametrize("format", FORMATS)
async def test_other_requests_go_on_between_the_chunks(format: Format) -> None:
    encoding, turns = asyncio.create_task(Encoder().encode(LARGE, format)), 0
    while not encoding.done():
        await asyncio.sleep(0)
        turns += 1
    assert encoding.result() == encode(LARGE, format)
    assert turns > len(list(chunks(LARGE, format))) >= 10


async def test_one_answer_is_encoded_at_a_time() -> None:
    encoder, running, most = Encoder(), 0, 0

    class Watched(list[Any]):
        def __iter__(self) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            yield from super().__iter__()
            running -= 1

    small = [answer(1, Watched([Decimal(n) for n in range(5_000)])) for _ in range(3)]
    await asyncio.gather(*(encoder.encode(one, "json") for one in small))
    assert most == 1


def test_json_in_pieces_is_one_document() -> None:
    found = json.loads(encode(LARGE, "json"))
    assert [r["c9"] for r in found["rows"]] == [str(n) for n in range(20_000)]
    assert json.loads(encode(answer(1, []), "json")) == {
        "columns": [{"name": "c0", "type": "Decimal(18, 2)"}],
        "rows": [],
    }


def test_a_table_shows_the_first_rows_and_says_so() -> None:
    lines = encode(answer(1, list(range(5_000)), "UInt64"), "table").decode().splitlines()
    assert len(lines) == 2 + TABLE_ROWS + 1
    assert lines[-1] == "(the first 1000 of 5000 rows; json, csv and arrow have all)"
    assert len(encode(answer(1_000, list(range(1_000)), "UInt64"), "table").decode().splitlines()) == 2 + 100 + 1


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "large",
    [
        answer(1, [[1] * (MAX_CELLS + 1)], "Array(UInt8)"),
        answer(1, [[[1] * 1_000] * 100] * 11, "Array(Array(UInt8))"),
    ],
)
def test_values_inside_arrays_count(large: Answer, format: Format) -> None:
    with pytest.raises(Invalid) as refusal:
        encode(large, format)
    assert refusal.value.errors[0].code == "too-large"


@pytest.mark.parametrize("format", ["json", "csv", "arrow"])
def test_an_answer_is_bounded_in_bytes(format: Format) -> None:
    long = answer(1, ["x" * 1_000_000] * (MAX_BYTES // 1_000_000 + 1), "String")
    with pytest.raises(Invalid) as refusal:
        encode(long, format)
    assert refusal.value.errors[0].code == "too-large"


def test_long_names_of_columns_count_with_every_row() -> None:
    long = Answer(("n" * 10_000,), ("UInt8",), ([1] * 100_000,))
    with pytest.raises(Invalid):
        encode(long, "json")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5350.0000", "5350.00"),
        ("1.2340", "1.234"),
        ("0.0045", "0.0045"),
        ("-7.5", "-7.5"),
        ("12", "12"),
        ("0E-4", "0.00"),
    ],
)
def test_decimals_beyond_two_are_shown_where_there_are_some(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
