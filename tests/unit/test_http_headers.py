"""Headers → the Call of a command."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi import Request

from shared.clock import from_rfc3339
from shared.errors import Invalid
from shared.http.headers import call_of, header, own_key
from shared.kernel.bus import Call
from shared.security.permissions import Access

ANNA = Access("t1", "anna")


def call(**headers: str | bytes) -> Call:
    raw = [
        (name.replace("_", "-").encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    return call_of(Request({"type": "http", "headers": raw}), ANNA, "a1")


def test_no_headers() -> None:
    assert call() == Call(ANNA, "a1")


@pytest.mark.parametrize(("text", "version"), [('"7"', 7), ('W/"7"', 7), ("7", 7), ("*", None)])
def test_if_match(text: str, version: int | None) -> None:
    assert call(if_match=text).if_match == version


def test_a_key_belongs_to_its_user_and_is_not_kept_as_it_came() -> None:
    key = call(idempotency_key="otto@example.org").key or ""
    assert key == own_key("anna", "otto@example.org")
    assert "otto" not in key
    assert len({key, own_key("anna", "otto@example.com"), own_key("bob", "otto@example.org")}) == 3


def test_time_and_reason() -> None:
    found = call(x_occurred_at="2026-01-02T03:04:05Z", x_reason=quote("客户要求 100%"))
    assert found.occurred_at == from_rfc3339("2026-01-02T03:04:05Z")
    assert found.reason == "客户要求 100%"
    assert call(x_reason="客户要求".encode()).reason == "客户要求"


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"if_match": '"seven"'}, "If-Match"),
        ({"if_match": '"1", "2"'}, "If-Match"),
        ({"if_match": '"²"'.encode("latin-1")}, "If-Match"),
        ({"idempotency_key": ""}, "Idempotency-Key"),
        ({"idempotency_key": "k" * 201}, "Idempotency-Key"),
        ({"idempotency_key": "é".encode("latin-1")}, "Idempotency-Key"),
        ({"x_occurred_at": "yesterday"}, "X-Occurred-At"),
        ({"x_occurred_at": "2026-02-30"}, "X-Occurred-At"),
        ({"x_reason": "r" * 501}, "X-Reason"),
        ({"x_reason": "a%00b"}, "X-Reason"),
        ({"x_reason": b"\xff\xfe"}, "X-Reason"),
        ({"x_reason": "%ff"}, "X-Reason"),
    ],
)
def test_what_is_refused_is_named(headers: dict[str, str | bytes], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        call(**headers)
    assert [e.field for e in caught.value.errors] == [field]


def test_header_finds_by_name() -> None:
    request = Request({"type": "http", "headers": [(b"a", b"1"), (b"b", b"2")]})
    assert (header(request, b"b"), header(request, b"c")) == ("2", "")
