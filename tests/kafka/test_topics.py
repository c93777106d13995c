"""`crm topics apply` over a real broker: the difference first, then it is so; and what it refuses."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic
from typer.testing import CliRunner

from crm.cli import app
from crm.settings import WrongSetting
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.topics import Step, Topic, TopicsRefused, make, plan
from tests.kafka.help import admin_of


def topics(*names: str, **config: str) -> list[Topic]:
    return [Topic(name, 12, 1, {"retention.ms": "-1", "cleanup.policy": "delete", **config}) for name in names]


def lines(steps: Sequence[Step]) -> list[str]:
    return [line for step in steps for line in step.lines]


async def settled(kafka: Kafka, wanted: Sequence[Topic]) -> None:
    """Return when the broker answers as declared: right after a change it may be late."""
    async with asyncio.timeout(60):
        while await plan(kafka, wanted):
            await asyncio.sleep(0.05)


async def test_what_is_missing_is_made_and_what_differs_is_set(kafka: Kafka) -> None:
    wanted = topics("apply.a", "apply.b")
    steps = await plan(kafka, wanted)
    assert lines(steps) == [
        "+ apply.a: 12 partitions, 1 replicas",
        "+ apply.b: 12 partitions, 1 replicas",
    ]
    await make(kafka, steps)
    await settled(kafka, wanted)
    await make(kafka, steps)  # another operator was quicker
    changed = [wanted[0], *topics("apply.b", **{"retention.ms": "1000", "max.message.bytes": "2000000"})]
    steps = await plan(kafka, changed)
    assert lines(steps) == [
        "~ apply.b: max.message.bytes not set → 2000000",
        "~ apply.b: retention.ms -1 → 1000",
    ]
    await make(kafka, steps)
    await settled(kafka, changed)
    assert lines(await plan(kafka, wanted)) == [
        "~ apply.b: max.message.bytes 2000000 → not set",
        "~ apply.b: retention.ms 1000 → -1",
    ]


async def test_other_partitions_are_refused_and_left(kafka: Kafka) -> None:
    async with admin_of(kafka) as admin:
        await admin.create_topics([NewTopic("apply.few", 3, 1)])
    wanted = topics("apply.few", "apply.new")
    await settled(kafka, [replace(wanted[0], partitions=3, config={})])
    with pytest.raises(TopicsRefused, match=r"apply\.few has 3 partitions, not 12: events of a stream would be in two"):
        await plan(kafka, wanted)
    async with admin_of(kafka) as admin:
        assert "apply.new" not in await admin.list_topics()


@pytest.mark.parametrize(
    ("topic", "because"),
    [
        (Topic("apply.copies", 12, 3, {}), "apply.copies: .*replication factor"),
        (Topic("apply.config", 12, 1, {"no.such": "1"}), "apply.config: Unknown topic config name: no.such"),
    ],
)
async def test_what_the_broker_refuses_is_said(kafka: Kafka, topic: Topic, because: str) -> None:
    with pytest.raises(TopicsRefused, match=because):
        await make(kafka, await plan(kafka, [topic]))


NO_RIGHTS = "the brokers have no authorizer: everybody may do everything"


async def test_the_command(kafka: Kafka) -> None:
    async with admin_of(kafka) as admin:
        await admin.delete_topics(["crm.sales.events"])
    while "+ crm.sales.events: 12 partitions, 1 replicas" not in await said(kafka, "--dry-run"):
        await asyncio.sleep(0.05)
    assert await said(kafka) == ["+ crm.sales.events: 12 partitions, 1 replicas", "done", NO_RIGHTS]
    while await said(kafka) != ["the topics are as declared", NO_RIGHTS]:
        await asyncio.sleep(0.05)


async def test_the_address_may_stand_in_a_file(kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a secret is given to a container: it may hold a password."""
    (tmp_path / "kafka").write_text(f"{kafka}\n")
    monkeypatch.delenv("CRM_KAFKA", raising=False)
    monkeypatch.setenv("CRM_KAFKA_FILE", str(tmp_path / "kafka"))
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["topics", "apply", "--replicas", "1", "--dry-run"])
    assert str(shown.output).splitlines()[-1] == NO_RIGHTS


async def said(kafka: Kafka, *options: str) -> list[str]:
    return await applied(str(kafka), *options)


async def applied(url: str, *options: str) -> list[str]:
    """What `crm topics apply` prints. Raises what it raises."""
    arguments = ["topics", "apply", "--kafka", url, "--replicas", "1", *options]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    if result.exception is not None:
        raise result.exception
    return str(result.output).splitlines()


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("kafka://{closed}", "CRM_KAFKA: 127.0.0.1:.* does not answer .*start it or correct the address"),
        ("", "CRM_KAFKA: name the brokers, as kafka://HOST:9092, here or in the file CRM_KAFKA_FILE"),
        ("http://example", "CRM_KAFKA: it looks like kafka://host:9092"),
    ],
)
def test_the_command_without_a_broker(url: str, because: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_KAFKA", raising=False)
    with socket.socket() as unheard:  # bound, and nobody listens
        unheard.bind(("127.0.0.1", 0))
        url = url.format(closed=f"127.0.0.1:{unheard.getsockname()[1]}")
        result = CliRunner().invoke(app, ["topics", "apply", "--kafka", url])
    assert isinstance(result.exception, WrongSetting)
    assert re.search(because, str(result.exception))


def test_a_file_that_declares_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("topics: 3")
    result = CliRunner().invoke(
        app, ["topics", "apply", "--kafka", "kafka://127.0.0.1:1", "--file", str(tmp_path / "t.yaml")]
    )
    assert "t.yaml declares no topics" in str(result.exception)
