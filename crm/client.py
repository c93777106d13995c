"""The command line's only way to a suite: its HTTP interface, with errors as one clear line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import httpx
import orjson

TIMEOUT = httpx.Timeout(30.0, read=None)


class CommandFailed(Exception):
    """What the user reads on standard error; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Client:
    """Speaks for one signed-in user. Raises CommandFailed for every answer that is no success."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": _language()}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT)
        self.url = url

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        return orjson.loads(self._send("GET", path, params=params).content)

    def get_bytes(self, path: str, **params: Any) -> bytes:
        return self._send("GET", path, params=params).content

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        return orjson.loads(self._send("POST", path, **options).content)

    def delete(self, path: str) -> Any:
        return orjson.loads(self._send("DELETE", path).content)

    def post_bytes(self, path: str, body: Any) -> bytes:
        return self._send("POST", path, json=body).content

    def events(self, method: str, path: str, body: Any = None) -> Iterator[dict[str, Any]]:
        """The data of each server-sent event, until the stream ends."""
        headers = {"Accept": "text/event-stream"}
        try:
            with self._http.stream(method, path, json=body, headers=headers) as answer:
                if answer.is_error:
                    answer.read()
                    raise _failed(answer)
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield orjson.loads(line[5:])
        except httpx.HTTPError as error:
            raise CommandFailed(f"{self.url} does not answer: {error}") from error

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise CommandFailed(f"{self.url} does not answer: {error}") from error
        if answer.is_error:
            raise _failed(answer)
        return answer


def _language() -> str:
    """The user's, as the environment says: `zh_CN.UTF-8` → `zh-CN`."""
    said = next((text for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (text := os.environ.get(name))), "")
    found = re.match(r"[A-Za-z]{2,3}(_[A-Za-z]{2,4})?(?![A-Za-z_])", said)
    return found[0].replace("_", "-") if found else "en"


def _failed(answer: httpx.Response) -> CommandFailed:
    """The problem's detail and its errors by field, in one line."""
    try:
        problem = orjson.loads(answer.content)
        parts = [f"{e['field']}: {e['message']}" if e["field"] else e["message"] for e in problem.get("errors", [])]
        text = "; ".join(parts) or str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        text = f"the suite answered {answer.status_code}"
    return CommandFailed(text)
