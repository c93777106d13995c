"""The objects of operators against their definitions, where these are at hand: they belong to no registry, nor here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from infra.definitions import of_kubernetes
from infra.objects import Object, objects_in

Kind = tuple[str, str]  # version of the interface, kind


def schemas_in(folder: Path) -> dict[Kind, Object]:
    """What the definitions in a folder say of each kind."""
    found: dict[Kind, Object] = {}
    for file in sorted(folder.glob("*.yaml")):
        for one in (d for d in objects_in(file) if d["kind"] == "CustomResourceDefinition"):
            group, kind = one["spec"]["group"], one["spec"]["names"]["kind"]
            for version in one["spec"]["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"] = {**schema.get("properties", {}), "metadata": {"type": "object"}}
                found[f"{group}/{version['name']}", kind] = schema
    return found


def strict(schema: Mapping[str, Any]) -> Object:
    """A schema of OpenAPI as JSON Schema that refuses what it does not name, as the API server does when asked to."""
    done: Object = {}
    for key, value in schema.items():
        if key in ("properties", "patternProperties"):
            done[key] = {name: strict(one) for name, one in value.items()}
        elif key in ("allOf", "anyOf", "oneOf"):
            done[key] = [{**strict(one), "additionalProperties": True} for one in value]
        elif key in ("items", "additionalProperties", "not") and isinstance(value, Mapping):
            done[key] = strict(value)
        elif not key.startswith("x-") and key not in ("format", "default", "example", "nullable"):
            done[key] = value
    if schema.get("x-kubernetes-int-or-string"):
        done["type"] = ["integer", "string"]
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        done.setdefault("additionalProperties", False)
    return done


def wrong_resources(objects: list[Object], schemas: Mapping[Kind, Object]) -> Iterator[str]:
    """What the definitions refuse, and objects that have none."""
    for one in (o for o in objects if not of_kubernetes(o["apiVersion"])):
        name, schema = f"{one['kind']} {one['metadata']['name']}", schemas.get((one["apiVersion"], one["kind"]))
        if schema is None:
            yield f"{name}: no definition has {one['apiVersion']}"
            continue
        for error in Draft202012Validator(schema).iter_errors(one):
            yield f"{name}: {error.json_path.removeprefix('$.')}: {error.message[:200]}"
