"""OpenAPI 3.1: operations, parameters, errors, components. Schemas of bodies and answers come from their models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shared.domain.command import CommandModel
from shared.http.codes import all_codes, params_schema
from shared.http.problems import MEDIA_TYPE, Problem
from shared.http.routing import AnyRoute, DirectRoute

if TYPE_CHECKING:
    from fastapi import FastAPI

Schema = dict[str, Any]
Content = Schema | type  # a model or a TypedDict becomes a component of the document
Components = dict[str, dict[str, Any]]  # "schemas", "parameters", … → name → component

_COMPONENT = "#/components/schemas/{model}"

READ_ERRORS = (401, 403, 422, 503)
RECORD_ERRORS = (401, 403, 404, 422, 503)
WRITE_ERRORS = (401, 403, 404, 409, 412, 413, 415, 422, 429, 503)

_ERRORS = {
    400: "The request is malformed",
    401: "No valid access token was sent: `unauthenticated`",
    403: "You do not have the right to do this: `forbidden`",
    404: "Unknown, foreign or invisible, which answer the same: `not-found`",
    405: "The path does not take this method: `method-not-allowed`",
    409: "The record's state does not allow this: `rejected`, `conflict`, `duplicate`, `undo-clash`",
    410: "It was there and is no more: `gone`",
    412: "`If-Match` names another version than the record's: `version-mismatch`",
    413: "The body is too large: `too-large`",
    415: "The content type is not understood: `unsupported-media-type`",
    422: "The request is not valid: `invalid` with an error per field, `idempotency-key-reused`",
    429: "Too many attempts, long exports or long bodies: `too-many-requests`; `Retry-After` tells when",
    503: "Not now: `projection-behind`, `unavailable`; `Retry-After` tells when",
}


def schema(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def query(name: str, description: str, type_: Schema | None = None, *, required: bool = False) -> Schema:
    """A query parameter; text unless a schema says otherwise."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "required": required,
        "schema": type_ or {"type": "string"},
    }


def answer(
    description: str, content: Content | None = None, *, media: str = "application/json", **headers: str
) -> Schema:
    """One response. headers: name (with _ for -) → description."""
    response: Schema = {"description": description}
    if content is not None:
        response["content"] = {media: {"schema": content}}
    if headers:
        response["headers"] = {
            name.replace("_", "-"): {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    return response


def answer_events(description: str) -> Schema:
    """A response of server-sent events. The schema is that of one event; its data is JSON text."""
    data = {"type": "string", "contentMediaType": "application/json"}
    one = {"type": "object", "required": ["data"], "properties": {"event": {"type": "string"}, "data": data}}
    return answer(description, one, media="text/event-stream")


def body_of(content: Content, example: Any = None, *, required: bool = True, media: str = "application/json") -> Schema:
    shown: Schema = {"schema": content}
    if example is not None:
        shown["example"] = example
    return {"required": required, "content": {media: shown}}


def operation(
    id: str,
    summary: str,
    tag: str,
    answers: Mapping[int, Schema],
    *,
    description: str = "",
    parameters: Sequence[Schema] = (),
    body: Schema | None = None,
    errors: Iterable[int] = READ_ERRORS,
    public: bool = False,
) -> Schema:
    """One operation, whole, for a DirectRoute's `openapi_extra`. public: no token is needed."""
    found: Schema = {"operationId": id, "summary": summary, "tags": [tag]}
    if description:
        found["description"] = description
    if parameters:
        found["parameters"] = list(parameters)
    if body is not None:
        found["requestBody"] = body
    wanted = {e for e in errors if not (public and e in (401, 403))}
    found["responses"] = {str(status): response for status, response in answers.items()} | {
        str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(wanted)
    }
    found["security"] = [] if public else [{"bearer": []}]
    return found


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """Component schemas of pydantic models, by class name."""
    _, definitions = models_json_schema([(m, "validation") for m in models], ref_template=_COMPONENT)
    found: dict[str, Schema] = definitions.get("$defs", {})
    return found


def document(app: FastAPI, routes: Sequence[AnyRoute], components: Iterable[Components]) -> dict[str, Any]:
    """The whole document: direct routes as they describe themselves, the others as the framework sees them."""
    framework = [r for r in routes if not isinstance(r, DirectRoute)]
    found = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=app.description, routes=framework
    )
    paths = found.setdefault("paths", {})
    for operations in paths.values():
        for one in operations.values():
            _complete(one)
    for route in routes:
        if isinstance(route, DirectRoute) and route.include_in_schema:
            if not (described := route.operation):
                raise TypeError(f"{route.path} has no OpenAPI operation")
            for method in route.methods or ():
                paths.setdefault(route.path, {})[method.lower()] = described
    _add_components(found, components)
    _link_models(found)
    tags = sorted({t for operations in paths.values() for one in operations.values() for t in one.get("tags", ())})
    found["tags"] = [{"name": t} for t in tags]
    return found


def _link_models(found: Schema) -> None:
    """Make each model in the paths a component, and its places references. Answers are described as they are sent."""
    models = sorted({m for m in _leaves(found["paths"]) if isinstance(m, type)}, key=lambda m: m.__name__)
    adapters: list[tuple[type, JsonSchemaMode, TypeAdapter[Any]]] = [
        (m, "validation" if issubclass(m, CommandModel) else "serialization", TypeAdapter(m)) for m in models
    ]
    references, definitions = TypeAdapter.json_schemas(adapters, ref_template=_COMPONENT)
    components = found["components"]["schemas"]
    for name, one in definitions.get("$defs", {}).items():
        if components.setdefault(name, one) != one:
            raise TypeError(f"two schemas of one document are called {name}")
    found["paths"] = _replaced(found["paths"], {model: references[model, mode] for model, mode, _ in adapters})


def _leaves(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for entry in value.values():
                yield from _leaves(entry)
        case list():
            for entry in value:
                yield from _leaves(entry)
        case _:
            yield value


def _replaced(value: Any, references: Mapping[type, Schema]) -> Any:
    match value:
        case dict():
            return {key: _replaced(entry, references) for key, entry in value.items()}
        case list():
            return [_replaced(entry, references) for entry in value]
        case type():
            return references[value]
    return value


def _complete(one: Schema) -> None:
    """Errors and rights of an operation that the framework described."""
    responses = one.setdefault("responses", {})
    for status in RECORD_ERRORS:
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if "requestBody" in one:
        for status in (413, 415):
            responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    one.setdefault("security", [{"bearer": []}])


def _add_components(found: Schema, extra: Iterable[Components]) -> None:
    components = found.setdefault("components", {})
    for kind, named in (pair for one in extra for pair in one.items()):
        components.setdefault(kind, {}).update(named)
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(mode="serialization", ref_template=_COMPONENT)
    schemas |= schemas["Problem"].pop("$defs")
    schemas["Problem"]["properties"] |= {
        "code": {"type": "string", "enum": all_codes(), "description": "Of a refusal that concerns no field"},
        "params": {"type": "object", "additionalProperties": True, "description": "The values in `detail`, by name"},
    }
    schemas["MessageParams"] = params_schema()
    components["responses"] = {
        **components.get("responses", {}),
        **{f"Problem{n}": answer(text, schema("Problem"), media=MEDIA_TYPE) for n, text in _ERRORS.items()},
    }
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of `POST /identity/sessions`.",
        }
    }
