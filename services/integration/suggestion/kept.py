"""A mapping that was saved, for the next file of the same shape."""

from __future__ import annotations

from typing import Any

from services.integration.mapping.source import parse_source
from services.integration.mapping.spec import parse_mapping
from shared.errors import Invalid
from shared.messages import say


def fitted(text: str, file: str) -> tuple[str, dict[str, Any]]:
    """The record type that its last step makes of the file, and the mapping as values, for a file of this name.

    Its encoding is left out: the file at hand may have another one. Raises Invalid for a mapping of several files.
    """
    mapping, _ = parse_mapping(text)
    if len(mapping.files) != 1:
        why = say("this mapping takes {count} files; here it takes one", count=len(mapping.files))
        raise Invalid.field("mapping_id", "other-count", why)
    values, _ = parse_source(text)
    steps = [{name: value for name, value in step.items() if name != "encoding"} for step in values["steps"]]
    for step in steps:
        if step.get("file") is not None:
            step["file"] = file
    resource = next(step.resource for step in reversed(mapping.steps) if step.file is not None)
    return resource, {**values, "steps": steps}
