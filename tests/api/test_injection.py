"""Hostile filters, sorts, field names, cursors and searches: refused, or nothing from outside the caller's sight."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.http.params import RESERVED
from tests.api.problems import invalid
from tests.support.suite import PATHS, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

CORPUS = (
    '{"$ne":null}', '{"$gt":""}', '{"$where":"sleep(9000)"}', '{"$regex":".*"}', "[$ne]=1", "$where", "$expr", "$or",
    "' OR '1'='1", '" OR ""="', "' OR 1=1--", "1; DROP TABLE events;--", "') UNION SELECT * FROM sqlite_master--",
    "x' AND randomblob(1e9)--", "' || (SELECT doc FROM documents) || '", "json_extract(doc,'$.name')",
    "name') OR 1=1--", "x') IS NULL THEN json_array(1) END) WHERE ? IS NULL)) OR 1=1 --", "$.name", "$[*]",
    "__proto__", "constructor", "../../etc/passwd", "%", "_", "*", "NEAR(a b)",
    "name:acme", '"', "'", "\\", "`", "--", "/*", "a\tb", "a\nb", "\u202eacme", "\u200b", "\ufeff", "😀",
    "é" * 100, "a" * 10_000, "(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(" * 5_000, "*" * 5_000, "NOT " * 50,
    "a OR " * 50, "\x01", "\uffff", "9" * 400, "-1", "1e309", "NaN", "0x1", "true", "null", "undefined",
    ",", ",,,", "a," * 300,
)  # fmt: skip
HARMLESS = {("archived", "true"), ("names", "true"), ("fields", ","), ("fields", ",,,")}
# not lists of records, or none that a sales representative may read
ELSEWHERE = {"import", "import_mapping", "organisation", "legal_hold", "subject_request", "retention_rule"}
LISTS = [path for type_, path in PATHS.items() if type_ not in ELSEWHERE]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    """A sales representative, who sees some of their organisation's records."""
    yield whole.client("sales_representative")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(http: httpx.AsyncClient) -> dict[str, set[str]]:
    """What the representative may see at each list."""
    found = {}
    for path in LISTS:
        live = (await http.get(path, params={"limit": 200})).json()["items"]
        archived = (await http.get(path, params={"limit": 200, "archived": "true"})).json()["items"]
        found[path] = {record["id"] for record in (*live, *archived)}
    return found


def within(answer: httpx.Response, seen: set[str]) -> None:
    """Refused by field, or an answer that holds nothing outside of what the caller sees."""
    if answer.status_code == 422:
        assert answer.json()["type"] == "/problems/invalid"
        return
    assert answer.status_code == 200, answer.text
    assert {record["id"] for record in answer.json()["items"]} <= seen


@pytest.mark.parametrize("path", LISTS)
async def test_hostile_values(http: httpx.AsyncClient, seen: dict[str, set[str]], path: str) -> None:
    for text in CORPUS:
        for name in ("q", "id", "id[in]", "id[ge]", "created_at", "created_by", "created_by[ne]", "created_by[in]"):
            within(await http.get(path, params={name: text}), seen[path])
        for name in ("sort", "fields", "cursor", "as_of", "limit", "archived", "names"):
            answer = await http.get(path, params={name: text})
            if (name, text) not in HARMLESS:
                assert answer.status_code == 422, f"{name}={text[:80]}"


@pytest.mark.parametrize("path", LISTS)
async def test_names_that_are_not_declared_reach_no_driver(http: httpx.AsyncClient, path: str) -> None:
    for text in CORPUS:
        for name in (text, f"created_by[{text}]", f"created_by.{text}", f"{text}[eq]", f"-{text}"):
            answer = await http.get(path, params={name: "x"})
            assert answer.status_code == 422, name[:80]
    for ending in ("count", "export"):
        invalid(await http.get(f"{path}/{ending}", params={"$where": "1"}), ("$where", "bad-filter"))
    for name in ("by", "sum"):
        for text in CORPUS:
            given_ = {"by": "created_by", name: text}
            assert (await http.get(f"{path}/board", params=given_)).status_code == 422, text[:80]


async def test_searches_find_nothing_of_others(whole: Whole, http: httpx.AsyncClient) -> None:
    theirs = {id for ids in whole.theirs.records.values() for id in ids}
    for text in (*CORPUS, "acme", "globe", "王", "小明"):
        answer = await http.get("/search", params={"q": text})
        if answer.status_code != 422:
            assert answer.status_code == 200
            assert not {item["id"] for item in answer.json()["items"]} & theirs
        assert (await http.get("/search", params={"q": "acme", "types": text})).status_code == 422


@pytest.mark.parametrize("resource", ["account", *CORPUS])
async def test_hostile_parameters_elsewhere(http: httpx.AsyncClient, resource: str) -> None:
    for text in ("x", "\x00", "$ne", "a" * 10_000):
        params = {"resource": resource, "id": text}
        assert (await http.get("/identity/access/explain", params=params)).status_code in (403, 404, 422)
    params = {"resource": resource}
    assert (await http.get("/imports/template", params=params)).status_code in (403, 404, 422)


async def test_a_cursor_serves_the_query_it_was_made_for(http: httpx.AsyncClient) -> None:
    path = PATHS["account"]
    page = (await http.get(path, params={"limit": 1, "sort": "name"})).json()
    assert page["next"]
    for other in ({"sort": "-name"}, {"sort": "created_at"}, {"q": "acme"}, {"type": "customer"}, {"archived": "true"}):
        answer = await http.get(path, params={"limit": 1, "sort": "name", "cursor": page["next"], **other})
        assert answer.json()["errors"][0]["field"] == "cursor"
    made_for, value, key = orjson.loads(base64.urlsafe_b64decode(page["next"] + "=="))
    forged = (
        [made_for, 7, key], [made_for, value, 7], [made_for, value], [made_for, [value], key], {"a": made_for},
        [made_for, {"$gt": ""}, key], [made_for, True, key], None, [made_for, value, key, 1], ["x", value, key],
    )  # fmt: skip
    for content in forged:
        cursor = base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")
        answer = await http.get(path, params={"limit": 1, "sort": "name", "cursor": cursor})
        assert answer.status_code == 422, content


NAMES = st.sampled_from(["name", "owner", "created_at", "employees", "tags", "custom.class_0", "id", *sorted(RESERVED)])
OPERATORS = st.sampled_from(["", "[eq]", "[ne]", "[in]", "[ge]", "[prefix]", "[contains]", "[empty]", "[$ne]"])
VALUES = st.sampled_from(CORPUS) | st.text(max_size=20) | st.sampled_from(["true", "1", "2026-01-01", "name"])
PAIRS = st.lists(st.tuples(st.tuples(NAMES, OPERATORS).map("".join) | st.text(max_size=12), VALUES), max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=PAIRS)
async def test_any_query_string(
    http: httpx.AsyncClient, seen: dict[str, set[str]], pairs: list[tuple[str, str]]
) -> None:
    path = PATHS["account"]
    encoded = [(n.encode(errors="surrogatepass"), v.encode(errors="surrogatepass")) for n, v in pairs]
    answer = await http.get(path, params=[(n.decode("latin-1"), v.decode("latin-1")) for n, v in encoded])
    within(answer, seen[path])
