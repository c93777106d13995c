"""The rules in front of the suite, and what they say of requests: those of the OWASP core rule set, read by Coraza."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import yaml

from infra.cache import Missing
from infra.k8s.apiserver.programs import Programs

HERE = Path(__file__).parent
FIREWALL = Programs("firewall", {"firewall": (HERE, ".")})
_RULES = "Include /etc/nginx/owasp-modsecurity-crs/nginx-modsecurity.conf"  # of the controller's image
_SAME = "Include @crs-setup.conf.example\nInclude @owasp_crs/*.conf"  # of the module


class Verdict(NamedTuple):
    """status: 0 = it passes. rules: those that had something against it."""

    status: int
    rules: list[int]


def settings() -> Mapping[str, str]:
    """Of the ingress controller."""
    data: Mapping[str, str] = yaml.safe_load((HERE / "controller.yaml").read_text())["data"]
    return data


def judged(requests: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """What the rules say of requests: method, uri, headers, body. Raises Missing."""
    snippet = settings()["modsecurity-snippet"]
    assert _RULES in snippet
    with TemporaryDirectory() as folder:
        file = Path(folder, "rules.conf")
        file.write_text(snippet.replace(_RULES, _SAME))
        asked = "".join(json.dumps(one) + "\n" for one in requests)
        program = [FIREWALL.build() / "firewall", file]
        done = subprocess.run(program, input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"the rules were not tried: {done.stderr[-300:]}")
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
