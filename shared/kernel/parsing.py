"""From JSON values to a command: pydantic's findings become errors by field; the offending input is never repeated."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from shared.domain.command import Command, CommandModel
from shared.errors import FieldError, Invalid


def parse(command: Command, body: CommandModel | dict[str, Any]) -> CommandModel:
    """The body as the command's model. Raises Invalid with an error per field."""
    if isinstance(body, CommandModel):
        return body
    try:
        parsed: CommandModel = command.adapter.validate_python(body)
    except ValidationError as error:
        errors = [FieldError(_path(e["loc"]), e["type"].replace("_", "-"), e["msg"]) for e in error.errors()]
        raise Invalid(f"{len(errors)} field(s) are not valid", errors=errors) from error
    return parsed


def _path(names: tuple[int | str, ...]) -> str:
    return ".".join(str(n)[:200] for n in names).encode(errors="replace").decode()
