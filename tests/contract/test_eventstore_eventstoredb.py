"""The event store suite over EventStoreDB's protocol: a real socket, TLS, a password."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.addresses import WrongAddress
from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.eventstoredb_wire import MAX_APPEND
from shared.eventstore.port import EventStore, StoreBroken, StoreUnavailable
from tests.contract.eventstore_capabilities import SliceSuite
from tests.contract.eventstore_help import METADATA, Opener, feed, new, request, stream_of
from tests.contract.eventstore_suite import EventStoreSuite
from tests.durability.scale import PROVE
from tests.support.certificates import Files, make
from tests.support.part_store import PartStore
from tests.support.protocol_clients import New, grpclib_client
from tests.support.protocol_server import PASSWORD, USER, served


@pytest.fixture
async def opener(tmp_path: Path, certificates: Files) -> AsyncIterator[Opener]:
    opened: list[EventStoreDB] = []
    async with served(tmp_path, certificates) as running:
        url = f"esdb://{USER}:{PASSWORD}@127.0.0.1:{running.port}?tlsCaFile={certificates.authority}"

        async def open_store() -> EventStore:
            opened.append(await EventStoreDB.open(url))
            return opened[-1]

        yield open_store
        for store in opened:
            await store.close()


class TestEventStoreDB(EventStoreSuite, SliceSuite):
    race_rounds = 10 if PROVE else 1  # each lost race reads the stream again, over the socket
    slices, moments = (20, 40) if PROVE else (10, 12)


class OnServer(EventStoreSuite, SliceSuite):
    """On the server that CRM_TEST_EVENTSTORE names. It may hold other events; nobody else writes meanwhile."""

    @pytest.fixture
    async def opener(self) -> AsyncIterator[Opener]:
        first = await EventStoreDB.open(NAMED)
        base, suffix, opened = await first.head(), f"-{uuid4()}", [first]

        async def open_store() -> EventStore:
            opened.append(await EventStoreDB.open(NAMED))
            return PartStore(opened[-1], base, suffix)

        yield open_store
        for store in opened:
            await store.close()


NAMED = os.environ.get("CRM_TEST_EVENTSTORE", "")
if NAMED:
    TestNamedServer = OnServer


SECURE = "esdb://{user}:{password}@127.0.0.1:{port}?defaultDeadline=1500&tlsCaFile={authority}"


async def refusal(url: str, installation: str | None = None) -> str:
    with pytest.raises((WrongAddress, StoreUnavailable, StoreBroken)) as caught:
        await EventStoreDB.open(url, installation=installation)
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    return message


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("esdb://", "is no esdb://NAME@HOST:2113"),
        ("http://host", "is no esdb://NAME@HOST:2113"),
        ("esdb://host/path", "is no esdb://NAME@HOST:2113"),
        ("esdb://host:port", "cannot be read"),
        ("esdb://u:pass-word@host:99999", "cannot be read"),
        ("esdb://host?tls=maybe", "tls is true or false"),
        ("esdb://host?tlsVerifyCert=false", "unknown option tlsVerifyCert: known are tls, tlsCaFile"),
        ("esdb://host?defaultDeadline=never", "defaultDeadline.* is 100 to 600000 milliseconds"),
        ("esdb://host?keepAliveInterval=1", "keepaliveinterval.* is 100 to 600000 milliseconds"),
        ("esdb://host?tlsCaFile=/none", "tlsCaFile /none cannot be used: No such file"),
        ("esdb://host?passwordFile=/none", "passwordFile /none cannot be read"),
    ],
)
async def test_an_address_that_cannot_be_used(url: str, problem: str) -> None:
    assert re.search(problem, await refusal(url), re.IGNORECASE)


async def test_a_server_that_cannot_be_used_is_named_with_the_remedy(tmp_path: Path, certificates: Files) -> None:
    nobody = socket.create_server(("127.0.0.1", 0))
    where = {"user": USER, "password": PASSWORD, "authority": certificates.authority}
    closed = nobody.getsockname()[1]
    assert "no answer within 1.5 s" in await refusal(SECURE.format(**where, port=closed))
    nobody.close()
    named = await refusal(SECURE.format(**where, port=closed))
    assert named.startswith(f"the event store at 127.0.0.1:{closed} cannot be used: ")
    assert "Connect call failed" in named
    assert named.endswith(": start it, or correct CRM_EVENTSTORE")
    async with served(tmp_path / "log", certificates) as running:
        wrong = {**where, "port": running.port, "password": "other"}
        assert "it refuses the name or the password" in await refusal(SECURE.format(**wrong))
        plain = f"esdb://127.0.0.1:{running.port}?tls=false&defaultDeadline=1500"
        assert "TLS" in await refusal(plain)
        foreign = make(tmp_path / "foreign")
        refused = await refusal(SECURE.format(**{**where, "authority": foreign.authority}, port=running.port))
        assert "its certificate is not accepted" in refused
        assert "name its authority with tlsCaFile" in refused
    expired = make(tmp_path / "expired", days=-1)
    async with served(tmp_path / "log", expired) as running:
        url = SECURE.format(**{**where, "authority": expired.authority}, port=running.port)
        assert "certificate has expired" in await refusal(url)


async def test_the_log_of_another_installation(tmp_path: Path, certificates: Files) -> None:
    async with served(tmp_path, certificates) as running:
        url = SECURE.format(user=USER, password=PASSWORD, authority=certificates.authority, port=running.port)
        first = await EventStoreDB.open(url, installation="a")
        assert first.installation == "a"
        again, opened = await EventStoreDB.open(url), await EventStoreDB.open(url, installation="a")
        assert again.installation == opened.installation == "a"
        refused = await refusal(url, "b")
        assert "belongs to installation a, the keys here to b" in refused
        assert await first.head() == 0
        for store in (first, again, opened):
            await store.close()


async def test_what_is_no_event_of_the_suite_is_left_out(tmp_path: Path, certificates: Files) -> None:
    """Another program's events in the same log, and the streams that the adapter keeps."""
    async with served(tmp_path, certificates) as running, grpclib_client(running) as other:
        await other.append("account-x", "none", [New(uuid4())])
        url = SECURE.format(user=USER, password=PASSWORD, authority=certificates.authority, port=running.port)
        store = await EventStoreDB.open(url)
        done = await store.append("t1", stream_of(), 0, new(1), METADATA, request("k"))
        await other.append("account-y", "none", [New(uuid4())] * 1)
        assert [e.position for e in await feed(store)] == [done.position]
        assert await store.read("t1", "_installation") == await store.read("t1", "account-x") == []
        for name in ("_request-1", "$all", "$x"):
            with pytest.raises(ValueError, match="no name of a stream begins so"):
                await store.append("t1", name, 0, new(1), METADATA)
        await store.close()


async def test_more_than_the_server_takes_is_refused_before_it_is_sent(opener: Opener) -> None:
    store, stream = await opener(), stream_of()
    await store.append("t1", stream, 0, new(1, b'"' + b"x" * 800_000 + b'"'), METADATA, request("k"))
    for events in (new(1, b'"' + b"x" * MAX_APPEND + b'"'), new(4, b'"' + b"x" * 300_000 + b'"')):
        with pytest.raises(ValueError, match="the event store takes 921600"):
            await store.append("t1", stream, 1, events, METADATA, request("large"))
    assert await store.find_request("t1", "large") is None
    assert len(await feed(store)) == 1


async def test_the_leader_is_found_by_asking_any_node(tmp_path: Path, certificates: Files) -> None:
    """One of the nodes named does not answer."""
    nobody = socket.create_server(("127.0.0.1", 0))
    closed = nobody.getsockname()[1]
    nobody.close()
    async with served(tmp_path, certificates) as running:
        for nodes in (f"127.0.0.1:{closed},127.0.0.1:{running.port}", f"127.0.0.1:{running.port},127.0.0.1:{closed}"):
            url = f"esdb://{USER}:{PASSWORD}@{nodes}?tlsCaFile={certificates.authority}"
            store = await EventStoreDB.open(url)
            assert await store.head() == 0
            await store.close()
