"""Every field of every record × who may write it (matrix.yaml): a lock holds on every command that sets the field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.identity.role import NEVER_HIDDEN
from shared.domain.command import Command
from shared.errors import CrmError, Invalid
from shared.http.recordschemas import sample
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access, Level, Role
from tests.security.suite import FIELDS, Stage, open_stage

NO_COMMAND = "-"
# where "" is the default, and no other text will do
SAMPLES = {"language": "zh", "direction": "inbound", "time_zone": "UTC"}


def setters(aggregate: AnyAggregate) -> dict[str, str]:
    """Field → the commands whose bodies name it; `custom.<name>` belongs to `custom`."""
    found: dict[str, list[str]] = {f.name: [] for f in aggregate.collection.fields}
    for command in _open(aggregate):
        for name in named(aggregate, command):
            found[name].append(_label(command))
    return {name: ", ".join(sorted(commands)) or NO_COMMAND for name, commands in found.items()}


def named(aggregate: AnyAggregate, command: Command) -> set[str]:
    """The record's fields that a command's body names, or that the command is there to set."""
    fields = {f.name for f in aggregate.collection.fields}
    return command.model.model_fields.keys() & fields | set(command.sets)


def _open(aggregate: AnyAggregate) -> Iterator[Command]:
    return (c for c in aggregate.commands.values() if not c.hidden)


def _label(command: Command) -> str:
    return {"": "create", "PATCH": "edit"}.get(command.verb, command.verb)


async def test_every_field_has_a_row_and_every_row_a_field(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        found = {a.name: setters(a) for a in stage.suite.kernel.catalogue}
        assert found == FIELDS
        assert sum(len(fields) for fields in found.values()) > 200


async def test_a_locked_or_hidden_field_is_refused_by_every_command_that_names_it(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        wrong, tried = [], 0
        for aggregate in stage.suite.kernel.catalogue:
            for command in _open(aggregate):
                for name in named(aggregate, command):
                    for part in ("read_only", "hidden"):
                        tried += 1
                        answer = await refusal(stage, aggregate, command, name, {part: {aggregate.name: {name}}})
                        if answer != [(name, "read-only")]:
                            wrong.append((command.name, name, part, answer))
        assert not wrong, "\n".join(map(str, wrong))
        assert tried > 250


async def test_without_a_lock_no_command_speaks_of_one(tmp_path: Path) -> None:
    """The control: the same requests of somebody with every right are not refused for a field."""
    async with open_stage(tmp_path) as stage:
        for aggregate in stage.suite.kernel.catalogue:
            for command in _open(aggregate):
                for name in named(aggregate, command):
                    answer = await refusal(stage, aggregate, command, name, {})
                    assert not [code for _, code in answer if code == "read-only"], (command.name, name)


async def refusal(
    stage: Stage, aggregate: AnyAggregate, command: Command, name: str, denied: dict[str, Any]
) -> list[tuple[str, str]]:
    """(field, code) of what is said to a user of all rights but the denied ones."""
    rights = Role("all", "全部", "All", {"*": {"*": Level.ALL}}, **denied)
    access = Access(stage.acme.tenant, stage.acme.user, (rights,))
    schema = command.model.model_json_schema()
    schemas = schema.get("$defs", {})
    needed = {n: sample(schema["properties"][n], schemas) for n in schema.get("required", ())}
    body = needed
    if name in command.model.model_fields:
        value = sample(schema["properties"][name], schemas)
        body = {name: SAMPLES.get(name, "text") if value == "" else value, **needed}
    id = None if command.creates else stage.ids.get(aggregate.name)
    try:
        await stage.suite.kernel.bus.send(command.name, body, Call(access, id))
    except Invalid as error:
        return [(e.field, e.code) for e in error.errors]
    except CrmError:
        return []
    return []


async def test_a_locked_custom_field_is_refused(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        rights = Role("all", "", "", {"*": {"*": Level.ALL}}, read_only={"account": frozenset({"custom.tier"})})
        access = Access(stage.acme.tenant, stage.acme.user, (rights,))
        body = {"custom": {"tier": "A"}}
        with pytest.raises(Invalid) as error:
            await stage.suite.kernel.bus.send("customer.ChangeAccountDetails", body, Call(access, stage.ids["account"]))
        assert [e.field for e in error.value.errors] == ["custom.tier"]


def test_the_switch_of_lists_is_the_one_field_that_cannot_be_hidden() -> None:
    assert NEVER_HIDDEN == "archived"
    assert {fields[NEVER_HIDDEN] for fields in FIELDS.values()} == {NO_COMMAND, "archive, restore", "remove"}
