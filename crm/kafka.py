"""The relay of this process. aiokafka is loaded only where CRM_KAFKA is set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crm.roles import Roles
from crm.settings import WrongSetting
from crm.topics import silent
from shared.events.registry import all_types
from shared.kernel.kernel import Kernel

if TYPE_CHECKING:
    from shared.streaming.kafka.connection import Kafka


async def with_relay(kernel: Kernel, roles: Roles, kafka: Kafka | None) -> Kernel:
    """The kernel with the relay of this process, where it has that role. Raises WrongSetting."""
    if kafka is None:
        if roles.loops == {"relay"}:
            raise WrongSetting("the role relay needs Kafka: set CRM_KAFKA=kafka://host:9092")
        return kernel
    if "relay" not in roles.loops:
        return kernel
    from aiokafka.errors import KafkaError

    from shared.streaming.kafka.records import topic_of
    from shared.streaming.relay import Relay, RelayRefused

    relay = Relay(kernel.store, kafka, {topic_of(one.name) for one in all_types()})
    try:
        await relay.check_topics()
    except RelayRefused as error:
        raise WrongSetting(f"CRM_KAFKA: {error}") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise WrongSetting(silent(kafka, error)) from error
    return replace(kernel, relay=relay)
