"""Whatever is refused is refused in the caller's language: title, detail and each message by field."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.importing import Office, office

A, DEALS = "/customer/accounts", "/sales/opportunities"
HAN = re.compile("[\u4e00-\u9fff]")

REFUSED: list[tuple[str, str, Any, int]] = [
    ("GET", "/nowhere", None, 404),
    ("PUT", A, {}, 405),
    ("GET", f"{A}/none", None, 404),
    ("POST", A, {}, 422),
    ("POST", A, {"name": "X", "nonsense": 1, "employees": "many", "website": "no site", "type": "friend"}, 422),
    ("POST", A, {"name": "Acme"}, 409),
    ("POST", A, b'{"name": ', 422),
    ("POST", A, b"\xff", 422),
    ("GET", f"{A}?nonsense=1", None, 422),
    ("GET", f"{A}?limit=0", None, 422),
    ("GET", f"{A}?limit=1&limit=2", None, 422),
    ("GET", f"{A}?type=friend", None, 422),
    ("GET", f"{A}?employees[ge]=ten", None, 422),
    ("GET", f"{A}?created_at=now", None, 422),
    ("GET", f"{A}?name[regex]=x", None, 422),
    ("GET", f"{A}?archived=maybe", None, 422),
    ("GET", f"{A}?custom.none=1", None, 422),
    ("GET", f'{A}?name[in]="Acme, Inc.', None, 422),
    ("GET", f"{A}?sort=description", None, 422),
    ("GET", f"{A}?cursor=x", None, 422),
    ("GET", f"{A}/board?by=name", None, 422),
    ("GET", f"{A}/board?by=type&sum=name", None, 422),
    ("POST", "/customer/activities", {"kind": "task", "subject": "S", "due": "soon"}, 422),
    ("POST", DEALS, {"name": "Deal", "account": "none"}, 422),
    ("POST", DEALS, {"name": "Deal", "amount": "ten"}, 422),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def test_every_refusal_is_in_the_callers_language(desk: Office) -> None:
    id = await desk.create(A, name="Acme")
    await desk.get(f"{A}/{id}", min_version="1")
    for method, path, body, status in REFUSED:
        given = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        for language in ("zh-CN", "zh-TW", "en"):
            headers = {"Accept-Language": language, "Content-Type": "application/json"}
            answer = await desk.client.request(method, path, headers=headers, **given)
            problem = answer.json()
            assert answer.status_code == status, answer.text
            assert answer.headers["content-language"] == language
            said = [problem["title"], problem["detail"], *(e["message"] for e in problem.get("errors", ()))]
            assert [s for s in said if bool(HAN.search(s)) != (language != "en")] == [], (method, path)


async def test_a_program_gets_the_parameters_of_a_message(desk: Office) -> None:
    answer = await desk.client.get(f"{A}?limit=500", headers={"Accept-Language": "zh-TW, en;q=0.5"})
    [error] = answer.json()["errors"]
    assert (error["code"], error["params"]) == ("out-of-range", {"lowest": 1, "highest": 200})
