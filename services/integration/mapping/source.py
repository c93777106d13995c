"""The text of a mapping (YAML, or JSON, which is YAML too) → plain values, with the line each of them stands on."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import yaml

from shared.errors import FieldError, Invalid

MAX_BYTES = 100_000
MAX_DEPTH = 20
Path = tuple[str | int, ...]
Lines = dict[Path, int]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's few scalar forms: `NO` stays Norway's code, a day stays text. No aliases, so no bombs."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789")
)
_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))  # as exact as it is written


def parse_source(text: str) -> tuple[Any, Lines]:
    """Values and lines. Raises Invalid naming the line: broken YAML, a key twice, an alias, too deep, too large."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise Invalid.field("mapping", "too-large", f"a mapping has {MAX_BYTES} bytes at most")
    text = unicodedata.normalize("NFC", text)  # as the columns of files are
    loader = None
    try:
        loader = _Loader(text.expandtabs(2) if text.lstrip().startswith("{") else text)
        node = loader.get_single_node()
        lines: Lines = {}
        return (None if node is None else _value(loader, node, (), lines)), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(line, error.problem or "this is no YAML") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _wrong(1, str(error).replace("\n", " ")[:200]) from error
    finally:
        if loader is not None:
            loader.dispose()


def _wrong(line: int, why: str) -> Invalid:
    message = f"line {line}: {why}"
    return Invalid(f"the mapping cannot be read: {message}", errors=[FieldError("mapping", "broken-yaml", message)])


def _value(loader: _Loader, node: yaml.Node, path: Path, lines: Lines) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(path) > MAX_DEPTH:
        raise yaml.MarkedYAMLError(problem=f"more than {MAX_DEPTH} levels deep", problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a plain text", problem_mark=key_node.start_mark)
            key = str(key_node.value)
            if key in found:
                raise yaml.MarkedYAMLError(problem=f"{key!r} stands here twice", problem_mark=key_node.start_mark)
            found[key] = _value(loader, value_node, (*path, key), lines)
            lines[*path, key] = key_node.start_mark.line + 1
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*path, i), lines) for i, item in enumerate(node.value)]
    return loader.construct_object(node)


def line_of(lines: Lines, path: Path) -> int:
    """The line of a value, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
