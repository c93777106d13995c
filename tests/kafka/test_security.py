"""A broker with TLS, passwords and an authorizer: who comes in, what is refused in which words, rights as data."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

from crm.settings import WrongSetting
from crm.topics import ACCESS
from infra.kafka.broker import Broker, Security
from shared.streaming.kafka.access import declared_access, make_access, plan_access
from shared.streaming.kafka.connection import Kafka
from shared.streaming.kafka.topics import TopicsRefused, make, plan
from tests.durability.test_faulty_feed import work
from tests.kafka.help import TOPICS, relay_of, running
from tests.kafka.members import all_given, caught_up, member
from tests.kafka.test_topics import applied
from tests.support import certificates
from tests.support.world import open_world

USERS = {"admin": "admin-word", "crm-relay": "relay-word", "crm-projector": "projector-word"}


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
    admin, relay, projector = (secured.kafka(user) for user in USERS)
    await make(admin, await plan(admin, TOPICS))
    with pytest.raises(KafkaError):
        await plan(projector, TOPICS)
    shown = await applied(secured.url("admin"))
    assert "+ crm-projector may Read topic crm.*" in shown
    assert "+ crm-relay: producer_byte_rate 52428800" in shown
    async with asyncio.timeout(20):
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
    async with asyncio.timeout(20):
        while await plan_access(admin, fewer):
            await asyncio.sleep(0.1)


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
