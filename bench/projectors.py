"""The projector behind Kafka against bare bulk upserts behind a bare Faust worker.

Both write to the same MongoDB server (SecantusDB, in memory) and read the same records of a real broker. Wall time says
what this machine gave; processor time for each event is what a machine of its own would need.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import uvloop
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import UpdateOne
from pymongo.write_concern import WriteConcern

from bench.figures import Figure, at_least, show
from bench.mongo import MEMORY
from infra.kafka.broker import Broker, free_ports
from infra.mongo.server import SECANTUS, Server
from shared.clock import SystemClock
from shared.events.envelope import id_of
from shared.streaming.kafka import feed as feeding
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.faust_app import faust_app
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.records import partition_of
from shared.streaming.kafka.worker import KafkaWorker
from shared.streaming.parked import PARKED
from shared.streaming.share_projector import ShareProjector
from shared.streaming.shares import SHARES
from shared.views.mongo import MongoViews
from tests.kafka.help import EVENTS, make_topics, relay_of, running, until
from tests.support.world import World, open_world

GOAL = 60.0
BATCH, GATHER_SECONDS = 1000, 0.02  # of the bare worker
DURABLE = WriteConcern("majority", j=True)
NEVER = 3600.0


def run(rounds: int = 3, events: int = 4_000) -> list[Figure]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        broker = Broker(Path(folder) / "kafka")
        broker.start()
        server = Server(SECANTUS, Path(folder) / "mongo", free_ports(1)[0])
        server.start()
        try:
            kafka = Kafka.parse(f"kafka://{broker.address}")
            (Path(folder) / "world").mkdir()
            return uvloop.run(_measured(Path(folder) / "world", kafka, server.url, rounds, events))
        finally:
            server.stop()
            broker.stop()


async def _measured(folder: Path, kafka: Kafka, url: str, rounds: int, events: int) -> list[Figure]:
    feeding.PATIENCE = NEVER  # nothing is read from the event store
    await make_topics(kafka)
    async with open_world(folder) as world:
        await _history(world, events, SHARES)
        async with running(relay := relay_of(world.store, kafka)):
            await until(relay, await world.store.head())
        took: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}
        for _ in range(rounds):
            took["ours"].append(await _ours(world, kafka, url))
            took["bare"].append(await _bare(kafka, url, events))
    rate = {name: median(events / wall for wall, _ in found) for name, found in took.items()}
    cost = {name: median(1e3 * cpu / events for _, cpu in found) for name, found in took.items()}
    detail = f"{rate['ours']:,.0f} and {rate['bare']:,.0f} events/s"
    spent = f"{cost['ours']:.2f} and {cost['bare']:.2f} ms of this process for an event"
    return [
        at_least("projector / bare upserts behind Faust", 100 * rate["ours"] / rate["bare"], GOAL, "%", detail),
        Figure("the same by processor time", 100 * cost["bare"] / cost["ours"], "%", "", True, spent),
    ]


async def _history(world: World, events: int, partitions: int) -> None:
    """Accounts in so many partitions, each with four events."""
    await world.projector.stop()
    made: list[str] = []
    while len(made) * 4 < events:
        done = await world.do("customer.CreateAccount", {"name": f"A {len(made)}", "allow_duplicate": True}, reason="r")
        if partition_of(f"account-{done.id}") < partitions:
            made.append(done.id)
    for n in range(3):
        for id in made:
            await world.do("customer.ChangeAccountDetails", {"description": f"seen {n} " + "x" * 200}, id)


async def _ours(world: World, kafka: Kafka, url: str) -> tuple[float, float]:
    """Seconds, and seconds of a core of this process, from the moment at which Kafka gives it all shares."""
    views = await MongoViews.open(url.replace("/?", "/crm?") + "&timeoutMS=60000")
    await views.drop_all()
    await views.declare([*world.catalogue.collections, PARKED])
    feed, head = ShareFeed(world.store), await world.store.head()
    projector = ShareProjector(world.catalogue, world.repository, views, world.bus.codec, SystemClock(), feed)
    tasks = [asyncio.create_task(KafkaWorker(kafka, EVENTS, f"g-{uuid4()}", feed, projector.hand_over).run())]
    while feed.assigned is None:
        await asyncio.sleep(0.001)
    began, cpu = time.perf_counter(), time.process_time()
    tasks.append(asyncio.create_task(projector.run()))
    while min(projector.positions.values(), default=0) < head:
        await asyncio.sleep(0.005)
    took = time.perf_counter() - began, time.process_time() - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await views.close()
    return took


async def _bare(kafka: Kafka, url: str, events: int) -> tuple[float, float]:
    """The same of a Faust worker that upserts the documents of each batch as they are in the end, and acknowledges it.

    The collection has the indexes of the suite's own, and a write is as durable: both are what it costs the server.
    """
    client = AsyncIOMotorClient[dict[str, Any]](url)
    made, docs = client.crm.view_accounts, client.bare[f"docs_{uuid4().hex[:8]}"].with_options(write_concern=DURABLE)
    rows = {row["k"]: row async for row in made.find()}
    for name, index in (await made.index_information()).items():
        if name != "_id_":
            await docs.create_index(index["key"], name=name)
    app, queue, count = faust_app(kafka, f"g-{uuid4()}"), asyncio.Queue[Any](2 * BATCH), 0

    async def agent(stream: Any) -> None:
        stream = stream.noack()
        async for event in stream.events():
            await queue.put(event)

    for topic in EVENTS:
        app.agent(app.topic(topic, value_type=bytes, value_serializer="raw", key_type=bytes), name=topic)(agent)
    await app.start()
    began = cpu = 0.0
    while count < events:
        some = [await queue.get()]
        if not began:
            began, cpu = time.perf_counter(), time.process_time()
        ends = time.perf_counter() + GATHER_SECONDS
        while len(some) < BATCH and (queue.qsize() or time.perf_counter() < ends):
            some.append(queue.get_nowait()) if queue.qsize() else await asyncio.sleep(0.001)
        newest = [rows[key] for key in {id_of(event.message.key.decode()) for event in some} if key in rows]
        changed = [(row["_id"], {k: v for k, v in row.items() if k != "_id"}) for row in newest]
        if changed:
            await docs.bulk_write(
                [UpdateOne({"_id": id}, {"$set": row}, upsert=True) for id, row in changed], ordered=False
            )
        for one in some:
            one.ack()
        count += len(some)
    took = time.perf_counter() - began, time.process_time() - cpu
    await asyncio.wait_for(app.stop(), 10)
    return took


if __name__ == "__main__":
    show("projectors", run())
