"""The route table finds what the framework would find, and knows which methods a path takes."""

from __future__ import annotations

import pytest
from fastapi import Request
from starlette.responses import Response

from shared.http.routing import DirectRoute, DirectRouter, Table


async def handler(request: Request) -> Response:
    return Response()


def table(*routes: tuple[str, str]) -> Table:
    router, built = DirectRouter(), Table()
    for method, path in routes:
        router.add_api_route(path, handler, methods=[method])
    for route in router.routes:
        assert isinstance(route, DirectRoute)
        built.add(route)
    return built


RECORDS = table(
    ("GET", "/accounts"),
    ("POST", "/accounts"),
    ("GET", "/accounts/count"),
    ("GET", "/accounts/{id}"),
    ("PATCH", "/accounts/{id}"),
    ("GET", "/accounts/{id}/history"),
    ("POST", "/accounts/{id}/archive"),
    ("GET", "/files/{path:path}"),
)


@pytest.mark.parametrize(
    ("method", "path", "found", "parameters"),
    [
        ("GET", "/accounts", "/accounts", {}),
        ("GET", "/accounts/count", "/accounts/count", {}),
        ("GET", "/accounts/17", "/accounts/{id}", {"id": "17"}),
        ("POST", "/accounts/17/archive", "/accounts/{id}/archive", {"id": "17"}),
    ],
)
def test_found(method: str, path: str, found: str, parameters: dict[str, str]) -> None:
    answer = RECORDS.find(method, path)
    assert isinstance(answer, tuple)
    assert (answer[0].path, answer[1]) == (found, parameters)


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/accounts/", "/accounts//history", "/accounts/1/2/3", "/files/a/b"]
)
def test_unknown_paths(path: str) -> None:
    assert RECORDS.find("GET", path) is None


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/accounts/17", ["GET", "PATCH"]),
        ("PATCH", "/accounts/count", ["GET"]),
        ("PUT", "/accounts", ["GET", "POST"]),
    ],
)
def test_wrong_methods_are_told_the_right_ones(method: str, path: str, allowed: list[str]) -> None:
    assert RECORDS.find(method, path) == allowed


def test_a_path_routed_twice_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        table(("GET", "/a/{id}"), ("GET", "/a/{other}"))
