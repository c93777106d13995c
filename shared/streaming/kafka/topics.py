"""The topics as they are declared, as a cluster has them, and the steps from one to the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.streaming.feed import StreamEnded
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.records import CHECKPOINTS, PARTITIONS

UNKNOWN_TOPIC = 3
SET_HERE = 1  # the source of a configuration value that was set on the topic itself
SECONDS = 30.0


class WrongTopics(StreamEnded):
    """The topics do not fit this program; the message says which and what to do."""


class TopicsRefused(Exception):
    """The topics cannot be made as declared; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One difference. topic: as it is declared. exists: whether its configuration changes, or it is made."""

    topic: Topic
    exists: bool
    lines: Sequence[str]


def declared(file: Path, replicas: int | None = None) -> list[Topic]:
    """The topics of a file such as `topics.yaml` here. replicas: if not the file's. Raises TopicsRefused."""
    try:
        found = yaml.safe_load(file.read_text())
        copies = replicas or found["replicas"]
        shared = dict(found["defaults"])
        shared["min.insync.replicas"] = str(min(int(shared["min.insync.replicas"]), copies))
        return [
            Topic(name, one["partitions"], copies, shared | found.get(one.get("like"), {}) | one.get("config", {}))
            for name, one in found["topics"].items()
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise TopicsRefused(f"{file} declares no topics: {error!r}") from error


async def wrong_topics(kafka: Kafka, wanted: Mapping[str, int]) -> list[str]:
    """A line for each topic that is missing or has other partitions than wanted."""
    async with administrator(kafka) as admin:
        found = await _partitions(admin, list(wanted))
    return [line for name, count in wanted.items() if (line := _wrong(name, count, found.get(name)))]


async def check_topics(kafka: Kafka, events: Collection[str]) -> None:
    """Raises WrongTopics when a topic is missing or has other partitions, KafkaError when nothing answers."""
    if wrong := await wrong_topics(kafka, {**dict.fromkeys(sorted(events), PARTITIONS), CHECKPOINTS: 1}):
        raise WrongTopics(f"{'; '.join(wrong)}. crm topics apply makes what is missing")


async def plan(kafka: Kafka, topics: Sequence[Topic]) -> list[Step]:
    """What differs from the declaration. Raises TopicsRefused for a topic with other partitions."""
    async with administrator(kafka) as admin:
        found = await _partitions(admin, [one.name for one in topics])
        wrong = [_wrong(t.name, t.partitions, found[t.name]) for t in topics if t.name in found]
        if any(wrong):
            raise TopicsRefused("; ".join(filter(None, wrong)))
        config = await _config(admin, list(found))
    return [step for one in topics if (step := _step(one, config.get(one.name)))]


async def make(kafka: Kafka, steps: Sequence[Step]) -> None:
    """Make what is missing and set what differs. Raises TopicsRefused."""
    async with administrator(kafka) as admin:
        new = [one.topic for one in steps if not one.exists]
        made = [NewTopic(t.name, t.partitions, t.replicas, topic_configs=dict(t.config)) for t in new]
        if made:
            for name, code, *message in (await admin.create_topics(made)).topic_errors:  # returned, not raised
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise TopicsRefused(f"{name}: {message[0] if message else for_code(code).__name__}")
        changed = [one.topic for one in steps if one.exists]
        if changed:  # not incremental: what is not named here falls back to its default
            resources = [ConfigResource(ConfigResourceType.TOPIC, t.name, dict(t.config)) for t in changed]
            for answer in await admin.alter_configs(resources):
                for code, message, _, name in answer.resources:
                    if code:
                        raise TopicsRefused(f"{name}: {message or for_code(code).__name__}")


@asynccontextmanager
async def administrator(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client. Raises KafkaError, TimeoutError."""
    admin = kafka.admin()
    try:
        async with asyncio.timeout(SECONDS):
            await admin.start()
            yield admin
    finally:
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The number of partitions of those that exist. Raises KafkaError."""
    found = {}
    for one in await admin.describe_topics(names):
        if one["error_code"] not in (0, UNKNOWN_TOPIC):
            raise for_code(one["error_code"])(one["topic"])
        if not one["error_code"]:
            found[one["topic"]] = len(one["partitions"])
    return found


async def _config(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """What was set on each topic itself."""
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for code, message, _, name, entries in answer.resources:
            if code == UNKNOWN_TOPIC:  # it is being deleted
                continue
            if code:
                raise TopicsRefused(f"{name}: {message or for_code(code).__name__}")
            found[name] = {key: value for key, value, _, source, *_ in entries if source == SET_HERE}
    return found


def _wrong(name: str, wanted: int, found: int | None) -> str:
    if found is None:
        return f"topic {name} is missing"
    if found != wanted:
        return (
            f"topic {name} has {found} partitions, not {wanted}: events of a stream would be in two of them; "
            "stop the relay, delete the topic and its checkpoints and make them again"
        )
    return ""


def _step(topic: Topic, config: Mapping[str, str] | None) -> Step | None:
    if config is None:
        return Step(topic, False, [f"+ {topic.name}: {topic.partitions} partitions, {topic.replicas} replicas"])
    names = sorted({*topic.config, *config})
    lines = [
        f"~ {topic.name}: {name} {config.get(name, 'not set')} → {topic.config.get(name, 'not set')}"
        for name in names
        if config.get(name) != topic.config.get(name)
    ]
    return Step(topic, True, lines) if lines else None
