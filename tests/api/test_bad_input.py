"""Bad bodies over HTTP: each gets one clear error with its type, field and code, and nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.http.body import LONG_BYTES, MAX_BYTES
from shared.http.problems import MAX_ERRORS
from tests.api.problems import invalid, refused
from tests.support.role_harness import acts_since
from tests.support.suite import NOBODY, PATHS, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNTS, ACTIVITIES, DEALS, PIPELINES = (PATHS[t] for t in ("account", "activity", "opportunity", "pipeline"))
JSON = {"Content-Type": "application/json"}
MEGABYTE = 1_000_000
DEEP = 100_000


@pytest_asyncio.fixture(loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's client; no test of this file may leave a trace in the log."""
    before = await whole.kernel.store.head()
    yield whole.client()
    assert await acts_since(whole.suite, before) == []


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        (ACCOUNTS, {"name": "A", "colour": "red"}, [("colour", "extra-forbidden")]),
        (ACCOUNTS, {"name": "A", "__proto__": {"x": 1}}, [("__proto__", "extra-forbidden")]),
        (ACCOUNTS, {"name": "A", "custom.tier": "A"}, [("custom.tier", "extra-forbidden")]),
        (ACCOUNTS, {"name": "A", "$set": {"x": 1}}, [("$set", "extra-forbidden")]),
        (ACCOUNTS, {"name": "A", "custom": {"nothing": 1}}, [("custom.nothing", "unknown-field")]),
        (ACCOUNTS, {"name": "A", "custom": {"$where": "1"}}, [("custom.$where", "unknown-field")]),
        (ACCOUNTS, {}, [("name", "missing")]),
        (ACCOUNTS, {"name": ""}, [("name", "string-too-short")]),
        (ACCOUNTS, {"name": "x" * 201}, [("name", "string-too-long")]),
        (ACCOUNTS, {"name": 5}, [("name", "string-type")]),
        (ACCOUNTS, {"name": None}, [("name", "string-type")]),
        (ACCOUNTS, {"name": ["A"]}, [("name", "string-type")]),
        (ACCOUNTS, {"name": "A", "employees": "ten"}, [("employees", "int-type")]),
        (ACCOUNTS, {"name": "A", "employees": 1.5}, [("employees", "int-type")]),
        (ACCOUNTS, {"name": "A", "employees": True}, [("employees", "int-type")]),
        (ACCOUNTS, {"name": "A", "employees": -1}, [("employees", "greater-than-equal")]),
        (ACCOUNTS, {"name": "A", "employees": 10**30}, [("employees", "less-than-equal")]),
        (ACCOUNTS, {"name": "A", "type": "friend"}, [("type", "literal-error")]),
        (ACCOUNTS, {"name": "A", "custom": []}, [("custom", "dict-type")]),
        (ACCOUNTS, {"name": "A", "email": "nobody"}, [("email", "email")]),
        (ACCOUNTS, {"name": "A", "phone": "12"}, [("phone", "phone")]),
        (ACCOUNTS, {"name": "A", "country": "XX"}, [("country", "country")]),
        (
            ACTIVITIES, {"kind": "note", "subject": "S", "links": [{"type": "account", "id": NOBODY, "tenant": "t"}]},
            [("links.0.tenant", "extra-forbidden")],
        ),
        (
            PIPELINES, {"name": "P", "stages": [{"key": "a", "zh": "甲", "en": "A", "probability": 5, "won": True}]},
            [("stages.0.won", "extra-forbidden")],
        ),
        (
            ACCOUNTS, {"name": 1, "employees": "x", "hue": 1},
            [("name", "string-type"), ("employees", "int-type"), ("hue", "extra-forbidden")],
        ),
        (DEALS, {"name": "D", "currency": "XYZ"}, [("currency", "currency")]),
        (DEALS, {"name": "D", "currency": "¥¥¥"}, [("currency", "currency")]),
        (DEALS, {"name": "D", "close_date": "2026-02-30"}, [("close_date", "day")]),
        (DEALS, {"name": "D", "close_date": "31.06.2026"}, [("close_date", "day")]),
        (DEALS, {"name": "D", "close_date": "2026-W01-1"}, [("close_date", "day")]),
        (DEALS, {"name": "D", "close_date": 20260630}, [("close_date", "string-type")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": "2026-13-01T00:00:00Z"}, [("due", "moment")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": "2026-02-29T10:00:00Z"}, [("due", "moment")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": "2026-02-28T25:00:00Z"}, [("due", "moment")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": "noon"}, [("due", "moment")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": 0}, [("due", "moment")]),
        (ACTIVITIES, {"kind": "task", "subject": "S", "due": True}, [("due", "moment")]),
    ],
)  # fmt: skip
async def test_fields(http: httpx.AsyncClient, path: str, body: Any, errors: list[tuple[str, str]]) -> None:
    invalid(await http.post(path, json=body), *errors)


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "-Infinity", "sNaN", "1e999", "1e9999", 1e300, "12,5,0", "1.2.34,50", "1_000", "²", "¥", "",
     " ", "0x10", "1.005", 0.001, 10**15, True, [], {}, "-1", -1, "1" * 101],
)  # fmt: skip
async def test_amounts_that_are_not_numbers(http: httpx.AsyncClient, amount: Any) -> None:
    invalid(await http.post(DEALS, json={"name": "D", "amount": amount}), ("amount", "amount"))


async def test_what_may_be_one_value_or_another(http: httpx.AsyncClient) -> None:
    invalid(await http.post(DEALS, json={"name": "D", "amount": "1,250"}), ("amount", "number-ambiguous"))
    invalid(await http.post(DEALS, json={"name": "D", "close_date": "1/2/2027"}), ("close_date", "date-ambiguous"))


async def test_an_amount_beyond_all_numbers(http: httpx.AsyncClient) -> None:
    invalid(await http.post(DEALS, content=b'{"name":"D","amount":1e999}', headers=JSON), ("amount", "amount"))


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b'{"name":"D","amount":NaN}', [("", "not-finite")]),
        (b'{"name":"D","amount":-Infinity}', [("", "not-finite")]),
        (b'{"name":"\xff"}', [("", "not-utf-8")]),
        (b'{"name":"\xed\xa0\x80"}', [("", "not-utf-8")]),  # a surrogate in UTF-8
        (b'{"name":"\xc0\xaf"}', [("", "not-utf-8")]),  # an overlong form
        ('{"name":"A"}'.encode("utf-16"), [("", "not-utf-8")]),
        ("{\"name\":\"公司\"}".encode("gbk"), [("", "not-utf-8")]),
        (b'\xef\xbb\xbf{"name":"A"}', [("", "json-invalid")]),
        (b'{"name":"a\\u0000b"}', [("", "nul")]),
        (b'{"a\\u0000b":1}', [("", "nul")]),
        (b'{"name":"a\x00b"}', [("", "json-invalid")]),
        (b'{"name":"\\ud800"}', [("", "surrogate")]),
        (b'{"name":"\\udc00\\ud800"}', [("", "surrogate")]),
        (b'{"\\uD8aa":1}', [("", "surrogate")]),
        (b'{"name":"A","name":"B"}', [("name", "duplicate-key")]),
        (b'{"name":"A","custom":{"x":1,"x":2}}', [("x", "duplicate-key")]),
        (b"[" * DEEP + b"]" * DEEP, [("", "too-deep")]),
        (b'{"custom":' * 9_000, [("", "too-deep")]),
        (b'{"custom":' * DEEP, [("", "too-many-values")]),
        (b'{"name":"A"', [("", "json-invalid")]),
        (b"{'name':'A'}", [("", "json-invalid")]),
        (b'{"name":"A"} {}', [("", "json-invalid")]),
        (b'{"name":"A",}', [("", "json-invalid")]),
        (b'{"employees":' + b"9" * 5000 + b',"name":"A"}', [("", "json-invalid")]),
        (b"[]", [("", "model-type")]),
        (b'"name"', [("", "model-type")]),
        (b"null", [("", "model-type")]),
        (b"7", [("", "model-type")]),
    ],
)  # fmt: skip
async def test_bodies_that_are_no_json_object(
    http: httpx.AsyncClient, body: bytes, errors: list[tuple[str, str]]
) -> None:
    invalid(await http.post(ACCOUNTS, content=body, headers=JSON), *errors)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"])
async def test_other_content_types(http: httpx.AsyncClient, kind: str) -> None:
    answer = await http.post(ACCOUNTS, content=b'{"name":"A"}', headers={"Content-Type": kind})
    refused(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_of_five_megabytes_is_not_read_to_its_end(http: httpx.AsyncClient, declared: bool) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for piece in [b'{"name":"', *[b"x" * 50_000] * 100, b'"}']:
            sent += len(piece)
            yield piece

    headers = JSON | ({"Content-Length": str(5 * MEGABYTE + 11)} if declared else {})
    refused(await http.post(ACCOUNTS, content=pieces(), headers=headers), 413, "too-large")
    assert sent == 0 if declared else MAX_BYTES < sent <= MAX_BYTES + 50_000


async def test_a_body_of_very_many_keys(http: httpx.AsyncClient) -> None:
    async def sent(keys: int) -> httpx.Response:
        answer = await http.post(ACCOUNTS, json={f"k{n}": 0 for n in range(keys)})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")
        return answer

    problem = (await sent(900)).json()
    assert (len(problem["errors"]), problem["detail"][:4]) == (MAX_ERRORS, "901 ")
    invalid(await sent(2_000), ("", "too-many-keys"))
    invalid(await sent(80_000), ("", "too-many-values"))


@pytest.mark.parametrize(
    "path", ["/identity/sessions", "/identity/sessions/refresh", "/identity/setup", "/identity/invitations/accept"]
)
async def test_a_long_body_of_somebody_not_signed_in_is_not_read(http: httpx.AsyncClient, path: str) -> None:
    refused(await http.post(path, content=b'{"email":"' + b"x" * LONG_BYTES + b'"}', headers=JSON), 413, "too-large")
