"""What the generated clients share: one call over httpx, and refusals as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class Refused(Exception):
    """RFC 9457 problem details: `problem["type"]`, and `errors` by field with `code` and `params`.

    Words among the `params` are in the language of the answer; decide by type and code.
    """

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.problem = problem

    @property
    def codes(self) -> dict[str, str]:
        """Field → error code."""
        return {error["field"]: error["code"] for error in self.problem.get("errors", ())}


class Service:
    """The operations of one service. http: knows the suite's address and bears the access token."""

    prefix = ""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def _call(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The answer's JSON, or its bytes. Raises Refused, and httpx's errors where nothing answers."""
        sent = {"json": body} if body is not None else {}
        answer = self._http.request(method, f"{self.prefix}{path}", params=dict(query or {}), **sent)
        is_json = "json" in answer.headers.get("content-type", "")
        if answer.is_error:
            answer.raise_for_status() if not is_json else None
            raise Refused(answer.json())
        return answer.json() if is_json else answer.content
