"""What operators deploy holds together: each check passes on what is there and finds what is broken on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-infra" / "bin" / "python"
RENDERED = ROOT / "infra" / "k8s" / "rendered"
KUSTOMIZE = {"development": "overlays/development", "production": "overlays/production", "stores": "stores"}


def checked(*files: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    if not PYTHON.exists():
        message = "no .venv-infra here (make infra-tools): infra/ is not checked"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    asked = [PYTHON, "-m", "infra.checks", *map(str, files)]
    return subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=120, check=False)


def test_what_is_deployed_holds_together() -> None:
    done = checked()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", KUSTOMIZE)
def test_what_was_rendered_is_what_the_sources_say(name: str) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl here: infra/k8s/rendered is not compared with its sources")
    asked = ["kubectl", "kustomize", ROOT / "infra" / "k8s" / KUSTOMIZE[name]]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert found == (RENDERED / f"{name}.yaml").read_text(), f"make infra/k8s/rendered/{name}.yaml again"


BROKEN = {
    "        readinessProbe:": ("        readynessProbe:", "('readynessProbe' was unexpected)"),
    "secretName: crm-root-key": ("secretName: crm-rootkey", "there is no Secret crm/crm-rootkey"),
    "claimName: crm-files": ("claimName: crm-file", "there is no PersistentVolumeClaim crm/crm-file"),
    "serviceAccountName: crm-sales": ("serviceAccountName: crm-sale", "there is no ServiceAccount crm/crm-sale"),
    "            name: crm-identity\n            port:\n              name: http": (
        "            name: crm-identity\n            port:\n              name: web",
        "crm-identity has no port",
    ),
    "    kind: Deployment\n    name: crm-projector": (
        "    kind: Deployment\n    name: crm-projectors",
        "HorizontalPodAutoscaler crm-projector: there is no Deployment crm/crm-projectors",
    ),
    "kubernetes.io/metadata.name: ingress-nginx": (
        "kubernetes.io/metadata.name: ingress",
        "- declared, not allowed: ingress-nginx/ingress[Pod] => crm/crm-sales[Deployment]",
    ),
    "port: 4318": (
        "port: 4317",
        "+ allowed, not declared: crm/crm-verify[CronJob] => observability/collector[Pod] : {protocols:TCP,dst_ports:",
    ),
    "name: crm_records_lag": ("name: crm_lag", "crm-projector: nothing emits crm_lag"),
    "apiVersion: policy/v1\n": ("apiVersion: policy/v1beta1\n", "PodDisruptionBudget crm-analytics: "),
}


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    text = (RENDERED / "production.yaml").read_text()
    for old, (new, _) in BROKEN.items():
        assert old in text, old
        text = text.replace(old, new)
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    done = checked(file)
    assert done.returncode == 1
    missed = [line for _, line in BROKEN.values() if line not in done.stdout]
    assert missed == [], done.stdout


def test_a_wrong_image_file_compose_file_or_rule_is_found(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "infra", tree / "infra", ignore=shutil.ignore_patterns("secrets"))
    (tree / "shared" / "telemetry").mkdir(parents=True)
    shutil.copy(ROOT / "shared" / "telemetry" / "metrics.py", tree / "shared" / "telemetry")
    for name, old, new in (
        ("compose/Dockerfile", "USER 10001:10001", "USER root\nRUN cd /tmp && sudo ls"),
        ("compose/compose.yaml", "depends_on: [api, analytics, warehouse]", "depends_on: [web]"),
        ("observability/alerts.yaml", "max by (subscription) (crm_projection_lag) > 10000", "max by (crm_lag"),
        ("observability/dashboard.json", "rate(crm_command_duration_seconds_count[5m])", "rate(crm_commands[5m])"),
    ):
        file = tree / "infra" / name
        assert old in file.read_text(), old
        file.write_text(file.read_text().replace(old, new))
    done = checked(tree / "infra" / "k8s" / "rendered" / "stores.yaml", root=tree)
    assert done.returncode == 1
    for line in (
        "hadolint: ",
        "docker-compose: ",
        "CrmProjectionBehind: ",
        "Commands per second: nothing emits crm_commands",
    ):
        assert line in done.stdout, done.stdout
