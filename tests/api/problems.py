"""What a refusal must look like: RFC 9457, its type, and which field is wrong by which code."""

from __future__ import annotations

from typing import Any

import httpx

from shared.http.codes import all_codes


def refused(answer: httpx.Response, status: int, type_: str, *errors: tuple[str, str]) -> dict[str, Any]:
    """The problem of an answer. errors: (field, code) of each, in any order."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"/problems/{type_}"), body
    assert body["title"]
    assert body["detail"]
    assert sorted((e["field"], e["code"]) for e in body.get("errors", ())) == sorted(errors), body
    assert {e["code"] for e in body.get("errors", ())} <= set(all_codes()), "run python -m tests.house.problems"
    assert all(e["message"] for e in body.get("errors", ()))
    return body


def invalid(answer: httpx.Response, *errors: tuple[str, str]) -> dict[str, Any]:
    return refused(answer, 422, "invalid", *errors)
