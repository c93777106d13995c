"""The defects of the package `eventstoredb` and of what it stands on, each shown on the bare package, and what we do.

A test that fails here after an upgrade says that a workaround may go.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from eventstoredb import Client
from eventstoredb.client.append_to_stream.exceptions import StreamAlreadyExistsError
from eventstoredb.client.append_to_stream.types import AppendExpectedRevision, AppendToStreamOptions
from eventstoredb.client.exceptions import ConnectionStringMalformedError
from eventstoredb.client.read_stream.grpc import convert_read_response
from eventstoredb.client.subscribe_to_all.types import SubscribeToAllOptions
from eventstoredb.client.types import ClientOptions
from eventstoredb.events import CaughtUp, JsonEvent, ReadEvent
from eventstoredb.filters import StreamNameFilter
from grpclib import GRPCError
from grpclib.exceptions import StreamTerminatedError

from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.eventstoredb_address import Node, parse_address
from shared.eventstore.eventstoredb_link import Link, apart
from shared.eventstore.eventstoredb_reads import responses
from shared.eventstore.eventstoredb_wire import log_request, stored_event
from shared.eventstore.port import StoreUnavailable, WrongVersion
from shared.eventstore.protocol.messages import streams, which
from tests.contract.eventstore_help import METADATA, new, stream_of
from tests.support.certificates import Files
from tests.support.cutting_proxy import proxied
from tests.support.protocol_server import PASSWORD, USER, served

ROOT = Path(__file__).parents[2]


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True)


def test_it_does_not_import_without_pkg_resources() -> None:
    """betterproto 2.0.0b5 asks for it, and setuptools 81 and later have none."""
    bare = python("import sys; sys.modules['pkg_resources'] = None; import eventstoredb")
    assert "pkg_resources" in bare.stderr
    assert bare.returncode == 1
    assert "setuptools<81\n" in (ROOT / "requirements.in").read_text()
    (locked,) = re.findall(r"^setuptools==(\d+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert int(locked) < 81


def test_the_base_of_server_features_names_a_module_that_it_does_not_import() -> None:
    program = "from {} import server_features as s; s.ServerFeaturesBase().__mapping__()"
    assert "NameError" in python(program.format("eventstoredb.generated.event_store.client")).stderr
    assert python(program.format("shared.eventstore.protocol.messages")).returncode == 0


async def test_tls_credentials_and_keep_alive_are_parsed_and_not_used(tmp_path: Path, certificates: Files) -> None:
    async with served(tmp_path, certificates) as running:
        bare = Client(f"esdb://{USER}:{PASSWORD}@127.0.0.1:{running.port}")
        assert bare._options.tls
        assert (bare.channel._ssl, bare.channel._config._keepalive_time) == (None, None)
        with pytest.raises((StreamTerminatedError, OSError, TimeoutError)):
            await asyncio.wait_for(anext(bare.read_stream("a-1")), 3)
        bare.channel.close()
        address = f"esdb://{USER}:{PASSWORD}@127.0.0.1:{running.port}?tlsCaFile={certificates.authority}"
        link = Link(parse_address(address))
        channel = await link.channel()
        assert channel._ssl is not None
        assert channel._config._keepalive_time == 10
        link.close()


def test_options_and_several_hosts_of_a_connection_string() -> None:
    assert ClientOptions.from_connection_string("esdb://host?tls=false").tls
    with pytest.raises(ConnectionStringMalformedError):
        ClientOptions.from_connection_string("esdb://a:1,b:2")
    assert not ClientOptions.from_connection_string("esdb+discover://host").dns_discovery
    assert not parse_address("esdb://host?tls=false").tls
    assert parse_address("esdb://a:1,b").nodes == (Node("a", 1), Node("b", 2113))
    assert parse_address("esdb+discover://host").discovers


async def test_a_call_without_an_answer_waits_for_ever(tmp_path: Path) -> None:
    async with served(tmp_path) as running, proxied(running.port) as proxy:
        address = f"esdb://127.0.0.1:{proxy.port}?tls=false&defaultDeadline=500"
        bare, ours = Client(address), await EventStoreDB.open(address)
        await bare.append_to_stream("a-1", JsonEvent(type="t"))
        proxy.silent = True
        waiting = asyncio.create_task(bare.append_to_stream("a-1", JsonEvent(type="t")))
        with pytest.raises(StoreUnavailable):
            await ours.append("t1", stream_of(), 0, new(1), METADATA)
        await asyncio.sleep(1)
        assert not waiting.done()
        proxy.silent = False
        proxy.cut()
        await asyncio.gather(waiting, return_exceptions=True)
        await ours.close()
        bare.channel.close()


async def test_a_subscription_ends_with_its_connection(tmp_path: Path) -> None:
    async with served(tmp_path) as running, proxied(running.port) as proxy:
        address = f"esdb://127.0.0.1:{proxy.port}?tls=false"
        bare, ours = Client(address), await EventStoreDB.open(address)
        events = bare.subscribe_to_all()
        while not isinstance(await anext(events), CaughtUp):
            pass
        waiting = asyncio.create_task(ours.wait(0, 30))
        await asyncio.sleep(0.2)
        proxy.cut()
        with pytest.raises(StreamTerminatedError):
            await anext(events)
        await ours.append("t1", stream_of(), 0, new(1), METADATA)
        await asyncio.wait_for(waiting, 20)
        await ours.close()
        bare.channel.close()


async def test_a_conflict_does_not_name_the_revision(tmp_path: Path) -> None:
    async with served(tmp_path) as running:
        address, stream = f"esdb://127.0.0.1:{running.port}?tls=false", stream_of()
        bare, ours = Client(address), await EventStoreDB.open(address)
        await ours.append("t1", stream, 0, new(2), METADATA)
        with pytest.raises(StreamAlreadyExistsError) as caught:
            await bare.append_to_stream(
                stream, JsonEvent(type="t"), AppendToStreamOptions(AppendExpectedRevision.NO_STREAM)
            )
        assert not hasattr(caught.value, "current_revision")
        with pytest.raises(WrongVersion) as ours_caught:
            await ours.append("t1", stream, 0, new(1), METADATA)
        assert ours_caught.value.actual == 2
        await ours.close()
        bare.channel.close()


def test_a_message_about_the_stream_kills_the_read() -> None:
    response = streams.ReadResp(first_stream_position=3)
    with pytest.raises(Exception, match="i shouldnt be here"):
        convert_read_response(response)
    assert stored_event(response) is None


async def test_checkpoints_are_dropped_and_empty_values_become_none(tmp_path: Path) -> None:
    async with served(tmp_path) as running:
        address = f"esdb://127.0.0.1:{running.port}?tls=false&defaultDeadline=5000"
        bare = Client(address)
        for _ in range(3):
            await bare.append_to_stream("b-1", [JsonEvent(type="t", id=uuid4()) for _ in range(600)])
        wanted = SubscribeToAllOptions(filter=StreamNameFilter(prefix=["a-"]))
        assert isinstance(await anext(bare.subscribe_to_all(wanted)), CaughtUp)
        link = Link(parse_address(address))
        channel = await link.channel()
        kinds = []
        async for response in responses(channel, log_request(count=None, categories=["a"])):
            assert isinstance(response, streams.ReadResp)
            kinds.append(which(response, "content")[0])
            if kinds[-1] == "caught_up":
                break
        assert kinds[-2:] == ["checkpoint", "caught_up"]
        read = await anext(bare.read_stream("b-1"))
        assert isinstance(read, ReadEvent)
        assert read.event is not None
        assert read.event.data is None
        link.close()
        bare.channel.close()


async def test_a_large_append_is_sent_and_ends_as_a_raw_error(tmp_path: Path) -> None:
    async with served(tmp_path) as running:
        address = f"esdb://127.0.0.1:{running.port}?tls=false"
        bare, ours = Client(address), await EventStoreDB.open(address)
        data = b'"' + b"x" * (2 << 20) + b'"'
        with pytest.raises(GRPCError):
            await bare.append_to_stream("a-1", JsonEvent(type="t", data=data))
        with pytest.raises(ValueError, match="the event store takes"):
            await ours.append("t1", stream_of(), 0, new(1, data), METADATA)
        await ours.close()
        bare.channel.close()


async def test_a_broken_call_leaves_its_task_marked_as_cancelled(tmp_path: Path) -> None:
    """grpclib 0.4.9: `asyncio.timeout` around it does not end as it should."""
    async with served(tmp_path) as running, proxied(running.port) as proxy:
        bare = Client(f"esdb://127.0.0.1:{proxy.port}")

        async def broken() -> None:
            events = bare.subscribe_to_all()
            await anext(events)
            proxy.cut()
            await anext(events)

        async def marks(in_own_task: bool) -> int:
            task = asyncio.current_task()
            assert task is not None
            with pytest.raises(StreamTerminatedError):
                await (apart(broken(), 10) if in_own_task else broken())
            return task.cancelling()

        assert await asyncio.create_task(marks(False)) == 1
        assert await asyncio.create_task(marks(True)) == 0
        bare.channel.close()
