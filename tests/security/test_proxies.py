"""Whose word about the caller counts: that of the proxies that CRM_PROXIES names, over real connections."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from crm.process import http_server, reached
from crm.settings import WrongSetting, proxies
from crm.sockets import bind

SAID = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}
ITS_OWN = ["127.0.0.1", "http"]


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    assert request.client is not None
    await JSONResponse([request.client.host, request.url.scheme])(scope, receive, send)


async def _seen(trusted: list[str], address: str = "http://crm.example", headers: dict[str, str] = SAID) -> list[str]:
    """The address and the scheme that the routes see of a request from 127.0.0.1."""
    listening = bind("127.0.0.1", 0)
    server = http_server(reached(_who, address), trusted)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            found: list[str] = (await client.get("/", headers=headers)).json()
        return found
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize("trusted", [[], ["10.0.0.0/8"], ["203.0.113.9"]])
async def test_what_others_say_about_themselves_counts_for_nothing(trusted: list[str]) -> None:
    assert await _seen(trusted) == ITS_OWN


@pytest.mark.parametrize("trusted", [["127.0.0.1"], ["10.0.0.0/8", "127.0.0.0/8"]])
async def test_a_named_proxy_says_who_asks(trusted: list[str]) -> None:
    seen, scheme = await _seen(trusted)
    assert (ip_address(seen), scheme) == (ip_address("203.0.113.9"), "https")  # the last one is what the proxy saw


async def test_two_proxies_in_a_row_are_both_named() -> None:
    assert (await _seen(["127.0.0.1", "203.0.113.0/24"]))[0] == "198.51.100.7"


async def test_where_people_come_by_https_everything_is_for_https() -> None:
    assert await _seen([], "https://crm.example", {}) == ["127.0.0.1", "https"]


def test_proxies_are_addresses_and_networks() -> None:
    assert proxies({}) == []
    assert proxies({"CRM_PROXIES": "10.0.0.0/8, ::1"}) == ["10.0.0.0/8", "::1"]


@pytest.mark.parametrize("given", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0"])
def test_whoever_may_not_be_named_ends_the_start_with_one_line(given: str) -> None:
    with pytest.raises(WrongSetting, match=r"^CRM_PROXIES: .+$"):
        proxies({"CRM_PROXIES": given})
