"""Requests that name the wrong record, version, moment or key, or fields that are the server's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import pytest_asyncio

from shared.domain.command import Command
from shared.http.commandpaths import method_and_path
from shared.kernel.catalogue import AnyAggregate
from tests.api.problems import invalid, refused
from tests.support.role_harness import acts_since, flush_reads
from tests.support.suite import NOBODY, PATHS, Whole, create

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNTS, DEALS = PATHS["account"], PATHS["opportunity"]
OWN: tuple[str, ...] = (
    "id",
    "version",
    "tenant",
    "position",
    "_pos",
    "stream",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
)
OWN += ("archived", "erased", "actor", "event_id", "occurred_at", "recorded_at", "command_id", "causation_id")
STRANGE_IDS = ("x", "-", "%00", "%C3%A9", "a b", "$ne", "{}", "a" * 65, "0x1", "null", "*", "1 OR 1=1")


@pytest_asyncio.fixture(loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    yield whole.client()


@pytest_asyncio.fixture(loop_scope="module")
async def unchanged(whole: Whole) -> AsyncIterator[None]:
    before = await whole.kernel.store.head()
    yield
    assert await acts_since(whole.suite, before) == []


# --- ids --------------------------------------------------------------------------------------------------------------


def same(first: httpx.Response, second: httpx.Response) -> None:
    """Nobody can tell the two answers apart."""
    assert (first.status_code, first.content, first.headers) == (second.status_code, second.content, second.headers)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("type_", PATHS)
async def test_another_tenants_id_answers_like_an_unknown_one(
    whole: Whole, http: httpx.AsyncClient, type_: str
) -> None:
    """At every path that takes an id, whatever the body; and so does what can be no id."""
    aggregate = whole.kernel.catalogue[type_]
    theirs, base = whole.theirs.one(type_), PATHS[type_]
    for path in ("", "/history", "/timeline", "?as_of=1", "?as_of=2026-01-01", "?fields=id"):
        unknown = await http.get(f"{base}/{NOBODY}{path}")
        refused(unknown, 404, "not-found")
        for id in (theirs, *STRANGE_IDS):
            same(await http.get(f"{base}/{id}{path}"), unknown)
    for command in commands(aggregate):
        if not command.creates:
            method, path = method_and_path(aggregate, command)
            rest = path.partition("{id}")[2]
            for body in ({}, example_of(aggregate, command)):
                unknown = await http.request(method, f"{base}/{NOBODY}{rest}", json=body)
                assert unknown.status_code in (404, 422)
                same(await http.request(method, f"{base}/{theirs}{rest}", json=body), unknown)


@pytest.mark.usefixtures("unchanged")
async def test_references_to_another_tenant_are_unknown_references(whole: Whole, http: httpx.AsyncClient) -> None:
    for name, type_, path, body in (
        ("parent", "account", ACCOUNTS, {"name": "A"}),
        ("owner", "user", ACCOUNTS, {"name": "A"}),
        ("account", "account", DEALS, {"name": "D"}),
        ("product", "product", DEALS, {"name": "D"}),
        ("pipeline", "pipeline", DEALS, {"name": "D"}),
        ("price_book", "price_book", DEALS, {"name": "D"}),
        ("lead", "lead", DEALS, {"name": "D"}),
    ):
        unknown = await http.post(path, json={**body, name: NOBODY})
        invalid(unknown, (name, "unknown-reference"))
        same(await http.post(path, json={**body, name: whole.theirs.one(type_)}), unknown)


@pytest.mark.usefixtures("unchanged")
async def test_other_routes_that_take_an_id(whole: Whole, http: httpx.AsyncClient) -> None:
    theirs = whole.theirs
    for path, id in (
        ("/identity/access/explain?resource=account&id={}", theirs.one("account")),
        ("/sales/opportunities/{}/stages", theirs.one("opportunity")),
        ("/sales/pipelines/{}/board", theirs.one("pipeline")),
        ("/sales/price-books/{}/price?product=" + whole.ours.one("product"), theirs.one("price_book")),
        ("/imports/{}/report", theirs.one("import")),
        ("/imports/{}/rejected.csv", theirs.one("import")),
        ("/imports/{}/left.csv", theirs.one("import")),
        ("/imports/{}/events", theirs.one("import")),
        ("/audit/streams/account-{}", theirs.one("account")),
        ("/audit/streams/{}", theirs.one("account")),
    ):
        unknown = await http.get(path.format(NOBODY))
        refused(unknown, 404, "not-found")
        same(await http.get(path.format(id)), unknown)


# --- versions, keys, times --------------------------------------------------------------------------------------------


async def test_a_stale_if_match_tells_both_versions(whole: Whole, http: httpx.AsyncClient) -> None:
    path = f"{ACCOUNTS}/{await create(http, 'account', name='Stale Ltd')}"
    assert (await http.patch(path, json={"city": "Ulm"}, headers={"If-Match": '"1"'})).status_code == 200
    for old in ('"1"', 'W/"1"', "1", '"7"'):
        body = refused(
            await http.patch(path, json={"city": "Bonn"}, headers={"If-Match": old}), 412, "version-mismatch"
        )
        assert (body["expected"], body["actual"]) == (int(old.strip('W/"')), 2)
    for wrong in ("two", '"1", "2"', '"-1"', "", '"1.0"', '"9999999999"'):
        invalid(await http.patch(path, json={"city": "Bonn"}, headers={"If-Match": wrong}), ("If-Match", "bad-version"))
    assert (await http.get(f"{path}?min_version=2")).json()["city"] == "Ulm"


async def test_a_key_belongs_to_one_request(whole: Whole, http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = await http.post(ACCOUNTS, json={"name": "Once Ltd"}, headers=key)
    same(await http.post(ACCOUNTS, json={"name": "Once Ltd"}, headers=key), first)
    for path, body in ((ACCOUNTS, {"name": "Twice Ltd"}), (DEALS, {"name": "Once Ltd"})):
        refused(await http.post(path, json=body, headers=key), 422, "idempotency-key-reused")
    at = f"{ACCOUNTS}/{first.json()['id']}"
    refused(await http.patch(at, json={"city": "Ulm"}, headers=key), 422, "idempotency-key-reused")
    for wrong in ("", "x" * 201, "é", "a\tb"):
        answer = await http.post(ACCOUNTS, json={"name": "B"}, headers=[(b"Idempotency-Key", wrong.encode())])
        invalid(answer, ("Idempotency-Key", "bad-key"))


@pytest.mark.usefixtures("unchanged")
async def test_moments_that_cannot_be(whole: Whole, http: httpx.AsyncClient) -> None:
    at = f"{ACCOUNTS}/{whole.ours.one('account')}"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for moment, field, code in (
        (tomorrow, "occurred_at", "in-the-future"),
        ("9999-12-31T23:59:59Z", "occurred_at", "in-the-future"),
        ("2001-01-01T00:00:00Z", "occurred_at", "before-last"),
        ("2001-01-01", "occurred_at", "before-last"),
        ("2026-02-30T00:00:00Z", "X-Occurred-At", "bad-moment"),
        ("0001-01-01T00:00:00+23:00", "X-Occurred-At", "bad-moment"),
        ("now", "X-Occurred-At", "bad-moment"),
        ("", "X-Occurred-At", "bad-moment"),
    ):
        answer = await http.patch(at, json={"city": "Ulm"}, headers={"X-Occurred-At": moment})
        invalid(answer, (field, code))
    for reason in ("x" * 501, "a%00b", "a%0Ab", "%FF"):
        answer = await http.patch(at, json={"city": "Ulm"}, headers={"X-Reason": reason})
        invalid(answer, ("X-Reason", "bad-reason"))
    for name in ("as_of", "known_at"):
        for wrong in ("2026-02-30", "noon", "0", "-1", "1e3", "2026-W48-6", ""):
            invalid(await http.get(at, params={name: wrong}), (name, "bad-moment"))


@pytest.mark.usefixtures("unchanged")
async def test_a_version_that_never_comes_is_waited_for_then_told(whole: Whole, http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{ACCOUNTS}/{whole.ours.one('account')}?min_version=999")
    refused(answer, 503, "projection-behind")
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    foreign = await http.get(f"{ACCOUNTS}/{whole.theirs.one('account')}?min_version=1")
    refused(foreign, 404, "not-found")
    same(await http.get(f"{ACCOUNTS}/{NOBODY}?min_version=1"), foreign)
    for wrong in ("-1", "1.5", "two", "", "9999999999"):
        answer = await http.get(f"{ACCOUNTS}/{whole.ours.one('account')}?min_version={wrong}")
        invalid(answer, ("min_version", "out-of-range"))


@pytest.mark.usefixtures("unchanged")
async def test_waiting_for_events_ends(whole: Whole, http: httpx.AsyncClient) -> None:
    await flush_reads(whole.suite)
    head = await whole.kernel.store.head()
    answer = await http.get(f"/audit/events?after={head}&wait=1")
    assert answer.json() == {"items": [], "from": head, "position": head}
    for wrong in ("31", "-1", "x", "1.5"):
        invalid(await http.get(f"/audit/events?wait={wrong}"), ("wait", "out-of-range"))
    with patch.object(whole.kernel.store, "read_all", side_effect=ValueError("no such position")):  # as some stores do
        invalid(await http.get("/audit/events?after=5"), ("after", "unknown-position"))


# --- fields that are the server's own ---------------------------------------------------------------------------------


def commands(aggregate: AnyAggregate) -> list[Command]:
    return [c for c in aggregate.commands.values() if not c.hidden]


def example_of(aggregate: AnyAggregate, command: Command) -> dict[str, Any]:
    """A body that is taken where it asks for nothing that must exist."""
    shown: Any = command.model.model_config.get("json_schema_extra") or {}
    found: dict[str, Any] = shown.get("examples", [{}])[0]
    return found


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("type_", [t for t in PATHS if t != "import"])
async def test_what_the_server_sets_nobody_sends(whole: Whole, http: httpx.AsyncClient, type_: str) -> None:
    """In every body of every command: each field that is not the command's own is refused by its name."""
    aggregate = whole.kernel.catalogue[type_]
    shown = [f.name for f in aggregate.collection.fields]
    for command in commands(aggregate):
        sent = {name: "x" for name in (*OWN, *shown) if name not in command.model.model_fields}
        method, path = method_and_path(aggregate, command)
        url = f"/{aggregate.service}{path}".replace("/integration/imports", "/imports")
        url = url.replace("{id}", whole.ours.one(type_))
        answer = await http.request(method, url, json={**example_of(aggregate, command), **sent})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid"), f"{method} {url}"
        refused_fields = {e["field"] for e in answer.json()["errors"] if e["code"] == "extra-forbidden"}
        assert refused_fields == set(sent), f"{method} {url}"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("/identity/sessions", {"email": "a@acme.example", "password": "x"}),
        ("/identity/sessions/refresh", {"refresh_token": "x"}),
        ("/identity/password", {"current": "x", "new": "y"}),
        ("/identity/invitations/accept", {"token": "x", "password": "y"}),
        ("/identity/setup", {"token": "x", "organisation": "O", "name": "N", "email": "e", "password": "p"}),
        ("/analytics/sql", {"sql": "SELECT 1"}),
        ("/audit/replays", {"views": ["accounts"]}),
        ("/audit/verifications", {}),
    ],
)
async def test_other_bodies_take_no_more_than_they_name(
    http: httpx.AsyncClient, path: str, example: dict[str, Any]
) -> None:
    more = {"tenant": "x", "user": "x", "roles": ["administrator"], "is_admin": True}
    invalid(await http.post(path, json=example | more), *((name, "extra-forbidden") for name in more))
