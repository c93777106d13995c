"""Every route × who may call it (matrix.yaml): no token, no rights, each built-in role, another organisation."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from services.identity.role import NEVER_HIDDEN
from shared.kernel.bus import Call
from shared.security.permissions import Access, Level, system_access
from tests.security.suite import MATRIX, UNKNOWN, Route, Stage, open_stage, written
from tests.support.roles import BUILT_IN

REFUSED = (403, 404)
NEVER = {"If-Match": '"999999"'}  # lets a command come as far as its rights and no further
MAY_BE_EMPTY = {
    "GET /customer/attachments/{id}/preview",  # 404 until it is made; test_file_contents.py asks for real ones
    "GET /sales/price-books/{id}/price",  # 404 also where there is no price of that product
    "GET /analytics/metrics/{name}",  # 404 for a name of no metric; test_metrics.py asks for real ones
}
OF_ALL = {"GET /sales/accounts/{id}/deals-summary": "opportunity"}  # asks for the right to read all of these, too
TO_SET_UP = {  # what a user may do who needs a second factor first
    "GET /meta",
    "GET /identity/me",
    "GET /identity/me/preferences",
    "PUT /identity/me/preferences",
    "GET /identity/me/second-factor",
    "POST /identity/me/second-factor",
    "POST /identity/me/second-factor/confirm",
    "POST /identity/me/second-factor/recovery-codes",
    "POST /identity/me/second-factor/remove",
    "POST /identity/password",
    "GET /identity/sessions",
    "DELETE /identity/sessions/{id}",
}
BULK = ("POST /integration/bulk", "POST /integration/bulk/preview")
ON_ACCOUNT = {"read": "read", "edit": "edit", "archive": "edit", "erase": "read"}  # a file's rights are its account's
STREAMS = ("/events", "/changes")  # server-sent events answer as long as they like


def resource_of(stage: Stage, route: Route) -> str:
    """The record type whose id the path takes: not always the one whose right is asked for."""
    noun = route.path.split("/{")[0]
    return next(
        (a.name for a in stage.suite.kernel.catalogue if noun == f"/{a.service}/{a.noun}"),
        "session" if noun == "/identity/sessions" else "account",
    )


async def test_every_route_has_a_row_and_every_row_a_route(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        found = {r.name for r in stage.routes}
        assert sorted(found - MATRIX.keys()) == []
        assert sorted(MATRIX.keys() - found) == []
        assert len(found) > 250
        assert {r.name for r in stage.routes if r.public} == {n for n, row in MATRIX.items() if row == "public"}
        known = {a.name for a in stage.suite.kernel.catalogue} | {"analytics", "audit"}
        assert {row.split()[0] for row in MATRIX.values()} - {"public", "self"} <= known


async def test_no_route_but_the_public_ones_answers_without_a_valid_token(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        open_doors = []
        for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic YTpi"}):
            async with stage.anybody() as client:
                for route in stage.routes:
                    if route.row == "public":
                        continue
                    answer = await stage.call(client, route, UNKNOWN, **headers)
                    if answer.status_code != 401:
                        open_doors.append((route.name, answer.status_code))
        assert not open_doors, "\n".join(map(str, open_doors))


async def test_a_user_without_any_right_is_refused_on_every_row_that_asks_for_one(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.acme.tenant, await stage.user())
        open_doors = []
        for route in stage.routes:
            if route.row in ("public", "self"):
                continue
            answer = await stage.call(client, route, stage.ids[resource_of(stage, route)], **NEVER)
            if answer.status_code not in REFUSED:
                open_doors.append((route.name, answer.status_code))
        assert not open_doors, "\n".join(map(str, open_doors))


@pytest.mark.parametrize("role", [id for id in BUILT_IN if id != "administrator"])
async def test_each_role_is_refused_exactly_where_it_lacks_the_right(tmp_path: Path, role: str) -> None:
    """On a colleague's records: allowed means not refused, whatever else the command then says."""
    async with open_stage(tmp_path) as stage:
        user = await stage.user(role)
        client = await stage.client(stage.acme.tenant, user)
        access = await stage.suite.kernel.directory.access(stage.acme.tenant, user)
        assert access is not None
        wrong = []
        for route in stage.routes:
            if route.row in ("public", "self") or route.path.endswith(STREAMS):
                continue
            answer = await stage.call(client, route, stage.ids[resource_of(stage, route)], **NEVER)
            allowed = _allowed(stage, route, access)
            if allowed and route.name in MAY_BE_EMPTY:
                continue
            if (answer.status_code not in REFUSED) is not allowed:
                wrong.append((route.name, route.row, answer.status_code, answer.text[:200]))
        assert not wrong, "\n".join(map(str, wrong))


async def test_who_needs_a_second_factor_first_is_refused_on_every_row_but_those_to_set_it_up(tmp_path: Path) -> None:
    """An administrator, in whose organisation everybody needs one; the token is from before."""
    async with open_stage(tmp_path) as stage:
        client = stage.clients[stage.acme.tenant, stage.acme.user]
        system = Call(system_access(stage.acme.tenant), stage.acme.tenant)
        await stage.suite.kernel.bus.send("identity.ChangeOrganisation", {"second_factor": "everybody"}, system)
        await stage.suite.kernel.projector.catch_up()
        wrong = []
        for route in stage.routes:
            answer = await stage.call(client, route, stage.ids[resource_of(stage, route)], **NEVER)
            refused = answer.status_code == 403 and answer.json()["type"] == "/problems/second-factor-needed"
            if refused is (route.row == "public" or route.name in TO_SET_UP):
                wrong.append((route.name, answer.status_code, answer.text[:200]))
        assert not wrong, "\n".join(map(str, wrong))


def _allowed(stage: Stage, route: Route, access: Access) -> bool:
    if route.name in BULK and not access.allows("account", "edit"):  # what the example does to the records
        return False
    if route.name in OF_ALL and access.level(OF_ALL[route.name], "read") is not Level.ALL:
        return False
    resource, action = route.row.split()
    asked = resource_of(stage, route)
    if resource == "attachment" and "{" in route.path:
        on_account = access.allows("account", ON_ACCOUNT[action], stage.acme.user)  # type: ignore[arg-type]
        return on_account and access.allows(resource, action)  # type: ignore[arg-type]
    if "{" not in route.path or resource != asked:
        return access.allows(resource, action)  # type: ignore[arg-type]
    owned = stage.suite.kernel.catalogue[asked].collection.owner is not None
    owner = stage.acme.user if owned else ""
    return access.allows(asked, action, owner)  # type: ignore[arg-type]


async def test_another_organisations_ids_answer_exactly_like_unknown_ones(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        before = await written(stage)
        different, tried = [], 0
        for route in stage.routes:
            if "{" not in route.path or route.row == "public":
                continue
            foreign = await stage.call(client, route, stage.ids[resource_of(stage, route)])
            unknown = await stage.call(client, route, UNKNOWN)
            tried += 1
            if _shape(foreign) != _shape(unknown) or foreign.status_code not in (404, 200):
                different.append((route.name, foreign.status_code, unknown.status_code, foreign.text[:200]))
            elif foreign.status_code == 200 and foreign.json().get("items") != []:
                different.append((route.name, 200, unknown.status_code, foreign.text[:200]))
        assert not different, "\n".join(map(str, different))
        assert tried > 150
        assert await written(stage) == before


def _shape(answer: httpx.Response) -> tuple[int, bytes, list[str]]:
    return answer.status_code, answer.content, sorted(answer.headers)


async def test_no_list_search_export_or_query_shows_anything_of_another_organisation(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        canaries = [stage.acme.tenant, stage.acme.user, *stage.ids.values(), "Ada Bloom", "ada@acme.example"]
        leaks, tried = [], 0
        for route in stage.routes:
            if route.method != "GET" or "{" in route.path or route.path.endswith(STREAMS[1:]):
                continue
            for query in ("", "?q=Acme", "?format=xlsx" if route.path.endswith("/export") else "?limit=200"):
                answer = await client.get(route.path + query)
                tried += 1
                leaks += [(route.path + query, c) for c in canaries if c.encode() in answer.content]
        assert leaks == []
        assert tried > 150
        for sql in ("SELECT * FROM accounts", "SELECT * FROM opportunities"):
            answer = await client.post("/analytics/sql", json={"sql": sql, "format": "json"})
            assert answer.status_code == 200, answer.text
            assert not [c for c in canaries if c in answer.text]


async def test_every_field_of_every_record_can_be_hidden(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        kernel, tenant = stage.suite.kernel, stage.acme.tenant
        hidden = {
            a.name: sorted({f.name for f in a.collection.fields} - {a.collection.title, NEVER_HIDDEN})
            for a in kernel.catalogue
        }  # fmt: skip
        body = {"zh": "盲", "en": "Blind", "grants": {"*": {"*": "all"}}, "hidden": hidden}
        role = (await kernel.bus.send("identity.DefineRole", body, Call(system_access(tenant)))).id
        await kernel.projector.catch_up()
        client = await stage.client(tenant, await stage.user(role))
        shown = []
        for aggregate in kernel.catalogue:
            if aggregate.name not in stage.ids or aggregate.own_only:
                continue
            if aggregate.name in ("session", "api_key", "attachment", "taking_back"):  # they have routes of their own
                continue
            base, id = f"/{aggregate.service}/{aggregate.noun}", stage.ids[aggregate.name]
            record = (await client.get(f"{base}/{id}")).json()
            past = (await client.get(f"{base}/{id}?as_of=1")).json()
            items = (await client.get(base)).json()["items"]
            history = (await client.get(f"{base}/{id}/history")).json()["items"]
            header = (await client.get(f"{base}/export?format=csv")).text.split("\n")[0]
            assert items, base
            assert record["id"] == id, base
            for name in hidden[aggregate.name]:
                if name in record or name in past or any(name in i for i in items):
                    shown.append((aggregate.name, name, "record"))
                if any(name == f.partition(".")[0] for h in history for f in h["changes"]):
                    shown.append((aggregate.name, name, "history"))
                if name in header.split(","):
                    shown.append((aggregate.name, name, "export"))
                if (await client.get(f"{base}?{name}=x")).status_code != 422:
                    shown.append((aggregate.name, name, "filter"))
                if (await client.get(f"{base}?sort={name}")).status_code != 422:
                    shown.append((aggregate.name, name, "sort"))
        assert not shown, "\n".join(map(str, shown))
