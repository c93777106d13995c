"""What is wrong with the settings of a cluster is one line at the start that names the part and the remedy."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm.blobs import check_bucket
from crm.compose import Suite
from crm.process import Server
from crm.roles import parse_roles
from crm.settings import Settings, WrongSetting
from shared.backup.keyfile import make_key
from shared.blobs.objects import ObjectBlobs
from tests.support.certificates import Files, make
from tests.support.protocol_server import PASSWORD, USER, served

pytestmark = pytest.mark.one_process
ROOT = Path(__file__).parents[2]
NOBODY = "127.0.0.1:1"
MONGODB = "mongodb://{{{}}}/crm?directConnection=true&tls=true&tlsCAFile={{folder}}/{}/authority.pem"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "us", "AWS_SECRET_ACCESS_KEY": "wrong"}
NO_CREDENTIALS = {"AWS_METADATA_ENDPOINT": f"http://{NOBODY}"}
NONE_THERE = "the bucket cannot be used: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

# settings and roles → what is said. {there}: a server of EventStoreDB's protocol. {folder}: of certificates and keys.
CASES = {
    "events: nobody there": (
        {"CRM_EVENTSTORE": f"esdb://{NOBODY}?tls=false&defaultDeadline=300"},
        r"the event store at 127\.0\.0\.1:1 cannot be used: .*",
    ),
    "events: another option": (
        {"CRM_EVENTSTORE": "esdb://host?tsl=false"},
        r"CRM_EVENTSTORE: the address of the event store has an unknown option tsl.*",
    ),
    "events: wrong password": (
        {"CRM_EVENTSTORE": f"esdb://{USER}:wrong@{{there}}?tlsCaFile={{folder}}/ours/authority.pem"},
        r"the event store at .* it refuses the name or the password: see the address and passwordFile",
    ),
    "events: foreign authority": (
        {"CRM_EVENTSTORE": f"esdb://{USER}:{PASSWORD}@{{there}}?tlsCaFile={{folder}}/foreign/authority.pem"},
        r"the event store at .* its certificate is not accepted \(.*\): name its authority with tlsCaFile",
    ),
    "events: expired certificate": (
        {"CRM_EVENTSTORE": f"esdb://{USER}:{PASSWORD}@{{expired}}?tlsCaFile={{folder}}/expired/authority.pem"},
        r"the event store at .* its certificate is not accepted \(.*expired.*\): .*",
    ),
    "events: without TLS": (
        {"CRM_EVENTSTORE": "esdb://{there}?tls=false&defaultDeadline=300"},
        r"the event store at .* cannot be used: the connection breaks: it wants TLS, .*: see CRM_EVENTSTORE",
    ),
    "events: another kind": (
        {"CRM_EVENTSTORE": "postgres://host"},
        r"CRM_EVENTSTORE: no adapter for postgres:, this version knows sqlite:.*",
    ),
    "limits: nobody there": (
        {"CRM_LIMITS": f"mongodb://{NOBODY}/crm"},
        r"CRM_LIMITS: the server does not answer: start it, or correct the URL.*",
    ),
    "limits: foreign authority": (
        {"CRM_LIMITS": MONGODB.format("there", "foreign")},
        r"CRM_LIMITS: its certificate is not accepted: name its authority with tlsCAFile, or correct it \(.*\)",
    ),
    "limits: expired certificate": (
        {"CRM_LIMITS": MONGODB.format("expired", "expired")},
        r"CRM_LIMITS: its certificate is not accepted: name its authority .* \(.*expired.*\)",
    ),
    "limits: no host": ({"CRM_LIMITS": "mongodb:crm"}, r"CRM_LIMITS: an address is mongodb://HOST:PORT/DATABASE"),
    "stream: no address": ({"CRM_KAFKA": "kafka:9092"}, r"CRM_KAFKA.*: it looks like kafka://host:9092.*"),
    "stream: nobody there": (
        {"CRM_KAFKA": f"kafka://{NOBODY}"},
        r"CRM_KAFKA: .*127\.0\.0\.1:1 does not answer \(.*\): start it or correct the address",
    ),
    "stream: foreign authority": (
        {"CRM_KAFKA": "kafka://{there}?tlsCaFile={folder}/foreign/authority.pem"},
        r"CRM_KAFKA: the certificate of 127\.0\.0\.1:\d+ is not trusted \(.*\): correct tlsCaFile or the name",
    ),
    "stream: expired certificate": (
        {"CRM_KAFKA": "kafka://{expired}?tlsCaFile={folder}/expired/authority.pem"},
        r"CRM_KAFKA: the certificate of 127\.0\.0\.1:\d+ is not trusted \(.*expired.*\): correct tlsCaFile or the name",
    ),
    "warehouse: foreign authority": (
        {"CRM_WAREHOUSE": "clickhouses://crm@{there}/crm?tlsCaFile={folder}/foreign/authority.pem"},
        r"the warehouse at 127\.0\.0\.1:\d+ shows a certificate that is not trusted \(.*\).*",
    ),
    "warehouse: expired certificate": (
        {"CRM_WAREHOUSE": "clickhouses://crm@{expired}/crm?tlsCaFile={folder}/expired/authority.pem"},
        r"the warehouse at 127\.0\.0\.1:\d+ shows a certificate that is not trusted \(.*expired.*\).*",
    ),
    "stream: none for the relay": ({}, r"the role relay needs Kafka: set CRM_KAFKA=kafka://host:9092"),
    "files: another store": (
        {"CRM_FILES": "ftp://host"},
        r"CRM_FILES: no adapter for ftp://host: folder:, folder:///PATH and s3://bucket/prefix",
    ),
    "files: no credentials": (
        {"CRM_FILES": "s3://nobucket", **NO_CREDENTIALS},
        rf"CRM_FILES: s3://nobucket: {NONE_THERE}",
    ),
    "checkpoints: no credentials": (
        {"CRM_CHECKPOINTS": "s3://nobucket/crm", **NO_CREDENTIALS},
        rf"CRM_CHECKPOINTS: s3://nobucket/crm: {NONE_THERE}",
    ),
    "backups: no credentials": (
        {"CRM_BACKUP": "s3://nobucket", "CRM_BACKUP_KEY": "{folder}/backup.key", **NO_CREDENTIALS},
        rf"CRM_BACKUP: s3://nobucket: {NONE_THERE}",
    ),
    "files: without TLS": (
        {"CRM_FILES": "s3://crm", "AWS_ENDPOINT_URL": f"http://{NOBODY}", **CREDENTIALS},
        r"CRM_FILES: s3://crm: .* its endpoint is without TLS: set AWS_ALLOW_HTTP=true, or .*",
    ),
    "files: no folder": (
        {"CRM_FILES": "folder:///proc/none"},
        r"CRM_FILES: the folder /proc/none cannot be used: .+",
    ),
    "imports: a file": (
        {"CRM_IMPORTS": "{folder}/backup.key"},
        r"CRM_IMPORTS: the folder .*/backup\.key cannot be used: File exists",
    ),
    "a file that is missing": (
        {"CRM_VIEWS_FILE": "{folder}/none"},
        r"CRM_VIEWS_FILE: .*/none cannot be read: .*No such file.*",
    ),
    "root key: with keys in files": (
        {"CRM_ROOT_KEY": "{folder}/root.key"},
        r"CRM_ROOT_KEY goes with CRM_KEYS=mongodb://.*",
    ),
}
ROLES = {"stream: none for the relay": ["relay"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bad")
    make_key(found / "backup.key")
    return found


@pytest.fixture
async def places(folder: Path, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    files: dict[str, Files] = {name: make(folder / name) for name in ("ours", "foreign")}
    expired = make(folder / "expired", days=-1)
    async with served(tmp_path / "log", files["ours"]) as one, served(tmp_path / "other", expired) as other:
        at = {"there": f"127.0.0.1:{one.port}", "expired": f"127.0.0.1:{other.port}"}
        yield at | {"folder": str(folder)}


@pytest.mark.parametrize("case", CASES)
async def test_the_start_is_refused_with_one_line(
    case: str, places: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 1.5)
    settings, said = CASES[case]
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value.format(**places))
    with pytest.raises(WrongSetting) as refused:
        await Suite.open(Settings(tmp_path / "data"), parse_roles(ROLES.get(case, ["all"])))
    assert re.fullmatch(said, str(refused.value)), str(refused.value)
    assert "wrong" not in str(refused.value)  # the password


async def test_a_bucket_that_is_away_is_told_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in {"CRM_FILES": "s3://crm", "AWS_ENDPOINT_URL": f"https://{NOBODY}", **CREDENTIALS}.items():
        monkeypatch.setenv(name, value)
    suite = await Suite.open(Settings(tmp_path / "data"), parse_roles(["api:customer", "projector"]))
    await suite.close()
    assert "CRM_FILES: s3://crm: the file store failed: it does not answer" in caplog.messages


async def test_a_bucket_that_says_nothing_holds_up_no_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def silent(blobs: ObjectBlobs, folder: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(ObjectBlobs, "keys", silent)
    monkeypatch.setattr("crm.blobs.LOOK_SECONDS", 0.01)
    await check_bucket("s3://crm", "CRM_BACKUP")
    assert "CRM_BACKUP: s3://crm: no answer within 0.01 s" in caplog.messages


def test_it_is_all_that_is_printed_and_the_command_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crm", "serve", "--role", "all", "--data", str(tmp_path / "data"), "--port", "0"]
    settings = {**os.environ, "CRM_KEYS": "redis://host"}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "crm: CRM_KEYS: no adapter for redis:, this version knows sqlite:, mongodb:, mongodb+srv:\n"


@pytest.mark.parametrize("url", ["collector:4318", "grpc://collector:4317", "http://", "http://collector:port"])
@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"])
async def test_a_collector_is_named_by_a_url(
    name: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(WrongSetting, match=f"^{name}: the address of the collector looks like http://HOST:4318"):
        await Server(Settings(tmp_path / "data", port=0)).start()


def test_a_cluster_without_java_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.cluster", "up", "--data", str(tmp_path / "cluster")]
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Kafka needs Java 17 or newer, and there is no java on PATH: apt-get install openjdk-17-jre-headless maven\n"
    )
