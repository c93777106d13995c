"""Objects of Kubernetes in files, read and written by libyaml: in a tenth of the time that Python needs by itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def objects_in(file: Path) -> list[Object]:
    """Raises yaml.YAMLError."""
    return [one for one in yaml.load_all(file.read_text(), Loader=_Loader) if one]


def written(objects: Iterable[Object]) -> str:
    text: str = yaml.dump_all(objects, Dumper=_Dumper)
    return text
