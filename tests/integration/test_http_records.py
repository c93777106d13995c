"""The routes of a record type, end to end over real HTTP semantics and the real embedded adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from shared.security.permissions import Level, Role
from shared.views.port import Kind
from tests.support.http_service import Service, open_service
from tests.support.suite import NOBODY

ACCOUNTS = "/customer/accounts"
MASKED = Role("masked", "", "", {"account": {"*": Level.ALL}}, {"account": frozenset({"annual_revenue"})})


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with open_service(tmp_path, projecting=False) as opened:
        yield opened


async def create(service: Service, client: httpx.AsyncClient, **fields: object) -> str:
    answer = await client.post(ACCOUNTS, json={"allow_duplicate": True, **fields})
    assert answer.status_code == 201, answer.text
    await service.catch_up()
    id: str = answer.json()["id"]
    return id


def problem(answer: httpx.Response, status: int, type_: str) -> dict[str, object]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"/problems/{type_}"), body
    return body


async def test_create_answers_where_the_record_is(service: Service) -> None:
    client = service.client()
    answer = await client.post(ACCOUNTS, json={"name": "Acme"})
    assert answer.status_code == 201
    body = answer.json()
    undo = {"method": "POST", "path": f"{ACCOUNTS}/{body['id']}/archive", "body": {}, "label": "Archive the record"}
    assert body == {"id": body["id"], "version": 1, "undo": undo}
    assert answer.headers["etag"] == '"1"'
    await service.catch_up()
    found = await client.get(answer.headers["location"])
    assert (found.json()["name"], found.json()["owner"], found.headers["etag"][:3]) == ("Acme", "anna", '"1-')
    known = await client.get(answer.headers["location"], headers={"If-None-Match": found.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    headers = {"If-Match": found.headers["etag"]}
    assert (await client.patch(answer.headers["location"], json={"city": "Ulm"}, headers=headers)).status_code == 200
    assert (await client.patch(answer.headers["location"], json={"city": "Bonn"}, headers=headers)).status_code == 412
    await service.catch_up()
    changed = await client.get(answer.headers["location"], headers={"If-None-Match": found.headers["etag"]})
    assert (changed.status_code, changed.json()["city"], changed.headers["etag"][:3]) == (200, "Ulm", '"2-')


async def test_a_patch_changes_what_it_names_and_history_tells(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="Acme", city="Bonn")
    headers = {"X-Reason": quote("客户搬家"), "X-Occurred-At": "2020-01-01T00:00:00Z"}
    refused = await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Köln"}, headers=headers)
    assert problem(refused, 422, "invalid")["errors"]
    answer = await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Köln"}, headers={"X-Reason": quote("客户搬家")})
    undo = {"method": "POST", "path": f"{ACCOUNTS}/{id}/undo", "body": {"version": 2}, "label": "Undo this change"}
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == {"id": id, "version": 2, "undo": undo}
    newest, first = (await client.get(f"{ACCOUNTS}/{id}/history")).json()["items"]
    assert (newest["reason"], newest["changes"]) == ("客户搬家", {"city": {"from": "Bonn", "to": "Köln"}})
    assert first["version"] == 1


async def test_undo_and_its_clash(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="Acme", city="Bonn")
    await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Köln"})
    await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Ulm"})
    clash = problem(await client.post(f"{ACCOUNTS}/{id}/undo", json={"version": 2}), 409, "undo-clash")
    assert clash["fields"] == ["city"]
    assert (await client.post(f"{ACCOUNTS}/{id}/undo", json={"version": 3})).json()["version"] == 4
    await service.catch_up()
    assert (await client.get(f"{ACCOUNTS}/{id}")).json()["city"] == "Köln"


async def test_if_match_protects_against_lost_updates(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="Acme")
    first = await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Ulm"}, headers={"If-Match": '"1"'})
    assert first.status_code == 200
    stale = await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Bonn"}, headers={"If-Match": '"1"'})
    body = problem(stale, 412, "version-mismatch")
    assert (body["expected"], body["actual"]) == (1, 2)


async def test_an_idempotency_key_makes_one_record_and_belongs_to_its_user(service: Service) -> None:
    anna, bert = service.client("anna"), service.client("bert")
    headers = {"Idempotency-Key": "k-1"}
    answers = [await anna.post(ACCOUNTS, json={"name": "Acme"}, headers=headers) for _ in range(3)]
    assert len({(a.status_code, a.text, a.headers["location"], a.headers["etag"]) for a in answers}) == 1
    other = await anna.post(ACCOUNTS, json={"name": "Other"}, headers=headers)
    problem(other, 422, "idempotency-key-reused")
    berts = await bert.post(ACCOUNTS, json={"name": "Acme", "allow_duplicate": True}, headers=headers)
    assert berts.json()["id"] != answers[0].json()["id"]


async def test_min_version_waits_for_the_view_or_says_it_is_behind(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="Acme")
    behind = await client.get(f"{ACCOUNTS}/{id}?min_version=2")
    problem(behind, 503, "projection-behind")
    assert behind.headers["retry-after"] == "1"
    assert (await client.get(f"{ACCOUNTS}/{id}?min_version=1")).status_code == 200


async def test_who_waits_for_an_invisible_record_is_answered_as_for_an_unknown_one(service: Service) -> None:
    id = await create(service, service.client(), name="Acme")
    rep = service.client("rep", Role("own", "own", "own", {"account": {"read": Level.OWN}}))
    for version in (1, 2, 999):
        unknown = await rep.get(f"{ACCOUNTS}/{NOBODY}?min_version={version}")
        invisible = await rep.get(f"{ACCOUNTS}/{id}?min_version={version}")
        problem(unknown, 404, "not-found")
        assert invisible.content == unknown.content


async def test_lists_page_filter_sort_and_count(service: Service) -> None:
    client = service.client()
    for n in range(7):
        await create(service, client, name=f"Acme {n}", employees=n, country="CN" if n % 2 else "DE")
    seen, cursor = [], ""
    while True:
        page = (await client.get(f"{ACCOUNTS}?sort=-employees&limit=3&cursor={cursor}")).json()
        seen += [d["employees"] for d in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    chinese = (await client.get(f"{ACCOUNTS}?country=CN&employees[ge]=2&fields=employees")).json()["items"]
    assert chinese == [{"id": d["id"], "version": 1, "employees": n} for d, n in zip(chinese, (3, 5), strict=True)]
    assert (await client.get(f"{ACCOUNTS}/count?country=CN")).json() == {"count": 3}
    foreign_cursor = await client.get(f"{ACCOUNTS}?cursor=x")
    assert problem(foreign_cursor, 422, "invalid")["errors"]


async def test_full_text_in_chinese_and_archived_records(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="北京纺织有限公司")
    assert [d["id"] for d in (await client.get(ACCOUNTS, params={"q": "纺织"})).json()["items"]] == [id]
    await client.post(f"{ACCOUNTS}/{id}/archive")
    await service.catch_up()
    assert (await client.get(ACCOUNTS, params={"q": "纺织"})).json()["items"] == []
    assert (await client.get(ACCOUNTS, params={"archived": "true"})).json()["items"][0]["id"] == id


async def test_names_of_references_come_along(service: Service) -> None:
    client = service.client()
    parent = await create(service, client, name="Holding")
    await create(service, client, name="Daughter", parent=parent)
    page = (await client.get(f"{ACCOUNTS}?names=true&parent={parent}")).json()
    assert page["names"] == {parent: "Holding"}


async def test_the_past_of_a_record_and_of_a_list(service: Service) -> None:
    client = service.client()
    id = await create(service, client, name="Acme", city="Bonn")
    moment = (await client.get(f"{ACCOUNTS}/{id}")).json()["created_at"]
    await client.patch(f"{ACCOUNTS}/{id}", json={"city": "Ulm"})
    await service.catch_up()
    for past in ("1", moment):
        answer = await client.get(f"{ACCOUNTS}/{id}", params={"as_of": past})
        assert (answer.json()["city"], answer.headers["etag"][:3]) == ("Bonn", '"1-')
    listed = await client.get(ACCOUNTS, params={"as_of": moment, "city": "Bonn"})
    assert [d["id"] for d in listed.json()["items"]] == [id]
    assert (await client.get(f"{ACCOUNTS}/count", params={"city": "Bonn"})).json()["count"] == 0
    problem(await client.get(f"{ACCOUNTS}/{id}", params={"as_of": "2001-01-01"}), 404, "not-found")
    problem(await client.get(ACCOUNTS, params={"as_of": "1"}), 422, "invalid")


async def test_board_adds_up_exactly_within_filters(service: Service) -> None:
    client = service.client()
    for amount, kind in (("0.10", "customer"), ("0.20", "customer"), ("5.00", "partner")):
        await create(service, client, name=f"A {amount}", type=kind, annual_revenue=amount)
    board = await client.get(f"{ACCOUNTS}/board?by=type&sum=annual_revenue")
    assert board.json()["groups"] == [
        {"key": key, "count": n, "sum": total, "sums": [{"currency": "", "count": n, "sum": total}]}
        for key, n, total in (("customer", 2, "0.30"), ("partner", 1, "5.00"))
    ]
    filtered = await client.get(f"{ACCOUNTS}/board?by=type&type=partner")
    assert [g["count"] for g in filtered.json()["groups"]] == [1]
    for wrong in ("", "by=name", "by=nothing", "by=type&sum=name", "by=type&sum=nothing", "by=type&limit=3"):
        problem(await client.get(f"{ACCOUNTS}/board?{wrong}"), 422, "invalid")


async def test_hidden_fields_appear_nowhere(service: Service) -> None:
    admin, clerk = service.client(), service.client("clerk", MASKED)
    id = await create(service, admin, name="Acme", annual_revenue="31415926.00")
    await admin.patch(f"{ACCOUNTS}/{id}", json={"annual_revenue": "27182818.00"})
    await service.catch_up()
    paths = ["", f"/{id}", f"/{id}?as_of=1", f"/{id}/history", f"/{id}/timeline", "/export", "?fields=annual_revenue"]
    for path in paths:
        answer = await clerk.get(ACCOUNTS + path)
        assert answer.status_code == 200, answer.text
        assert "31415926" not in answer.text, path
        assert "27182818" not in answer.text, path
    assert "annual_revenue" not in (await clerk.get("/meta")).text
    asked = ("?sort=annual_revenue", "?annual_revenue[ge]=1", "/board?by=type&sum=annual_revenue")
    for path in asked:
        problem(await clerk.get(ACCOUNTS + path), 422, "invalid")
    problem(await clerk.patch(f"{ACCOUNTS}/{id}", json={"annual_revenue": "1.00"}), 422, "invalid")


async def test_a_hidden_custom_field_appears_nowhere_and_is_no_filter(service: Service) -> None:
    await service.define_custom("size", Kind.TEXT)
    await service.define_custom("rank", Kind.TEXT)
    id = await create(service, service.client(), name="Acme", custom={"size": "XXL", "rank": "gold"})
    hidden = {"account": frozenset({"custom.size"})}
    clerk = service.client("clerk", Role("clerk", "", "", {"account": {"*": Level.ALL}}, hidden))
    for path in ("", f"/{id}", f"/{id}?as_of=1", f"/{id}/history", "/export"):
        answer = await clerk.get(ACCOUNTS + path)
        assert ("XXL" in answer.text, "gold" in answer.text) == (False, True), path
    assert [c["name"] for c in (await clerk.get("/meta")).json()["types"][0]["custom"]] == ["rank"]
    assert (await clerk.get(f"{ACCOUNTS}/count?custom.rank=gold")).json() == {"count": 1}
    for path in ("/count?custom.size=XXL", "?custom.size[eq]=XXL", "/count?custom_keys=size%3DXXL"):
        problem(await clerk.get(ACCOUNTS + path), 422, "invalid")


async def test_foreign_invisible_and_unknown_ids_answer_the_same(service: Service) -> None:
    admin = service.client()
    id = await create(service, admin, name="Acme")
    foreign = service.client("eve", "administrator", tenant="t2")
    invisible = service.client("rep", "sales_representative")
    unknown = [await admin.get(f"{ACCOUNTS}/{other}") for other in ("01a20d19-d502-7000-b3fc-24eddf297000", "x" * 70)]
    for one in (await foreign.get(f"{ACCOUNTS}/{id}"), await invisible.get(f"{ACCOUNTS}/{id}"), *unknown):
        assert one.content == unknown[0].content
        problem(one, 404, "not-found")
    for verb, body in (("archive", {}), ("undo", {"version": 1}), ("type", {"type": "partner"})):
        for client in (foreign, invisible):
            problem(await client.post(f"{ACCOUNTS}/{id}/{verb}", json=body), 404, "not-found")


async def test_without_the_right_the_body_is_not_even_read(service: Service) -> None:
    reader = service.client("reader", "read_only")
    problem(await reader.post(ACCOUNTS, content=b"{"), 403, "forbidden")
    problem(await reader.get(f"{ACCOUNTS}/export"), 403, "forbidden")


async def test_without_a_token_nothing_is_told(service: Service) -> None:
    client = service.client()
    for value in (b"", b"Bearer", b"Bearer x.y.z", b"Basic YTpi", b"Bearer \xe9"):
        answer = await client.get(ACCOUNTS, headers={b"Authorization": value})
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("DELETE", f"{ACCOUNTS}/1", "GET, PATCH"), ("PUT", ACCOUNTS, "GET, POST"), ("PATCH", f"{ACCOUNTS}/count", "GET")],
)
async def test_wrong_methods(service: Service, method: str, path: str, allow: str) -> None:
    answer = await service.client().request(method, path)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allow


async def test_bodies_of_the_wrong_kind_and_size(service: Service) -> None:
    client = service.client()
    problem(
        await client.post(ACCOUNTS, content=b"name=A", headers={"Content-Type": "text/plain"}),
        415,
        "unsupported-media-type",
    )
    problem(await client.post(ACCOUNTS, content=b" " * 5_000_000), 413, "too-large")
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 100_000
            yield b" " * 100_000

    problem(await client.post(ACCOUNTS, content=endless()), 413, "too-large")
    assert read <= 1_200_000
    declared = await client.post(ACCOUNTS, content=endless(), headers={"Content-Length": "5000000"})
    problem(declared, 413, "too-large")


async def test_commands_take_no_query_parameters(service: Service) -> None:
    answer = await service.client().post(f"{ACCOUNTS}?dry_run=true", json={"name": "A"})
    problem(answer, 422, "invalid")
