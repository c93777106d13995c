"""Another organisation's ids in every place that takes one: paths, bodies, queries, uploads, SQL, cursors.

The places are found in the OpenAPI documents, so that a new route or field is tried by itself. Both organisations have
the same records; the caller is the administrator of the second one, and every id of the first must answer as one that
does not exist.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx

from services.integration.bulk.previews import BulkPreviewExecution
from tests.security.places import Place, filled, strings
from tests.security.suite import UNKNOWN, Route, Stage, open_stage, written

STREAMS = ("/events", "/changes")  # server-sent events answer as long as they like
NO_REFERENCE = {"role", "organisation"}  # texts of that name: what a contact is to an account, the name of a new one
MULTIPART = "multipart/form-data"
GATE = (
    "gate",
    "roles",
    "0",
)  # compared with the roles of the user who moves a deal; built-in names are taken too
# Where an id that does not exist is taken: what is not there is taken away, and nothing changes.
TAKEN = {
    "POST /customer/activities/{id}/unlink id",
    "POST /customer/contacts/{id}/end-account-link account",
    "POST /customer/contacts/{id}/remove-address address",
    "POST /sales/opportunities/{id}/remove-contact-role contact",
    "POST /integration/bulk ids.0",  # its report names what it does not find
    "POST /integration/bulk/preview ids.0",
    "POST /identity/teams/{id}/preview leads.0",  # who is not there gains and loses nothing, and nothing is written
    "POST /identity/teams/{id}/preview parent",
    "POST /identity/users/{id}/preview manager",
    "POST /identity/users/{id}/preview roles.0",
    "POST /identity/users/{id}/preview teams.0",
}
# Where the refusal names another field: which of the merged records a value is from, which price it is, and the made-up
# user with whom a view is shared, too.
REFUSED_ELSEWHERE = {
    "POST /identity/me/recents items.0.id",  # the record type that goes with it is made up
    "POST /customer/accounts/{id}/merge choices.*",
    "POST /customer/contacts/{id}/merge choices.*",
    "POST /customer/saved-views/{id}/share roles.0",
    "POST /customer/saved-views/{id}/share teams.0",
    "POST /sales/price-books/{id}/remove-price product",
}


def resource_of(stage: Stage, route: Route) -> str:
    """The record type whose id the path takes."""
    noun = route.path.split("/{")[0]
    return next(
        (a.name for a in stage.suite.kernel.catalogue if noun == f"/{a.service}/{a.noun}"),
        "session" if noun == "/identity/sessions" else "account",
    )


def shape(answer: httpx.Response, sent: str = UNKNOWN) -> tuple[Any, ...]:
    """All that an answer shows, the id that was sent aside."""
    begun = answer.json()["id"] if answer.status_code in (201, 202) else UNKNOWN  # a job's own id differs
    return answer.status_code, answer.text.replace(sent, UNKNOWN).replace(begun, UNKNOWN), sorted(answer.headers)


async def test_every_reference_of_every_body_is_declared_as_an_id(tmp_path: Path) -> None:
    """A body's field that is named like a reference must look like one in the document, or it is tried nowhere."""
    async with open_stage(tmp_path) as stage:
        catalogue = stage.suite.kernel.catalogue
        references = {f.name for a in catalogue for f in a.collection.fields if f.ref} | {a.name for a in catalogue}
        plain = [
            (route.name, ".".join(place))
            for route in stage.routes
            for place in route.texts
            if place[-3:] != GATE and _last(place) in references - NO_REFERENCE
        ]
        assert plain == []
        assert sum(len(r.ids) for r in stage.routes) > 60


def _last(place: Place) -> str:
    return next((p for p in reversed(place) if p not in ("0", "*")), "")


async def test_another_organisations_id_in_a_body_is_an_unknown_one(tmp_path: Path) -> None:
    async with open_stage(tmp_path, both=True) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        before, different, tried = await written(stage), [], 0
        taken, elsewhere = set(), set()
        for route in stage.routes:
            for place in route.ids if route.media == "application/json" else ():
                unknown = await with_id(client, stage, route, place, UNKNOWN)
                where = f"{route.name} {'.'.join(place)}"
                assert unknown.status_code < 500, (where, unknown.text)
                if unknown.status_code < 300:
                    taken.add(where)
                elif not names(unknown, place):
                    elsewhere.add(where)
                for foreign in set(stage.ids.values()):
                    tried += 1
                    answer = await with_id(client, stage, route, place, foreign)
                    if shape(answer, foreign) != shape(unknown):
                        different.append((route.name, place, unknown.text[:200], answer.text[:200]))
        assert not different, "\n".join(map(str, different))
        assert taken == TAKEN
        assert elsewhere == REFUSED_ELSEWHERE
        assert tried > 900
        assert await written(stage) == before


async def with_id(client: httpx.AsyncClient, stage: Stage, route: Route, place: Place, id: str) -> httpx.Response:
    """The id at that place; every other reference that the body needs is one of the caller's own records."""
    body = filled(route.body, route.schemas, route.example, place, id)
    references = {name for name, *_ in route.ids} & body.keys() & stage.theirs.keys() - {place[0]}
    body |= {name: stage.theirs[name] for name in references}
    return await client.request(route.method, route.to(stage.theirs[resource_of(stage, route)]), json=body)


def names(answer: httpx.Response, place: Place) -> bool:
    return any(e["field"].partition(".")[0] == place[0] for e in answer.json().get("errors", ()))


async def test_another_organisations_id_in_a_query_is_an_unknown_one(tmp_path: Path) -> None:
    """Filters, searches, sorting, cursors: every parameter that takes a text, on every route that reads."""
    async with open_stage(tmp_path, both=True) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        refs = {
            f.name: a.name
            for a in stage.suite.kernel.catalogue
            for b in stage.suite.kernel.catalogue
            for f in b.collection.fields
            if f.ref and f.ref in (a.name, a.collection.name)
        }
        different, tried = [], 0
        for route in stage.routes:
            if route.method != "GET" or route.row == "public" or route.path.endswith(STREAMS):
                continue
            kind = resource_of(stage, route)
            path, needed = route.to(stage.theirs[kind]), dict.fromkeys(route.query, UNKNOWN)
            for name in {*route.filters, *route.query}:
                foreign = stage.ids[refs.get(name.partition("[")[0], kind)]
                values = [_condition(id) if name == "filter" else id for id in (UNKNOWN, foreign)]
                unknown, answer = [await client.get(path, params={**needed, name: value}) for value in values]
                tried += 1
                if shape(answer, foreign) != shape(unknown):
                    different.append((route.name, name, unknown.text[:200], answer.text[:200]))
        assert not different, "\n".join(map(str, different))
        assert tried > 1_000


def _condition(id: str) -> str:
    """The tree of conditions that finds one record."""
    return json.dumps({"all": [{"field": "id", "op": "eq", "value": id}]})


async def test_a_bulk_act_fails_on_another_organisations_records_as_on_unknown_ones(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        before, asked = await written(stage), {"type": "account", "command": "archive", "body": {}}
        found = []
        for id in (stage.ids["account"], UNKNOWN):
            asked["ids"] = [id]
            begun = (await client.post("/bulk/preview", json=asked)).raise_for_status().json()["id"]
            await BulkPreviewExecution(stage.suite.kernel, begun).run()
            report = (await client.get(f"/bulk/{begun}/report")).raise_for_status().text
            found.append(report.replace(id, "").replace(begun, ""))
        assert found[0] == found[1]
        assert '"code":"not-found"' in found[0]
        assert await written(stage) == before


async def test_an_import_by_another_organisations_mapping_does_not_begin(tmp_path: Path) -> None:
    async with open_stage(tmp_path, both=True) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        uploads = [(r, place) for r in stage.routes if r.media == MULTIPART for place in r.ids]
        assert len(uploads) == 3
        for route, place in uploads:
            answers, name = [], "file" if route.path.endswith("/inspect") else "files"
            for id in (UNKNOWN, stage.ids["import_mapping"], stage.ids["account"], stage.theirs["import_mapping"]):
                file = {name: ("accounts.csv", b"Company\nAcme\n", "text/csv")}
                answers.append(await client.post(route.path, data={place[-1]: id}, files=file))
            unknown, *foreign, own = answers
            assert unknown.status_code == 404
            assert [shape(a) for a in foreign] == [shape(unknown)] * 2
            assert own.status_code in (200, 201, 202)


async def test_no_view_of_the_warehouse_has_a_row_of_another_organisation(tmp_path: Path) -> None:
    async with open_stage(tmp_path, both=True) as stage:
        ours = await stage.client(stage.acme.tenant, stage.acme.user)
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        async with asyncio.timeout(60):
            for asker, ids in ((ours, stage.ids), (client, stage.theirs)):
                while ids["opportunity"] not in await asked(asker, "SELECT * FROM opportunities"):
                    await asyncio.sleep(0.1)
        views = (await client.get("/analytics/views")).json()["views"]
        assert len(views) > 10
        for view in views:
            arguments = ", ".join(f"{name} = '2100-01-01'" for name in view["parameters"])
            name = view["name"] + (f"({arguments})" if arguments else "")
            answer = await asked(client, f"SELECT * FROM {name} LIMIT 10000")
            assert not [id for id in stage.ids.values() if id in answer], name
        mine = f"SELECT * FROM opportunities WHERE opportunity_id = '{stage.theirs['opportunity']}'"
        assert stage.theirs["opportunity"] in await asked(client, mine)
        foreign = await asked(client, mine.replace(stage.theirs["opportunity"], stage.ids["opportunity"]))
        assert foreign == await asked(client, mine.replace(stage.theirs["opportunity"], UNKNOWN))


async def asked(client: httpx.AsyncClient, sql: str) -> str:
    answer = await client.post("/analytics/sql", json={"sql": sql, "format": "csv"})
    assert answer.status_code == 200, (sql, answer.text)
    return answer.text


async def test_another_organisations_streams_answer_as_unknown_ones(tmp_path: Path) -> None:
    """The audit's own sign_in: streams are named by record type and id."""
    async with open_stage(tmp_path) as stage:
        client = await stage.client(stage.umbrella.tenant, stage.umbrella.user)
        ours = await stage.client(stage.acme.tenant, stage.acme.user)
        for kind, id in stage.ids.items():
            foreign = await client.get(f"/audit/streams/{kind}-{id}")
            assert shape(foreign) == shape(await client.get(f"/audit/streams/{kind}-{UNKNOWN}")), kind
            assert (await ours.get(f"/audit/streams/{kind}-{id}")).status_code == 200, kind


def test_a_place_that_takes_an_id_is_found_and_filled() -> None:
    id = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
    link = {"type": "object", "properties": {"type": {"enum": ["a"]}, "id": id}, "required": ["type", "id"]}
    body = {
        "type": "object",
        "properties": {
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
            "owner": {"anyOf": [id, {"type": "null"}]},
            "name": {"type": "string"},
        },
    }
    schemas = {"Link": link}
    found = dict(strings(body, schemas))
    assert found == {("links", "0", "id"): True, ("owner",): True, ("name",): False}
    assert filled(body, schemas, {"name": "A"}, ("links", "0", "id"), "x") == {
        "name": "A",
        "links": [{"type": "a", "id": "x"}],
    }
    assert filled(body, schemas, {"name": "A"}, ("owner",), "x") == {"name": "A", "owner": "x"}
