"""Texts as people write them: what is stored comes back as it was sent, and no export runs as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import AsyncIterator

import httpx
import openpyxl
import pytest
import pytest_asyncio

from shared.tabular.cells import restore
from tests.api.problems import refused
from tests.support.suite import PATHS, Whole, create

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNTS, USERS = PATHS["account"], PATHS["user"]
TEXTS = (
    "Ünïcödé", "e\u0301 decomposed", "公司 有限", "👨‍👩‍👧‍👦 4-byte 😀", "\u202eright to left", "zero\u200bwidth",
    "عربي", "a\u00adb", "\U0010ffff", "\ufffd", "tab\tinside", "line\nbreak", "<script>alert(1)</script>",
    "'; DROP TABLE--", "{{7*7}}", "%s%n", "&amp;", "\\u0000", '"quoted"', "ﬁ ligature", "İstanbul", "Ⅷ",
)  # fmt: skip
FORMULAS = (
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠SUM", " =1+1",
    "'=1+1", '=HYPERLINK("http://x")',
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    yield whole.client()


@pytest.mark.parametrize("text", TEXTS)
async def test_texts_come_back_as_they_were_sent(http: httpx.AsyncClient, text: str) -> None:
    id = await create(http, "account", name="A", description=text, allow_duplicate=True)
    found = (await http.get(f"{ACCOUNTS}/{id}")).json()
    assert found["description"] == text
    history = (await http.get(f"{ACCOUNTS}/{id}/history")).json()["items"][0]
    assert history["changes"]["description"]["to"] == text
    past = await http.get(f"{ACCOUNTS}/{id}?as_of=1")
    assert past.json()["description"] == text


async def test_composed_and_decomposed_names_are_one_for_uniqueness(http: httpx.AsyncClient) -> None:
    composed = "josé.Größe@acme.example"
    body = {"name": "José", "roles": ["read_only"]}
    assert (await http.post(USERS, json={**body, "email": composed})).status_code == 201
    for same in (unicodedata.normalize("NFD", composed), composed.upper(), composed.title()):
        refused(await http.post(USERS, json={**body, "email": same}), 409, "duplicate", ("email", "duplicate"))
    homoglyph = composed.replace("o", "\u043e")
    answer = await http.post(USERS, json={**body, "email": homoglyph})
    refused(answer, 422, "invalid", ("email", "mixed-scripts"))


async def test_no_cell_of_an_export_is_a_formula(http: httpx.AsyncClient) -> None:
    for text in FORMULAS:
        await create(http, "account", name="Formula", description=text, allow_duplicate=True)
    params = {"q": "Formula", "fields": "name,description", "sort": "id"}
    answer = await http.get(f"{ACCOUNTS}/export", params=params)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    cells = [row["description"] for row in rows]
    assert all(cell.startswith("'") for cell in cells), cells
    sent = [(await http.get(f"{ACCOUNTS}/{row['id']}")).json()["description"] for row in rows]
    assert [restore(cell) for cell in cells] == sent
    assert len(sent) == len(FORMULAS)
    book = await http.get(f"{ACCOUNTS}/export", params=params | {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    header, *lines = sheet.iter_rows()
    column = [cell.value for cell in header].index("description")
    assert all(line[column].data_type in ("s", "inlineStr") for line in lines)
    assert [restore(str(line[column].value)) for line in lines] == sent
    assert len(lines) == len(FORMULAS)
