"""What operators deploy holds together: each check passes on what is there and finds what is broken on purpose."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.cache import Missing
from infra.checks.promtool import NONE as NO_PROMTOOL
from infra.checks.promtool import fetch, promtool, wrong_alerts
from infra.definitions import NONE, definitions
from infra.k8s.firewall import settings
from infra.objects import objects_in
from shared.backup.keyfile import load_key
from shared.security.rootkey import load_root_key
from shared.streaming.kafka.access import declared_access
from tests.support import strimzi
from tests.support.ingress import ingress, uploads_of
from tests.support.openapi_documents import documents

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-infra" / "bin" / "python"
RENDERED = ROOT / "infra" / "k8s" / "rendered"
OVERLAYS = ("development", "production", "buckets", "clickhouse")
KUSTOMIZE = {**{name: f"overlays/{name}" for name in OVERLAYS}, "stores": "stores", "stores-clickhouse": "clickhouse"}


def checked(*files: Path, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    if not PYTHON.exists():
        message = "no .venv-infra here (make infra-tools): infra/ is not checked"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    asked = [PYTHON, "-m", "infra.checks", *map(str, files)]
    env = os.environ | environment
    return subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=280, check=False, env=env)


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


OWN = """
resources: [../production]
components: [../../host]
configMapGenerator:
  - name: crm-settings
    behavior: merge
    literals: [CRM_URL=https://crm.acme.cn]
images:
  - name: registry.example.com/crm
    newName: registry.acme.cn/crm
"""  # as docs/guides/cluster.md has it


def test_an_overlay_of_ones_own_names_host_and_registry_once(tmp_path: Path) -> None:
    assert OWN.strip() in (ROOT / "docs/guides/cluster.md").read_text().replace("\n    ", "\n")
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl here: an overlay is not rendered")
    for part in ("base", "role", "host", "overlays"):
        shutil.copytree(ROOT / "infra" / "k8s" / part, tmp_path / part)
    own = tmp_path / "overlays" / "own"
    own.mkdir()
    (own / "kustomization.yaml").write_text(OWN)
    text = subprocess.run(["kubectl", "kustomize", own], capture_output=True, text=True, check=True).stdout
    assert not [line for line in text.splitlines() if "example.com" in line or ".invalid" in line]
    objects = [one for one in yaml.safe_load_all(text) if one]
    hosts = [one["spec"]["rules"][0]["host"] for one in objects if one["kind"] == "Ingress"]
    hosts += [one["spec"]["tls"][0]["hosts"][0] for one in objects if one["kind"] == "Ingress"]
    assert set(hosts) == {"crm.acme.cn"}


def test_every_role_takes_its_address_from_the_settings() -> None:
    objects = objects_in(RENDERED / "production.yaml")
    served = [
        c["args"] for one in objects for spec in _pods_of(one) for c in spec["containers"] if "serve" in c["args"]
    ]
    assert len(served) > 9
    assert {args[args.index("--url") + 1] for args in served} == {"$(CRM_URL)"}
    assert "example.com" not in "".join(word for args in served for word in args)


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


def test_users_of_kafka_have_the_declared_rights_and_quotas_in_kubernetes_too() -> None:
    declared = declared_access(ROOT / "shared/streaming/kafka/access.yaml")
    assert strimzi.access_of(*declared.users) == declared


@pytest.mark.parametrize("name", OVERLAYS)
def test_who_speaks_to_kafka_is_admitted_as_the_user_whose_rights_are_declared(name: str) -> None:
    """Strimzi calls a user of a password by its name, as access.yaml does, and one of a certificate CN=…."""
    stores = {o["metadata"]["name"]: o for o in objects_in(RENDERED / "stores.yaml")}
    [listener] = stores["crm"]["spec"]["kafka"]["listeners"]
    assert (listener["tls"], listener["authentication"]["type"]) == (True, "scram-sha-512")
    objects = objects_in(RENDERED / f"{name}.yaml")
    [settings] = [one["data"] for one in objects if one["kind"] == "ConfigMap"]
    assert settings["CRM_KAFKA_BROKERS"] == f"crm-kafka-bootstrap.crm-stores.svc:{listener['port']}"
    speakers = {one["metadata"]["name"]: spec for one in objects for spec in _pods_of(one) if _kafka_of(spec)}
    assert speakers.keys() == {"crm-relay", "crm-projector", "crm-prepare"}
    for who, spec in speakers.items():
        user = {"crm-prepare": "crm-operator"}.get(who, who)
        assert strimzi.users()[user]["authentication"]["type"] == listener["authentication"]["type"]
        url = "kafka://{}@$(CRM_KAFKA_BROKERS)?passwordFile=/kafka/password&tlsCaFile=/authorities/kafka.crt"
        assert _kafka_of(spec) == [url.format(user)]
        [secret] = [volume["secret"]["secretName"] for volume in spec["volumes"] if volume["name"] == "kafka"]
        assert secret == user.replace("crm-", "crm-kafka-")


def test_objects_of_operators_are_judged_by_their_definitions(tmp_path: Path) -> None:
    if definitions() is None:
        pytest.skip(NONE)
    text = (RENDERED / "stores.yaml").read_text()
    for old, new in (
        ("type: scram-sha-512", "type: scram-sha"),
        ("kraftMetadata:", "kraftMeta:"),
        ("members: 3", "member: 3"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "stores.yaml").write_text(text)
    done = checked(tmp_path / "stores.yaml")
    for line in (
        "KafkaUser crm-relay: spec.authentication.type: 'scram-sha' is not one of",
        "KafkaNodePool brokers: spec.storage.volumes[0]: Additional properties are not allowed ('kraftMeta' was",
        "MongoDBCommunity crm-views: spec: Additional properties are not allowed ('member' was unexpected)",
    ):
        assert line in done.stdout, done.stdout
    assert NONE not in done.stdout


def test_who_reaches_buckets_is_declared(tmp_path: Path) -> None:
    text, old = (
        (RENDERED / "buckets.yaml").read_text(),
        "      - customer\n      - policies\n      - warehouse\n      - verify\n",
    )
    assert old in text
    (tmp_path / "buckets.yaml").write_text(text.replace(old, "      - sales\n"))
    done = checked(tmp_path / "buckets.yaml")
    everywhere = "[Deployment] => 0.0.0.0-255.255.255.255 : {protocols:TCP,dst_ports:443}"
    assert f"+ allowed, not declared: crm/crm-sales{everywhere}" in done.stdout
    assert f"- declared, not allowed: crm/crm-customer{everywhere}" in done.stdout


def test_without_definitions_the_checks_say_what_they_left_out(tmp_path: Path) -> None:
    done = checked(RENDERED / "stores.yaml", CRM_CRDS=str(tmp_path))
    assert (done.returncode, NONE in done.stdout) == (0, True), done.stdout


def test_a_check_does_not_ask_the_network_for_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert promtool() is None
    assert list(tmp_path.iterdir()) == []  # with an apt-get a folder would be begun for it
    with pytest.raises(Missing, match="apt-get install prometheus"):
        fetch()


def test_an_alarm_that_is_not_raised_is_found(tmp_path: Path) -> None:
    program = promtool()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(NO_PROMTOOL)
        pytest.skip(NO_PROMTOOL)
    assert list(wrong_alerts(program)) == []
    shutil.copytree(ROOT / "infra/observability", tmp_path / "rules")
    file, said = tmp_path / "rules/alerts.yaml", "time() - max by (namespace, cronjob)"
    assert said in file.read_text()
    file.write_text(file.read_text().replace(said, said.replace("max", "count")))
    [fault] = wrong_alerts(program, tmp_path / "rules")
    assert "promtool test rules: " in fault
    assert "CrmJobMissing" in fault


async def test_the_firewall_lets_every_method_and_every_file_of_the_documents_through() -> None:
    rules = settings()["modsecurity-snippet"]
    allowed = re.search(r"setvar:tx\.allowed_methods=([A-Z ]+)\"", rules)
    assert allowed is not None
    assert settings()["enable-owasp-modsecurity-crs"] == "false"  # the controller would leave the text out
    assert "'" not in rules  # it stands between such marks in the controller's own file
    assert (
        ingress("crm-uploads")["metadata"]["annotations"]["nginx.ingress.kubernetes.io/enable-modsecurity"] == "false"
    )
    assert not [name for name in ingress("crm")["metadata"]["annotations"] if "snippet" in name]
    found, methods = await documents(), set[str]()
    for document in found.values():
        for path, operations in document["paths"].items():
            for method, one in operations.items():
                methods.add(method.upper())
                kinds = set(one.get("requestBody", {}).get("content", {})) - {"application/json"}
                where = document["servers"][0]["url"].rstrip("/") + path
                at_root = where.removeprefix("/integration")  # the imports are there, too
                assert not kinds or uploads_of(where) or uploads_of(at_root), f"{method} {where} takes {kinds}"
    assert methods <= set(allowed[1].split())
    assert "PATCH" in methods


def _pods_of(one: dict[str, Any]) -> list[dict[str, Any]]:
    spec = one.get("spec", {}).get("jobTemplate", one).get("spec", {})
    return [spec["template"]["spec"]] if "containers" in spec.get("template", {}).get("spec", {}) else []


def _kafka_of(spec: dict[str, Any]) -> list[str]:
    """The addresses of Kafka that the containers of a pod are given, where a password is mounted."""
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    mounts = {"kafka": "/kafka", "authorities": "/authorities"}
    found = [
        variable["value"] for c in containers for variable in c.get("env", []) if variable["name"] == "CRM_KAFKA"
        if mounts.items() <= {m["name"]: m["mountPath"] for m in c["volumeMounts"]}.items()
    ]  # fmt: skip
    return found


def test_the_secrets_of_compose_are_made_once_and_usable(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here: infra/compose/secrets.sh is not tried")
    script = shutil.copy(ROOT / "infra/compose/secrets.sh", tmp_path)
    subprocess.run(["bash", script], check=True, capture_output=True)
    made = tmp_path / "secrets"
    assert load_key(made / "backup.key").id
    load_root_key(made / "root.key", create=False)
    files = [yaml.safe_load((ROOT / f"infra/compose/{name}.yaml").read_text()) for name in ("compose", "clickhouse")]
    named = [one["file"] for file in files for one in file["secrets"].values()]
    named += [mount.split(":")[0] for mount in files[1]["services"]["clickhouse"]["volumes"] if "secrets/" in mount]
    assert [one for one in named if not (tmp_path / one).exists()] == []
    again = subprocess.run(["bash", script], check=False, capture_output=True, text=True)
    assert (again.returncode, "nothing is changed" in again.stderr) == (1, True)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700  # what others may read in it is reached by mounts alone
    assert stat.S_IMODE((made / "eventstore.env").stat().st_mode) == 0o600


def test_what_compose_has_the_suite_write_lies_on_volumes_that_its_user_may_write_to() -> None:
    """A volume takes owner and rights of the folder that the image has there, else root's."""
    services = yaml.safe_load((ROOT / "infra/compose/compose.yaml").read_text())["services"]
    dockerfile = (ROOT / "infra/compose/Dockerfile").read_text()
    [made] = re.findall(r"install -d -o crm -g crm -m 0700 (.+)", dockerfile)
    settings = ("CRM_BACKUP", "CRM_CHECKPOINTS", "CRM_FILES", "CRM_IMPORTS")
    named = dict[str, str]()
    for service in (one for one in services.values() if one.get("image") == "crm"):
        mounts = [volume.split(":")[1] for volume in service["volumes"]]
        assert set(mounts) <= {*made.split(), "/tmp"}
        given = {name: service["environment"].get(name, "").removeprefix("folder://") for name in settings}
        assert [one for one in given.values() if one and not one.startswith(tuple(mounts))] == []
        named |= {name: folder for name, folder in given.items() if folder}
    assert sorted(named) == list(settings)


def test_the_certificates_of_compose_are_renewed_and_nothing_else(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here: infra/compose/secrets.sh is not tried")
    script = shutil.copy(ROOT / "infra/compose/secrets.sh", tmp_path)
    early = subprocess.run(["bash", script, "--renew"], check=False, capture_output=True, text=True)
    assert (early.returncode, "make it first" in early.stderr, (tmp_path / "secrets").exists()) == (1, True, False)
    subprocess.run(["bash", script], check=True, capture_output=True)
    before = contents(tmp_path / "secrets")
    (tmp_path / "secrets/clickhouse/password.yaml").unlink()  # as an older version, or one that broke off, left it
    done = subprocess.run(["bash", script, "--renew"], check=True, capture_output=True, text=True)
    after = contents(tmp_path / "secrets")
    assert "--force-recreate" in done.stdout
    assert "compose/clickhouse.yaml" in done.stdout
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    nodes = {f"{host}/node.{part}" for host in ("eventstore", "clickhouse") for part in ("crt", "key")}
    assert changed == {"eventstore/authority/ca.crt", "clickhouse/password", "clickhouse/password.yaml", *nodes}
    hashed = yaml.safe_load(after["clickhouse/password.yaml"])["users"]["crm"]["password_sha256_hex"]
    assert hashed == hashlib.sha256(after["clickhouse/password"]).hexdigest()
    for host in ("eventstore", "clickhouse"):
        authority, node = (str(tmp_path / "secrets" / n) for n in ("eventstore/authority/ca.crt", f"{host}/node.crt"))
        trusted = ["openssl", "verify", "-CAfile", authority, "-verify_hostname", host, node]
        assert subprocess.run(trusted, check=False, capture_output=True).returncode == 0


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_wrong_image_file_compose_file_or_rule_is_found(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "infra", tree / "infra", ignore=shutil.ignore_patterns("secrets"))
    (tree / "shared" / "telemetry").mkdir(parents=True)
    shutil.copy(ROOT / "shared" / "telemetry" / "metrics.py", tree / "shared" / "telemetry")
    for name, old, new in (
        ("compose/Dockerfile", "USER 10001:10001", "USER root\nRUN cd /tmp && sudo ls"),
        ("compose/compose.yaml", "depends_on: [api, analytics, warehouse]", "depends_on: [web]"),
        ("observability/alerts.yaml", "max by (subscription) (crm_projection_lag) > 10000", "max by (crm_lag"),
        ("observability/alerts.yaml", "kube_job_failed{", "kube_jobs_failed{"),
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
        "CrmJobFailed: nothing emits kube_jobs_failed",
    ):
        assert line in done.stdout, done.stdout
