"""One real broker for a session. Where Java or Maven are missing, the tests say that they did not run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from infra.cache import Missing
from infra.kafka.broker import Broker
from shared.streaming.kafka.connection import Kafka
from tests.kafka.help import make_topics


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
    except Missing as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield broker
    broker.stop()


@pytest.fixture
async def kafka(broker: Broker) -> Kafka:
    """The broker with empty topics of the suite."""
    kafka = Kafka.parse(f"kafka://{broker.address}")
    await make_topics(kafka)
    return kafka
