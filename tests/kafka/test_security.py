"""A broker with TLS, passwords and an authorizer: who comes in, what is refused in which words, rights as data."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from crm.settings import WrongSetting
from crm.topics import ACCESS
from infra.kafka.broker import Broker, Security
from shared.streaming.kafka.access import Access, Quota, declared_access, make_access, plan_access
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.topics import TopicsRefused, make, plan
from tests.durability.test_faulty_feed import work
from tests.kafka.help import EVENTS, TOPICS, relay_of, running
from tests.kafka.members import all_given, caught_up, member
from tests.kafka.test_topics import applied
from tests.support import certificates, strimzi
from tests.support.world import open_world

USERS = {
    "admin": "admin-word",
    "crm-relay": "relay-word",
    "crm-projector": "projector-word",
    "crm-operator": "operator-word",
}
OWN = """
replicas: 1
defaults: {min.insync.replicas: "1", retention.ms: "-1"}
topics: {crm.tried.events: {partitions: 1}}
"""


@dataclass(frozen=True)
class Secured:
    broker: Broker
    authority: Path
    folder: Path

    def url(self, user: str, password: str = "", authority: Path | None = None, **options: str) -> str:
        word = self.folder / f"{user}-{password}.password"
        word.write_text(password or USERS[user])
        more = "".join(f"&{name}={value}" for name, value in options.items())
        ca = authority or self.authority
        return f"kafka://{user}@{self.broker.address}?passwordFile={word}&tlsCaFile={ca}{more}"

    def kafka(self, user: str) -> Kafka:
        return Kafka.parse(self.url(user))


@pytest.fixture(scope="module")
def secured(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """broker: without Java there is none, and this says so."""
    folder = tmp_path_factory.mktemp("secured")
    files = certificates.make(folder / "own")
    both = folder / "server.both.pem"
    both.write_bytes(files.key.read_bytes() + files.certificate.read_bytes())
    one = Broker(folder / "kafka", security=Security(both, USERS))
    one.start()
    yield Secured(one, files.authority, folder)
    one.stop()


async def test_roles_have_the_rights_that_are_declared_and_no_others(secured: Secured, tmp_path: Path) -> None:
    admin, relay, projector, _ = (secured.kafka(user) for user in USERS)
    await make(admin, await plan(admin, TOPICS))
    with pytest.raises(KafkaError):
        await plan(projector, TOPICS)
    shown = await applied(secured.url("admin"))
    assert "+ crm-projector may Read topic crm.*" in shown
    assert "+ crm-relay: producer_byte_rate 52428800" in shown
    async with asyncio.timeout(60):
        while await applied(secured.url("admin"), "--dry-run") != [
            "the topics are as declared",
            "rights and quotas are as declared",
        ]:
            await asyncio.sleep(0.2)
    async with open_world(tmp_path) as world:
        await world.projector.stop()
        async with running(relay_of(world.store, relay)), member(world, projector, "crm.records") as one:
            await all_given([one])
            await work(world, random.Random(1), 40)
            await caught_up(world)
    with pytest.raises(TopicsRefused, match="authorization failed"):
        await plan(relay, TOPICS)


async def test_what_is_declared_no_more_is_taken_away(secured: Secured, tmp_path: Path) -> None:
    admin, wanted = secured.kafka("admin"), declared_access(ACCESS)
    await make_access(admin, await plan_access(admin, wanted) or [])
    (tmp_path / "a.yaml").write_text(
        "rights: {crm-relay: [{topic: crm.*, may: [Describe]}]}\nquotas: {crm-relay: {producer_byte_rate: 1000}}"
    )
    fewer = declared_access(tmp_path / "a.yaml")
    steps = await plan_access(admin, fewer)
    assert steps is not None
    lines = [line for one in steps for line in one.lines]
    assert "- crm-relay may Write topic crm.*" in lines
    assert "+ crm-relay: producer_byte_rate 1000" in lines
    assert not [line for line in lines if "crm-projector" in line]
    await make_access(admin, steps)
    async with asyncio.timeout(60):
        while await plan_access(admin, fewer):
            await asyncio.sleep(0.1)


async def given(admin: Kafka, access: Access) -> None:
    """Return once the broker has these rights and quotas."""
    await make_access(admin, await plan_access(admin, access) or [])
    async with asyncio.timeout(60):
        while await plan_access(admin, access):
            await asyncio.sleep(0.1)


async def test_who_has_no_right_is_refused(secured: Secured) -> None:
    """A projector writes nothing, joins no other group, and is no relay; a relay joins no group."""
    admin, relay, projector, _ = (secured.kafka(user) for user in USERS)
    await make(admin, await plan(admin, TOPICS))
    await given(admin, declared_access(ACCESS))
    writer = AIOKafkaProducer(**projector._options)
    await writer.start()
    with pytest.raises(TopicAuthorizationFailedError):
        await writer.send_and_wait(EVENTS[0], b"{}", key=b"account-1")
    await writer.stop()
    zombie = projector.producer("crm.relay")
    with pytest.raises(TransactionalIdAuthorizationFailed):
        await zombie.start()
    await zombie.stop()
    for kafka, group in ((projector, "crm.other"), (relay, "crm.records")):
        reader = AIOKafkaConsumer(EVENTS[0], group_id=group, **kafka._options)
        with pytest.raises(GroupAuthorizationFailedError):
            await asyncio.wait_for(started(reader), 20)
        await reader.stop()


async def started(reader: AIOKafkaConsumer) -> None:
    await reader.start()
    await reader.getone()


async def test_the_users_of_kubernetes_are_admitted_with_what_strimzi_gives_them(
    secured: Secured, tmp_path: Path
) -> None:
    """The operator's command makes topics with its rights there, sees that Strimzi gave the others, and gives none."""
    admin = secured.kafka("admin")
    await given(admin, strimzi.access_of("crm-relay", "crm-projector", "crm-operator"))
    (tmp_path / "t.yaml").write_text(OWN)
    operator, file = secured.url("crm-operator"), ("--file", str(tmp_path / "t.yaml"))
    agreed = "rights and quotas are as declared"
    assert await applied(operator, *file) == ["+ crm.tried.events: 1 partitions, 1 replicas", "done", agreed]
    (tmp_path / "t.yaml").write_text(OWN.replace("-1", "1000"))
    assert (await applied(operator, *file))[-2:] == ["done", agreed]
    (tmp_path / "a.yaml").write_text("rights: {crm-operator: [{cluster: kafka-cluster, may: [All]}]}\nquotas: {}")
    with pytest.raises(WrongSetting, match="ClusterAuthorizationFailed"):
        await applied(operator, *file, "--access", str(tmp_path / "a.yaml"))


async def test_who_is_over_the_quota_is_held_up(secured: Secured) -> None:
    admin, relay = secured.kafka("admin"), secured.kafka("crm-relay")
    await make(admin, await plan(admin, TOPICS))
    declared = declared_access(ACCESS)
    await given(admin, declared)
    assert await longest_hold(relay) == 0
    less = frozenset({Quota("crm-relay", "producer_byte_rate", 150_000)})
    await given(admin, replace(declared, quotas=less))
    async with asyncio.timeout(60):
        while not await longest_hold(relay):  # the broker sets it a moment after it says so
            await asyncio.sleep(0.1)
    await given(admin, declared)


async def longest_hold(kafka: Kafka) -> int:
    """The milliseconds for which the broker holds up a relay that writes 600 kB at once, as it answers itself."""
    producer, holds = kafka.producer("crm.relay"), [0]
    await producer.start()
    ask = producer.client.send

    async def asked(*what: Any, **how: Any) -> Any:
        answer = await ask(*what, **how)
        holds.append(getattr(answer, "throttle_time_ms", 0))
        return answer

    producer.client.send = asked
    try:
        async with producer.transaction():
            sent = [await producer.send(EVENTS[0], random.randbytes(100_000), key=b"account-1") for _ in range(6)]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return max(holds)


async def test_who_is_refused_learns_why(secured: Secured, tmp_path: Path) -> None:
    foreign = certificates.make(tmp_path / "other").authority
    address = secured.broker.address
    cases = {
        secured.url("crm-relay", "wrong"): f"{address} refuses the user crm-relay or the password",
        secured.url("nobody", "wrong"): f"{address} refuses the user nobody or the password",
        secured.url("crm-relay", authority=foreign): f"the certificate of {address} is not trusted",
        secured.url("crm-relay", mechanism="SCRAM-SHA-256"): f"{address} does not take SCRAM-SHA-256",
        f"kafka://{address}": f"{address} hangs up",
    }
    for url, because in cases.items():
        with pytest.raises(WrongSetting) as error:
            await applied(url)
        assert str(error.value).startswith(f"CRM_KAFKA: {because}"), (url, error.value)
        assert "wrong" not in str(error.value).partition("password")[0]
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("rights: 3", "declares no rights and quotas"),
        ("rights: {a: [{topics: x, may: [Read]}]}\nquotas: {}", "Kafka knows no topics"),
        ("rights: {a: [{topic: x, may: [Look]}]}\nquotas: {}", "Kafka knows no Look"),
        ("rights: {}\nquotas: {a: {speed: 3}}", "Kafka knows no speed"),
    ],
)
def test_a_file_that_declares_nonsense(tmp_path: Path, text: str, because: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(TopicsRefused, match=because):
        declared_access(tmp_path / "a.yaml")
