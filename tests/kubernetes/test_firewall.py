"""The OWASP rules, as the ingress controller has them: what routes take passes, attacks do not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.k8s.firewall import FIREWALL, Verdict, judged
from tests.support.ingress import uploads_of
from tests.support.openapi_documents import documents

SQL = "SELECT stage, sum(amount) FROM deals WHERE name LIKE '%x%' OR 1=1 UNION SELECT 'a', 2 -- all\nGROUP BY stage"
ATTACK = "' UNION SELECT password FROM users --"


@pytest.fixture(autouse=True)
def built() -> None:
    if not FIREWALL.is_built():
        pytest.skip(f"no rules in {FIREWALL.cached()}: python -m infra.k8s.apiserver --build makes them, once")


def request(method: str, uri: str, body: Any = None) -> dict[str, Any]:
    text = "" if body is None else json.dumps(body)
    headers = {"Host": "crm.example.com", "User-Agent": "Mozilla/5.0", "Accept": "application/json, text/event-stream"}
    headers |= {"Authorization": "Bearer a.b.c", "If-Match": '"3"', "Content-Length": str(len(text.encode()))}
    return {"method": method, "uri": uri, "headers": headers | {"Content-Type": "application/json"}, "body": text}


async def test_every_route_with_its_method_passes() -> None:
    found = await documents()
    asked = [request(method, uri, body) for method, uri, body in _operations(found) if not uploads_of(uri)]
    assert len(asked) > 400
    assert {one["method"] for one in asked} == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    refused = [(a["method"], a["uri"], v) for a, v in zip(asked, judged(asked), strict=True) if v.status]
    assert refused == []


def _operations(found: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for document in found.values():
        base = document["servers"][0]["url"].rstrip("/")
        for path, methods in document["paths"].items():
            for method in methods.keys() & {"get", "post", "put", "patch", "delete"}:
                uri = re.sub(r"\{\w+\}", "account-0192f0c1-7f3c-7aaa-8000-000000000001", path)
                yield method.upper(), base + uri, {"name": "王小明 & Söhne"} if method != "get" else None


PASSES = {
    "SQL in its field": request("POST", "/analytics/sql", {"sql": SQL, "format": "json"}),
    "a password like an attack": request("POST", "/identity/sessions", {"email": "a@b.cn", "password": ATTACK}),
    "the first one": request("POST", "/identity/setup", {"token": "t", "name": "Ada", "password": ATTACK}),
    "one's own": request("POST", "/identity/invitations/accept", {"token": "t", "password": ATTACK}),
    "another in its place": request("POST", "/identity/password", {"current": ATTACK, "new": ATTACK + "2"}),
    "what people write": request(
        "POST",
        "/customer/notes",
        {"text": "Mr O'Neill will select an offer and drop by at 3. 价格 <100 万, see https://example.com/a?b=c"},
    ),
    "a filter": request("GET", "/sales/deals?amount__gte=1000&stage__in=won,lost&sort=-created_at&q=O%27Neill"),
}
REFUSED = {
    "a method that no route has": (request("TRACE", "/"), 911100),
    "an attack next to the SQL": (request("POST", "/analytics/sql", {"sql": "SELECT 1", "format": ATTACK}), 942100),
    "an attack in the query of that route": (request("POST", "/analytics/sql?x=1%27%20OR%20%271%27=%271", {}), 942100),
    "SQL on another route": (request("POST", "/analytics/metrics", {"sql": ATTACK}), 942100),
    "an attack next to a new password": (request("POST", "/identity/password", {"new": "x", "cookie": ATTACK}), 942100),
    "a password elsewhere": (request("POST", "/customer/accounts", {"password": ATTACK}), 942100),
    "a script": (request("GET", "/customer/accounts?q=%3Cscript%3Ealert(1)%3C/script%3E"), 941100),
    "a path that leads out": (request("GET", "/customer/../../etc/passwd"), 930100),
}


def test_what_people_do_passes() -> None:
    said = dict(zip(PASSES, judged(PASSES.values()), strict=True))
    assert said == dict.fromkeys(PASSES, Verdict(0, []))


def test_attacks_do_not() -> None:
    said = dict(zip(REFUSED, judged(asked for asked, _ in REFUSED.values()), strict=True))
    missed = [
        (name, said[name])
        for name, (_, rule) in REFUSED.items()
        if said[name].status != 403 or rule not in said[name].rules
    ]
    assert missed == []
