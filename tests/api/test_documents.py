"""Every service's OpenAPI document: valid 3.1, complete, and with examples that the server itself takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.api.documents import SERVICES, Document, operations, prefix_of, type_at
from tests.support.suite import Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "application/json"
OF_THE_RECORDS = {
    "outside-term",  # codes that tell of what records there are, not of the shape of a body
    "unknown-reference",
    "unknown-email",
    "unknown-line",
    "unknown-price",
    "unknown-stage",
    "incomplete",
    "no-rate",
    "not-absorbed",
    "not-invited",
    "wrong-password",
}


async def document_of(whole: Whole, service: str) -> Document:
    answer = await whole.stranger().get(f"{prefix_of(service)}/openapi.json")
    assert answer.headers["content-type"] == JSON
    found: Document = answer.json()
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_the_document_is_valid_openapi_3_1(whole: Whole, service: str) -> None:
    document = await document_of(whole, service)
    assert document["openapi"] == "3.1.0"
    OPENAPI_31_VALIDATOR.validate(document)
    for reference in _references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_operation_is_told_in_full(whole: Whole, service: str) -> None:
    document = await document_of(whole, service)
    assert document["info"]["description"]
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    known = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["tags"], where
        assert set(operation["tags"]) <= known, where
        assert operation["security"] in ([{"bearer": []}], []), where
        assert _named(path) == {p for p in _parameters(document, operation) if p[0] == "path"}, where
        _check_errors(document, operation, where, with_body="requestBody" in operation)


def _check_errors(document: Document, operation: Document, where: str, *, with_body: bool) -> None:
    """Each error is a Problem, and the document names all that such an operation can meet."""
    responses = operation["responses"]
    for status, response in responses.items():
        if status[0] in "45":
            name = response.get("$ref", "").rpartition("/")[2]
            shown = document["components"]["responses"].get(name, response)
            is_readiness = where.endswith("/readyz")  # its 503 is an answer, not a failure
            problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            assert is_readiness or shown["content"] == problem, f"{where} {status}"
    expected = {"401"} if operation["security"] else set()
    if with_body:
        expected |= {"413", "415", "422"}
    if any(p[0] == "path" for p in _parameters(document, operation)):
        expected |= {"404"}
    assert expected <= set(responses), where
    assert any(status[0] == "2" for status in responses), where


@pytest.mark.parametrize("service", [s for s in SERVICES if s])
async def test_every_example_of_a_body_is_taken(whole: Whole, service: str) -> None:
    """By its shape; the records it names need not exist."""
    document, http = await document_of(whole, service), whole.client()
    bodies = 0
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get(JSON)
        if content is None:
            continue
        example = content["example"] if "example" in content else _example_of(document, content["schema"])
        type_ = type_at(prefix_of(service) + path)
        id = whole.ours.records[type_][-1] if type_ else ""
        url = prefix_of(service) + path.replace("{id}", id)
        answer = await http.request(method, url, json=example)
        codes = {e["code"] for e in answer.json().get("errors", ())} if answer.status_code == 422 else set()
        assert answer.status_code < 422 or (codes and codes <= OF_THE_RECORDS), (
            f"{method} {url} {example} {answer.text}"
        )
        bodies += 1
    assert bodies or service == "integration"


def _example_of(document: Document, schema: Document) -> Any:
    model = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return model["examples"][0]


def _named(path: str) -> set[tuple[str, str]]:
    return {("path", name) for name in re.findall(r"{(\w+)}", path)}


def _parameters(document: Document, operation: Document) -> set[tuple[str, str]]:
    found = set()
    for parameter in operation.get("parameters", ()):
        if "$ref" in parameter:
            parameter = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        assert parameter["description"] or parameter["in"] == "path", parameter["name"]
        found.add((parameter["in"], parameter["name"]))
    return found


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    return set().union(*map(_references, value)) if isinstance(value, list) else set()
