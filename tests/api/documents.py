"""The OpenAPI documents made ready for a generator of requests: with ids that exist, without what only waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import crm.roles
from tests.support.suite import NOBODY, OWN_PATHS, PATHS, Organisation

SERVICES = (*(service.name for service in crm.roles.SERVICES), "")
WAITING = ("min_version", "wait")  # parameters that make an answer wait; test_bad_input asks for them
REFERENCES = {name: name for name in ("account", "contact", "lead", "opportunity", "product", "price_book", "pipeline")}
REFERENCES |= {"owner": "user", "user": "user", "manager": "user", "to": "user", "mapping_id": "import_mapping"}
REFERENCES |= {"teams": "team", "record": "price_book", "person": "contact"}
VALUES: dict[str, Any] = {
    "roles": ["read_only"],
    "stage": "offer",
    "keys": ["offer"],
    "resource": "account",
}  # such as the records have
_ENDING: tuple[str, ...] = (
    "/erase",
    "/archive",
    "/deactivate",
    "/suspend",
    "/merge",
    "/cancel",
    "/complete",
    "/win",
    "/lose",
)
_ENDING += ("/convert", "/retire", "/disqualify", "/remove-price")
_SAME_FILTERS = ("/count", "/board", "/export")  # read as the list reads them
_SAME_READS = (*_SAME_FILTERS, "/density", "/{id}/history", "/{id}/timeline")  # by one handler for all record types

Document = dict[str, Any]


ENDLESS = "/changes"


def prefix_of(service: str) -> str:
    """Where a service's paths begin."""
    return f"/{service}" if service else ""


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Method (in small letters), path, operation."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def type_at(path: str) -> str | None:
    """The record type that stands at a path with its prefix."""
    noun = path.partition("/{id}")[0].removeprefix("/integration").replace("/sales/accounts", "/customer/accounts")
    return next((t for t, p in {**PATHS, **OWN_PATHS}.items() if p == noun), None)


class Ready:
    """Ids and references are those of an organisation's records, or unknown.

    Only the last record of a type comes to its end, and absorbs the one before; the others stay as they are.

    whole: with what operations have in common at each of them (headers, filters and their operators), and with the
    reads that all record types have in common at each type, not just once.
    """

    def __init__(self, document: Document, prefix: str, organisation: Organisation, *, whole: bool) -> None:
        self._document, self._prefix, self._organisation, self._whole = document, prefix, organisation, whole

    def document(self) -> Document:
        """The document, changed in place. What answers without end is left out: it has tests of its own."""
        self._document["paths"].pop(ENDLESS, None)
        if not self._whole:
            self._leave_out_same_reads()
        for method, path, operation in operations(self._document):
            type_ = type_at(self._prefix + path)
            given = [(p, self._resolved(p)) for p in operation.get("parameters", ())]
            kept = [p for ref, p in given if self._wanted(method, path, ref, p)]
            operation["parameters"] = [self._known(p, method, path, type_) for p in kept]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                self._body(content, type_)
        return self._document

    def _leave_out_same_reads(self) -> None:
        for ending in _SAME_READS:
            _, *others = [path for path in self._document["paths"] if path.endswith(ending)] or [""]
            for path in others:
                del self._document["paths"][path]["get"]

    def _resolved(self, parameter: Document) -> Document:
        if "$ref" not in parameter:
            return parameter
        found: Document = self._document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        return found

    def _wanted(self, method: str, path: str, reference: Document, parameter: Document) -> bool:
        if parameter["name"] in WAITING:
            return False
        if self._whole or parameter.get("required"):
            return True
        is_filter = "." in reference.get("$ref", "").rpartition("/")[2]
        if is_filter and (path.endswith(_SAME_FILTERS) or "[" in parameter["name"]):
            return False
        is_command = method == "post" and "{id}" in path
        return not (is_command and parameter["in"] == "header")

    def _known(self, parameter: Document, method: str, path: str, type_: str | None) -> Document:
        name = parameter["name"]
        if parameter["in"] == "path" and name == "id" and type_ is not None:
            ids = self._ids(type_)
            usable = ids[-1:] if method == "delete" or path.endswith(_ENDING) else ids[:-2] or ids
            return {**parameter, "schema": {"enum": [*usable, NOBODY]}, "example": usable[0]}
        is_record = parameter["in"] == "path" and name == "id"
        known = [] if is_record or not parameter.get("required") else self._required(name)
        return {**parameter, "schema": {"enum": known}} if known else parameter

    def _required(self, name: str) -> list[str]:
        """Values for parameters that are no record's id in the path."""
        if name in ("id", "stream"):
            return [self._organisation.one("account")]
        if name == "record":
            return [f"account-{self._organisation.one('account')}"]
        if name == "user":
            return [self._organisation.users["administrator"]]
        return self._ids(REFERENCES[name])[:1] if name in REFERENCES else [VALUES[name]] if name in VALUES else []

    def _ids(self, type_: str) -> list[str]:
        """The administrator is left out: the caller should stay one."""
        mine = self._organisation.users["administrator"]
        return [id for id in self._organisation.records[type_] if id != mine]

    def _body(self, content: Document, type_: str | None) -> None:
        if isinstance(example := content.get("example"), dict):
            content["example"] = {name: self._example(name, value, type_) for name, value in example.items()}
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        fields = self._document["components"]["schemas"].get(name, {}).get("properties", {})
        for field, shape in fields.items():
            if field in REFERENCES and shape.get("type") != "array" and "enum" not in shape.get("anyOf", [{}])[0]:
                fields[field] = {"anyOf": [{"enum": self._ids(REFERENCES[field])[:-2]}, shape]}

    def _example(self, name: str, value: Any, type_: str | None) -> Any:
        of_its_own = name in ("parent", "absorb")
        type_of = type_ if of_its_own else REFERENCES.get(name)
        if type_of is None:
            return VALUES.get(name, value)
        id = self._ids(type_of)[-2 if of_its_own else 0]
        return [id] if isinstance(value, list) else id
