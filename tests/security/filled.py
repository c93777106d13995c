"""Records of every type with a value of its own in every field that takes one, made from the commands' schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from services.customer.merging import mergeable
from shared.domain.command import Command
from shared.errors import CrmError, Invalid
from shared.http.recordschemas import sample
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import system_access
from tests.security.places import ID
from tests.security.suite import Stage

Schema = dict[str, Any]
Canaries = dict[tuple[str, str], set[str]]  # resource and field → values found there and nowhere else
CANARY = re.compile(r"qz\d{4}q|\+86105550\d{4}|70\d{5}\.00")
LEFT_OUT = frozenset(
    "archive restore undo transfer merge unmerge erase convert cancel lose hand-over suspend deactivate disqualify "
    "email roles teams manager invite remove-email remove-phone reorder retire-stage pause resume revert".split()
)  # what takes values away


@dataclass
class Filler:
    """Makes values that are recognised wherever they turn up."""

    ids: dict[str, str]
    numbers: Iterator[int] = field(default_factory=lambda: count(1000))

    def body(self, command: Command) -> dict[str, Any]:
        schema = command.model.model_json_schema()
        schemas = schema.get("$defs", {})
        return {name: self.value(name, part, schemas) for name, part in schema.get("properties", {}).items()}

    def value(self, name: str, schema: Schema, schemas: dict[str, Schema]) -> Any:
        if "$ref" in schema:
            return self.value(name, schemas[schema["$ref"].rpartition("/")[2]], schemas)
        if options := schema.get("anyOf"):
            return self.value(name, {**options[0], **{k: v for k, v in schema.items() if k == "examples"}}, schemas)
        if schema.get("pattern") == ID:
            return self.ids.get({"parent": "", "owner": "user"}.get(name, name), self.ids["user"])
        example = str((schema.get("examples") or [""])[0])
        match schema.get("type"):
            case ["string", "number"] if example == "1054.00":
                return f"70{next(self.numbers):05}.00"
            case "string" if "enum" not in schema and "format" not in schema:
                return self._text(example)
            case "object" if "properties" in schema:
                return {n: self.value(n, p, schemas) for n, p in schema["properties"].items()}
            case "array":
                return [self.value(name, schema.get("items", {}), schemas)]
        return 100 if schema.get("maximum") == 100 else sample(schema, schemas)

    def _text(self, example: str) -> str:
        n = next(self.numbers)
        if "@" in example:
            return f"qz{n}q@canary.example"
        if example.startswith("+"):
            return f"+86105550{n}"
        return example or f"qz{n}q"


async def fill(stage: Stage) -> Canaries:
    """Make the records, give `stage` their ids, and return the canaries in each field of them."""
    filler = Filler(stage.ids)
    for aggregate in stage.suite.kernel.catalogue:
        await _define_custom(stage, aggregate.name)
    plain: dict[str, str] = {}
    for aggregate in stage.suite.kernel.catalogue:
        for command in aggregate.commands.values():
            if command.creates and not command.hidden and not command.verb:
                plain[aggregate.name] = await _send(stage, filler, command, None) or stage.ids[aggregate.name]
                stage.ids[aggregate.name] = await _send(stage, filler, command, None) or stage.ids[aggregate.name]
        await _change(stage, filler, aggregate)
    found: Canaries = {}
    await _find(stage, plain, found)
    await _find(stage, stage.ids, found)
    await _merge(stage, plain)
    await stage.suite.kernel.projector.catch_up()
    return found


async def _define_custom(stage: Stage, resource: str) -> None:
    for name in ("secret", "open"):
        body = {"resource": resource, "name": name, "kind": "text", "zh": "x", "en": "x"}
        with suppress(CrmError):
            await stage.suite.kernel.bus.send("customer.DefineField", body, Call(system_access(stage.acme.tenant)))
    await stage.suite.kernel.projector.catch_up()


async def _change(stage: Stage, filler: Filler, aggregate: AnyAggregate) -> None:
    for command in aggregate.commands.values():
        if not command.creates and not command.hidden and command.verb not in LEFT_OUT and aggregate.name in stage.ids:
            await _send(stage, filler, command, stage.ids[aggregate.name])


async def _send(stage: Stage, filler: Filler, command: Command, id: str | None) -> str | None:
    """Send what the schema allows, without the fields that are refused; None when it is refused as a whole."""
    body = filler.body(command)
    if "custom" in body:
        body["custom"] = {"secret": f"qz{next(filler.numbers)}q"}
    for _ in range(5):
        call = Call(system_access(stage.acme.tenant, stage.acme.user), id, reason="to fill the stage")
        try:
            return (await stage.suite.kernel.bus.send(command.name, body, call)).id
        except Invalid as error:
            refused = {e.field.partition(".")[0] for e in error.errors} & body.keys()
            if not refused:
                return None
            body = {name: value for name, value in body.items() if name not in refused}
        except CrmError:
            return None
    return None


async def _merge(stage: Stage, plain: dict[str, str]) -> None:
    """Every value that can be chosen comes from the absorbed record."""
    for aggregate in stage.suite.kernel.catalogue:
        if merge := next((c for c in aggregate.commands.values() if c.verb == "merge"), None):
            choices = dict.fromkeys([*mergeable(aggregate), "custom.secret"], plain[aggregate.name])
            body = {"absorb": [plain[aggregate.name]], "choices": choices}
            call = Call(system_access(stage.acme.tenant, stage.acme.user), stage.ids[aggregate.name])
            await stage.suite.kernel.bus.send(merge.name, body, call)


async def _find(stage: Stage, ids: dict[str, str], found: Canaries) -> None:
    for resource, id in ids.items():
        aggregate = stage.suite.kernel.catalogue[resource]
        state = await stage.suite.kernel.repository.load(aggregate, stage.acme.tenant, id)
        custom = {f"custom.{name}": value for name, value in state.custom.items()}
        for name, value in {**aggregate.document(state), **custom}.items():
            found.setdefault((resource, name), set()).update(CANARY.findall(orjson.dumps(value).decode()))
