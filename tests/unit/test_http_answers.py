"""Answers by model: what is written, what the document says of it, and that neither can be wrong unseen."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import pytest
from fastapi import Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.domain.command import CommandModel
from shared.http.answers import Answer, DateTime, json_answer, model_answer
from shared.http.app import ServiceApp
from shared.http.openapi import answer, body_of, operation
from shared.http.routing import DirectRouter


class Part(Answer):
    name: Annotated[str, Field(description="What it is called")]


class Whole(Answer):
    begun: Annotated[DateTime, Field(serialization_alias="from")]
    ended: str | None
    parts: list[Part] = []
    note: str = ""


class Rows(TypedDict):
    items: list[Part]


class Asked(CommandModel):
    name: str = "x"


def service(*answers: Any) -> ServiceApp:
    router = DirectRouter()
    for n, model in enumerate(answers):
        docs = operation(f"get{n}", "Get", "things", {200: answer("It", model)}, body=body_of(Asked, {}))

        @router.post(f"/things{n}", openapi_extra=docs)
        async def get(request: Request) -> Response:
            return json_answer({})

    return ServiceApp("T", "t", [router])


def test_what_is_not_set_is_left_out_and_null_stays() -> None:
    made = Whole(begun="2026-11-24T05:00:00Z", ended=None)
    response = model_answer(made, 201, {"Location": "/things/1"})
    assert orjson.loads(response.body) == {"from": "2026-11-24T05:00:00Z", "ended": None}
    assert (response.status_code, response.headers["location"]) == (201, "/things/1")
    made.note = "later"
    assert orjson.loads(model_answer(made).body)["note"] == "later"


def test_a_wrong_answer_is_no_error_of_the_caller() -> None:
    with pytest.raises(TypeError, match="Part"):
        Whole(begun="", ended=None, parts=[{"name": 1}])  # type: ignore[list-item]


def test_the_document_has_a_component_for_each_model() -> None:
    document = service(Whole, Rows).openapi()
    schemas = document["components"]["schemas"]
    assert {"Whole", "Rows", "Part", "Asked", "Problem"} <= schemas.keys()
    content = document["paths"]["/things0"]["post"]["responses"]["200"]["content"]
    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Whole"}}}
    assert schemas["Whole"]["required"] == ["from", "ended"]
    assert schemas["Whole"]["properties"]["from"]["format"] == "date-time"
    assert schemas["Whole"]["properties"]["parts"]["items"] == {"$ref": "#/components/schemas/Part"}
    assert schemas["Part"]["properties"]["name"]["description"] == "What it is called"
    orjson.dumps(document)


def test_two_models_of_one_name_make_no_document() -> None:
    class Problem(Answer):
        other: int

    with pytest.raises(TypeError, match="Problem"):
        service(Problem).openapi()
