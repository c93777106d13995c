"""Every field × every route that reads: what is hidden from somebody is in no answer, whatever shows or computes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
import pytest_asyncio

from services.analytics.views.documented import VIEWS, within_reach
from services.identity.role import NEVER_HIDDEN
from services.integration.mapping.prepared import check_rights, prepare
from services.integration.mapping.spec import parse_mapping
from shared.errors import Invalid
from shared.kernel.bus import Call
from shared.security.permissions import Access, Level, Role, system_access
from shared.security.sources import with_derived
from tests.security.filled import CANARY, Canaries, fill
from tests.security.suite import NEEDED, Stage, open_stage
from tests.security.test_matrix import resource_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
LATER = "2100-01-01T00:00:00Z"
SLOW = ("/identity/sessions",)  # waits for the caller's own, and the stage signs tokens without one
STREAMS = ("imports/{id}/events", "jobs/{id}/events", "dry-runs/{id}/events", "/changes")  # as long as they like


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Stage, Canaries]]:
    async with open_stage(tmp_path_factory.mktemp("filled")) as stage:
        yield stage, await fill(stage)


def eyes(stage: Stage, hidden: dict[str, frozenset[str]]) -> Access:
    """The administrator, with these fields hidden."""
    return Access(stage.acme.tenant, stage.acme.user, (Role("r", "r", "r", {"*": {"*": Level.ALL}}, hidden),))


def seen_by(stage: Stage, hidden: dict[str, frozenset[str]]) -> AbstractContextManager[httpx.AsyncClient]:
    return stage.acting(eyes(stage, hidden))


def halves(fields: list[tuple[str, str]]) -> Iterator[dict[str, frozenset[str]]]:
    """So many ways to hide one half of all fields that of any two each is hidden once while the other is shown."""
    for bit in range(len(fields).bit_length()):
        for side in (0, 1):
            hidden: dict[str, set[str]] = {}
            for n, (resource, name) in enumerate(fields):
                if n >> bit & 1 == side:
                    hidden.setdefault(resource, set()).add(name)
            yield {resource: frozenset(names) for resource, names in hidden.items()}


def questions(stage: Stage, word: str) -> Iterator[tuple[str, str]]:
    """Everything that reads, now and at a moment: (path and query, SQL)."""
    for route in stage.routes:
        if route.method != "GET" or route.row == "public" or route.path in SLOW or route.path.endswith(STREAMS):
            continue
        resource = resource_of(stage, route)
        path = route.to(stage.ids[resource])
        needed = {**NEEDED, "resource": resource, "id": stage.ids[resource], "product": stage.ids["product"]}
        query = "&".join(f"{name}={needed.get(name, word)}" for name in route.query)
        yield f"{path}?{query}", ""
        if "as_of" in route.parameters:
            yield f"{path}?as_of={LATER}&{query}", ""
        if "names" in route.parameters:
            yield f"{path}?names=true&{query}", ""
        if "q" in route.parameters:
            yield f"{path}?q={word}&{query}", ""
    for name, view in VIEWS.items():
        yield "", f"SELECT * FROM {name}" + ("(day = '2100-01-01')" if view.parameters else "")


async def ask(client: httpx.AsyncClient, question: tuple[str, str]) -> httpx.Response:
    path, sql = question
    if sql:
        return await client.post("/analytics/sql", json={"sql": sql, "format": "json"})
    return await client.get(path)


async def test_no_route_shows_a_value_of_a_hidden_field(filled: tuple[Stage, Canaries]) -> None:
    stage, canaries = filled
    fields = {(a.name, f.name) for a in stage.suite.kernel.catalogue for f in a.collection.fields}
    fields |= {field for field in canaries if field[1].startswith("custom.")}
    word = min(canaries["account", "city"])
    leaked, failed = [], []
    shown: set[tuple[str, str]] = set()
    for hidden in halves([f for f in sorted(fields) if f[1] != NEVER_HIDDEN]):
        with seen_by(stage, hidden) as client:
            for question in questions(stage, word):
                answer = await ask(client, question)
                if answer.status_code >= 500:
                    failed.append((*question, answer.text))
                for field in leaks_in(canaries, answer.text, question[0]):
                    shown.add(field)
                    if field[1] in hidden.get(field[0], ()) and not comes_of_others(stage, field, hidden):
                        leaked.append((*field, *question))
    assert not leaked, "\n".join(map(str, leaked[:40]))
    assert not failed, "\n".join(map(str, failed[:10]))
    assert len(shown) > 100, sorted(canaries.keys() - shown)  # the same questions show them to others


def comes_of_others(stage: Stage, field: tuple[str, str], hidden: dict[str, frozenset[str]]) -> bool:
    """Whether a hidden field is computed from one that is shown: those who see that one may compute it."""
    resource, name = field
    declared = stage.suite.kernel.catalogue[resource].collection.field(name)
    unseen = with_derived(resource, hidden[resource])
    sources = declared.sources if declared else ()
    return any(source not in unseen for source in sources)


def leaks_in(canaries: Canaries, answer: str, question: str) -> set[tuple[str, str]]:
    """The fields of which a value stands in an answer, other than one that was asked for."""
    found = set(CANARY.findall(answer)) - set(CANARY.findall(question))
    return {field for field, values in canaries.items() if not found.isdisjoint(values)}


# --- asking by what is hidden -----------------------------------------------------------------------------------------


def ways_to_ask(base: str, name: str) -> Iterator[str]:
    for read in ("", "/count", "/export", "/board"):
        needed = "&by=archived" if read == "/board" else ""
        yield f"{base}{read}?{name}=x{needed}"
        yield f"{base}{read}?{name}[empty]=true{needed}"
        yield f"{base}{read}?{name}[empty]=true&as_of={LATER}{needed}"
    yield f"{base}?sort={name}"
    yield f"{base}?sort=-{name}"
    yield f"{base}/board?by={name}"
    yield f"{base}/board?by=archived&sum={name}"


async def test_nothing_is_found_sorted_grouped_or_summed_by_a_hidden_field(filled: tuple[Stage, Canaries]) -> None:
    stage, canaries = filled
    answered, asked = [], 0
    everything = {
        a.name: frozenset({f.name for f in a.collection.fields} - {NEVER_HIDDEN}) for a in stage.suite.kernel.catalogue
    }
    with seen_by(stage, everything) as client:
        for aggregate in stage.suite.kernel.catalogue:
            base = f"/{aggregate.service}/{aggregate.noun}"
            if f"GET {base}/count" not in {route.name for route in stage.routes}:
                continue
            for name in (*everything[aggregate.name], "custom.secret"):
                for path in ways_to_ask(base, name):
                    asked += 1
                    if (await client.get(path)).status_code != 422:
                        answered.append(path)
            word = next(iter(canaries.get((aggregate.name, "description"), ())), "qz1000q")
            if aggregate.collection.searchable and (await client.get(f"{base}?q={word}")).status_code != 422:
                answered.append(f"{base}?q=")
    assert not answered, "\n".join(answered[:40])
    assert asked > 2000


async def test_one_hidden_custom_field_cannot_be_asked_about_by_way_of_them_all(filled: tuple[Stage, Canaries]) -> None:
    stage, canaries = filled
    secret = min(canaries["account", "custom.secret"])
    ways = [
        f"custom.secret={secret}",
        f"custom.secret[ne]={secret}",
        "custom.secret[empty]=true",
        "sort=custom.secret",
        f"q={secret}",
    ]
    with seen_by(stage, {"account": frozenset({"custom.secret"})}) as client:
        for read in ("", "/count", "/export"):
            for way in ways:
                assert (await client.get(f"/customer/accounts{read}?{way}")).status_code == 422, (read, way)
        assert (await client.get("/customer/accounts?custom.open=x")).status_code == 200  # another one may


async def test_an_import_finds_and_writes_nothing_by_a_hidden_field(filled: tuple[Stage, Canaries]) -> None:
    """In a dry run, too: it would show whether a value is there."""
    stage, _ = filled
    leaked, refused = [], Counter[str]()
    for aggregate in stage.suite.kernel.catalogue:
        for field in aggregate.collection.fields:
            for mapping, code in mappings(aggregate.name, field.name):
                try:
                    spec, lines = parse_mapping(mapping)
                    steps = prepare(spec, lines, stage.suite.kernel.catalogue)
                except Invalid:
                    continue  # nobody can
                check_rights(steps, eyes(stage, {}), lines)
                try:
                    check_rights(steps, eyes(stage, {aggregate.name: frozenset({field.name})}), lines)
                    leaked.append((aggregate.name, field.name, code))
                except Invalid as error:
                    refused.update({e.code for e in error.errors} & {code})
    assert not leaked, "\n".join(map(str, leaked))
    assert min(refused[code] for code in ("bad-key", "read-only", "bad-lookup")) > 40, refused


async def test_a_dry_run_by_a_hidden_key_is_refused_before_it_begins(filled: tuple[Stage, Canaries]) -> None:
    stage, _ = filled
    mapping, code = next(mappings("account", "tax_id"))
    parts = [("mapping", (None, mapping.encode())), ("files", ("a.csv", b"x\n1\n"))]
    with seen_by(stage, {"account": frozenset({"tax_id"})}) as client:
        answer = await client.post("/integration/imports/dry-run", files=parts)
    assert (answer.status_code, [e["code"] for e in answer.json()["errors"]]) == (422, [code])
    with seen_by(stage, {}) as client:
        assert (await client.post("/integration/imports/dry-run", files=parts)).status_code == 202


def mappings(resource: str, name: str) -> Iterator[tuple[str, str]]:
    """(a mapping that finds or writes by the field, the code it is refused with)"""
    head = f"name: m\nsteps:\n  - name: s\n    file: a.csv\n    resource: {resource}\n"
    yield f"{head}    mode: update\n    key: {name}\n    fields:\n      {name}: {{column: x}}\n", "bad-key"
    yield f"{head}    mode: create\n    fields:\n      {name}: {{column: x}}\n", "read-only"
    other = f"{head.replace(resource, 'activity')}    mode: create\n    fields:\n"
    yield f"{other}      subject: {{column: x, lookup: {resource}.{name}}}\n", "bad-lookup"


# --- the log and the views --------------------------------------------------------------------------------------------


async def test_the_log_shows_no_event_that_carries_a_hidden_field_of_another_record_type(
    filled: tuple[Stage, Canaries],
) -> None:
    stage, _ = filled
    steps: list[tuple[str, dict[str, object]]] = [
        ("sales.StartWorking", {}),
        ("sales.QualifyLead", {}),
        ("sales.ConvertLead", {"opportunity": "new", "amount": "31337.31", "currency": "EUR"}),
    ]
    system = system_access(stage.acme.tenant, stage.acme.user)
    bus, person = stage.suite.kernel.bus, {"name": "Ann", "company": "Hooli", "email": "ann@hooli.example"}
    lead = (await bus.send("sales.CaptureLead", person, Call(system))).id
    for name, body in steps:
        await bus.send(name, body, Call(system, lead))
    condition = {"field": "tax_id", "op": "eq", "value": "DE1"}
    view = await bus.send(
        "customer.CreateSavedView", {"name": "v", "resource": "account", "filters": [condition]}, Call(system)
    )
    mapping, _ = next(mappings("product", "code"))
    saved = await bus.send("integration.SaveImportMapping", {"name": "m", "mapping": mapping}, Call(system))
    streams = (f"lead-{lead}", f"saved_view-{view.id}", f"import_mapping-{saved.id}")
    others = ("sales.LeadConversionStarted", "customer.SavedViewCreated", "integration.ImportMappingSaved")
    for hidden in ({}, {"opportunity": frozenset({"amount"})}):
        with seen_by(stage, hidden) as client:
            answers = [await client.get(f"/audit/streams/{stream}") for stream in streams]
        shown = {event["type"] for answer in answers for event in answer.json()["items"] if event["data"]}
        assert "sales.LeadCaptured" in shown
        assert shown.isdisjoint(others) if hidden else shown.issuperset(others)
        assert ("31337.31" in answers[0].text) == (not hidden)


async def test_every_column_of_every_view_declares_the_fields_that_it_reads(filled: tuple[Stage, Canaries]) -> None:
    stage, _ = filled
    known = {f"{a.name}.{f.name}" for a in stage.suite.kernel.catalogue for f in a.collection.fields}
    known |= {f"{a.name}.id" for a in stage.suite.kernel.catalogue}
    views = within_reach(None)
    for view in views.values():
        for column in view.columns:
            readable = {c.name for c in views[view.base].columns} if view.base else known
            assert column.reads, (view.name, column.name)
            assert readable.issuperset(column.reads), (view.name, column.name, column.reads)
            same = f"{view.resource}.{column.name}"
            assert view.base or same not in known or same in column.reads, (view.name, column.name)


async def test_moments_hidden_in_records_are_hidden_in_figures(filled: tuple[Stage, Canaries]) -> None:
    stage, _ = filled
    marks = frozenset({"created_at", "updated_at"})
    for name in ("opportunities", "accounts", "activities", "leads"):
        view = VIEWS[name]
        for column in sorted(marks & {c.name for c in view.columns}):
            sql = {"sql": f"SELECT max({column}) FROM {name}", "format": "json"}
            with seen_by(stage, {view.resource: marks}) as client:
                assert (await client.post("/analytics/sql", json=sql)).status_code in (400, 422), (name, column)
            with seen_by(stage, {}) as client:
                assert (await client.post("/analytics/sql", json=sql)).status_code == 200, (name, column)


async def test_a_timeline_leaves_out_what_only_a_hidden_field_would_find(filled: tuple[Stage, Canaries]) -> None:
    stage, _ = filled
    account = stage.ids["account"]
    path = f"/customer/accounts/{account}/timeline"
    body = {"kind": "note", "subject": "n", "links": [{"type": "account", "id": account}]}
    call = Call(system_access(stage.acme.tenant, stage.acme.user))
    made = await stage.suite.kernel.bus.send("customer.CreateActivity", body, call)
    await stage.suite.kernel.projector.catch_up()
    catalogue = stage.suite.kernel.catalogue
    ways = [(r, f.name) for r in ("activity", "lead") for f in catalogue[r].collection.fields if f.name != NEVER_HIDDEN]
    with seen_by(stage, {}) as client:
        assert made.id in (await client.get(path)).text
    for resource, name in ways:
        with seen_by(stage, {resource: frozenset({name})}) as client:
            for query in ("", "?kinds=note,change"):
                answer = await client.get(path + query)
                assert answer.status_code == 200, (resource, name, query, answer.text)
                assert '"kind":"change"' in answer.text
                if name in ("links", "at", "start", "due"):
                    assert made.id not in answer.text, (name, query)
