"""The text of a mapping (YAML, or JSON, which is YAML too) → plain values, with the line each of them stands on."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import yaml

from shared.errors import FieldError, Invalid
from shared.messages import part, say, shown

MAX_BYTES = 100_000
MAX_DEPTH = 20
_NO_YAML = "this is no YAML; look at indentation, colons and quotation marks here and above"
Path = tuple[str | int, ...]
Lines = dict[Path, int]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's few scalar forms: `NO` stays Norway's code, a day stays text. No aliases, so no bombs."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _wrong(self.get_mark(), "aliases (*name) are not allowed")
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
        raise Invalid.field("mapping", "too-large", say("a mapping has {most} bytes at most", most=MAX_BYTES))
    text = unicodedata.normalize("NFC", text)  # as the columns of files are
    loader = None
    try:
        loader = _Loader(text.expandtabs(2) if text.lstrip().startswith("{") else text)
        node = loader.get_single_node()
        lines: Lines = {}
        return (None if node is None else _value(loader, node, (), lines)), lines
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _wrong(getattr(error, "problem_mark", None), _NO_YAML) from error
    finally:
        if loader is not None:
            loader.dispose()


def _wrong(mark: yaml.Mark | None, why: str) -> Invalid:
    message = say("line {line}: {why}", line=mark.line + 1 if mark else 1, why=part(why))
    detail = say("the mapping cannot be read: {message}", message=message)
    return Invalid(detail, errors=[FieldError("mapping", "broken-yaml", message)])


def _value(loader: _Loader, node: yaml.Node, path: Path, lines: Lines) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(path) > MAX_DEPTH:
        raise _wrong(node.start_mark, say("more than {most} levels deep", most=MAX_DEPTH))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _wrong(key_node.start_mark, "a key must be a plain text")
            key = str(key_node.value)
            if key in found:
                raise _wrong(key_node.start_mark, say("{key} stands here twice", key=shown(key)))
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
