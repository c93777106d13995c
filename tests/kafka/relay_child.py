"""A relay in a process of its own: `python -m tests.kafka.relay_child FOLDER URL` ends when all is relayed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from shared.streaming.kafka.connection import Kafka
from tests.kafka.help import open_store, relay_of, running, until


async def main(folder: Path, kafka: Kafka) -> None:
    async with open_store(folder) as store:
        relay = relay_of(store, kafka)
        async with running(relay):
            await until(relay, await store.head())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Kafka.parse(sys.argv[2])))
