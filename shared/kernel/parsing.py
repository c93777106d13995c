"""From JSON values to a command: pydantic's findings become errors by field, in our own words."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from shared.domain.command import Command, CommandModel
from shared.errors import Invalid
from shared.messages import say
from shared.messages.findings import field_error


def parse(command: Command, body: CommandModel | dict[str, Any]) -> CommandModel:
    """The body as the command's model. Raises Invalid with an error per field."""
    if isinstance(body, CommandModel):
        return body
    try:
        parsed: CommandModel = command.adapter.validate_python(body)
    except ValidationError as error:
        errors = [field_error(found, found["loc"]) for found in error.errors(include_url=False)]
        raise Invalid(say("{count} field(s) are not valid", count=len(errors)), errors=errors) from error
    return parsed
