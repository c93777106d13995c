"""Relay and record views of this process on Kafka. Its packages are loaded only where CRM_KAFKA is set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crm.roles import Roles
from crm.settings import WrongSetting
from crm.topics import refused
from shared.events.registry import all_types
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports
from shared.streaming.feed import StreamEnded
from shared.streaming.relay_notes import CHECKPOINT
from shared.views.port import Checkpoint

if TYPE_CHECKING:
    from shared.streaming.kafka.connection import Kafka


GROUP = "crm.records"


async def with_stream(ports: Ports, roles: Roles) -> Ports:
    """The ports with the log as Kafka brings it, where this process writes the views. Raises WrongSetting."""
    if ports.kafka is None:
        if roles.loops == {"relay"}:
            raise WrongSetting("the role relay needs Kafka: set CRM_KAFKA=kafka://host:9092")
        if "projector" in roles.loops and await ports.views.checkpoint(CHECKPOINT):
            await ports.views.write([], [Checkpoint(CHECKPOINT, 0)])  # of an earlier day: nothing goes to Kafka now
        return ports
    if not roles.loops & {"relay", "projector"}:
        return ports
    await _check(ports.kafka)
    if "projector" not in roles.loops:
        return ports
    from shared.streaming.kafka.feed import ShareFeed

    return replace(ports, stream=ShareFeed(ports.store))


def on_stream(kernel: Kernel, roles: Roles, ports: Ports) -> Kernel:
    """The kernel with what runs on Kafka in this process: its shares of the views, and the relay."""
    if ports.kafka is not None and ports.stream is not None:
        from shared.streaming.kafka.worker import KafkaWorker
        from shared.streaming.share_projector import ShareProjector

        feed, clock = ports.stream, kernel.clock
        shares = ShareProjector(kernel.catalogue, kernel.repository, kernel.views, kernel.codec, clock, feed)
        worker = KafkaWorker(ports.kafka, _topics(), GROUP, feed, shares.hand_over)
        kernel = replace(kernel, worker=worker, shares=shares)
    if ports.kafka is None or "relay" not in roles.loops:
        return kernel
    from shared.streaming.relay import Relay

    return replace(kernel, relay=Relay(kernel.store, ports.kafka, _topics()))


async def _check(kafka: Kafka) -> None:
    from aiokafka.errors import KafkaError

    from shared.streaming.kafka.topics import check_topics

    try:
        await check_topics(kafka, _topics())
    except StreamEnded as error:
        raise WrongSetting(f"CRM_KAFKA: {error}") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise WrongSetting(await refused(kafka, error)) from error


def _topics() -> set[str]:
    from shared.streaming.kafka.records import topic_of

    return {topic_of(one.name) for one in all_types()}
