"""Who may use the protocol server and how much of it: passwords, TLS, sizes, slow readers, the stop, the command."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventstoredb import Client
from eventstoredb.events import JsonEvent, ReadEvent
from grpclib import GRPCError
from grpclib.client import Channel
from grpclib.const import Cardinality, Status
from grpclib.exceptions import StreamTerminatedError

from crm.cli import main
from shared.events.envelope import Stored
from shared.eventstore.protocol.access import MAX_MESSAGE
from shared.eventstore.protocol.log import MAX_APPEND
from shared.eventstore.protocol.messages import base, gossip, server_features, streams
from shared.eventstore.protocol.reads import FIRST_PAGE
from tests.support.certificates import Files, make
from tests.support.protocol_clients import Failed, New, SecureClient, grpcio_client, grpclib_client
from tests.support.protocol_server import PASSWORD, USER, served


def event(size: int = 2) -> New:
    return New(uuid4(), data=b"x" * size, json=False)


@pytest.mark.parametrize("open_client", [grpclib_client, grpcio_client])
async def test_the_right_password_is_asked_for(tmp_path: Path, certificates: Files, open_client: object) -> None:
    async with served(tmp_path, certificates) as running:
        for user, password in ((USER, "wrong"), ("nobody", PASSWORD), ("other", PASSWORD)):
            async with open_client(running, user, password) as client:  # type: ignore[operator]
                with pytest.raises(Failed, match="the name or the password is wrong"):
                    await client.append("a-1", "none", [event()])
        async with open_client(running) as client:  # type: ignore[operator]
            await client.append("a-1", "none", [event()])
            assert len(await client.read("a-1")) == 1


@pytest.mark.parametrize("header", [None, "Basic", "Basic %%%", "Basic Y3Jt", "Bearer abc", "Basic /////w=="])
async def test_calls_without_credentials_reach_only_where_the_node_is(
    tmp_path: Path, certificates: Files, header: str | None
) -> None:
    metadata = {"authorization": header} if header else {}
    async with served(tmp_path, certificates) as running:
        context = ssl.create_default_context(cafile=str(certificates.authority))
        context.set_alpn_protocols(["h2"])
        channel = Channel("127.0.0.1", running.port, ssl=context)
        stub = streams.StreamsStub(channel, metadata=metadata)
        request = streams.ReadReq(
            streams.ReadReqOptions(all=streams.ReadReqOptionsAllOptions(start=base.Empty()), count=1)
        )
        with pytest.raises(GRPCError) as caught:
            await anext(stub.read(request))
        assert caught.value.status is Status.UNAUTHENTICATED
        assert (await gossip.GossipStub(channel).read(base.Empty())).members[0].is_alive
        features = await server_features.ServerFeaturesStub(channel).get_supported_methods(base.Empty())
        assert {"read", "append", "batchappend"} <= {m.method_name for m in features.methods}
        channel.close()


async def test_a_server_of_another_authority_is_not_trusted(tmp_path: Path, certificates: Files) -> None:
    foreign, expired = make(tmp_path / "foreign"), make(tmp_path / "expired", days=-1)
    for wrong, trusted in ((foreign, certificates), (expired, expired)):
        async with served(tmp_path / wrong.key.parent.name / "data", wrong) as running:
            context = ssl.create_default_context(cafile=str(trusted.authority))
            client = SecureClient(f"esdb://127.0.0.1:{running.port}", context, USER, PASSWORD)
            with pytest.raises(ssl.SSLCertVerificationError):
                await anext(client.read_stream("a-1"))
            client.channel.close()
            plain = Client(f"esdb://127.0.0.1:{running.port}")
            with pytest.raises((ConnectionError, Exception)):
                await asyncio.wait_for(anext(plain.read_stream("a-1")), 5)
            plain.channel.close()


@pytest.mark.parametrize(("size", "taken"), [(MAX_APPEND, True), (MAX_APPEND + 1, False), (MAX_MESSAGE, False)])
async def test_sizes_are_capped(tmp_path: Path, size: int, taken: bool) -> None:
    async with served(tmp_path) as running, grpclib_client(running) as client:
        if taken:
            await client.append("a-1", "none", [event(size)])
        else:
            with pytest.raises(Failed, match=r"Maximum Append Size|a message holds at most"):
                await client.append("a-1", "none", [event(size)])
        assert len(await client.read_all()) == taken


async def test_a_slow_reader_holds_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for 40 MB and takes none: the server has read what one page holds, and serves others meanwhile."""
    async with served(tmp_path) as running, grpclib_client(running) as client:
        for _ in range(40):
            await client.append("a-1", "any", [event(MAX_APPEND)])
        read: list[int] = []
        read_all = running.store.read_all

        async def spied(after: int, limit: int, **named: Any) -> list[Stored]:
            found = await read_all(after, limit, **named)
            read.append(len(found))
            return found

        monkeypatch.setattr(running.store, "read_all", spied)
        channel = Channel("127.0.0.1", running.port)
        asked = streams.ReadReqOptions(all=streams.ReadReqOptionsAllOptions(start=base.Empty()), count=100)
        route = "/event_store.client.streams.Streams/Read"
        kind = Cardinality.UNARY_STREAM
        async with channel.request(route, kind, streams.ReadReq, streams.ReadResp) as stream:
            await stream.send_message(streams.ReadReq(asked), end=True)
            assert await stream.recv_message() is not None
            for _ in range(10):
                await client.append("b-1", "any", [event()])
            assert read == [FIRST_PAGE]
            await stream.cancel()
        channel.close()
        assert len(await client.read("b-1")) == 10


async def test_what_was_begun_is_finished_at_the_stop(tmp_path: Path) -> None:
    """Appends in flight are answered or not written; a subscription ends."""
    async with served(tmp_path) as running, grpclib_client(running) as client:
        events = client.follow()
        await anext(events)
        appends = [asyncio.create_task(client.append(f"a-{n}", "none", [event()])) for n in range(40)]
        while not running.server.appending:
            await asyncio.sleep(0)
        await asyncio.wait_for(running.server.stop(), 30)
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        with pytest.raises(StreamTerminatedError):
            await asyncio.wait_for(_drained(events), 10)
        there = {e.position for e in await running.store.read_all(0, 100)}
        answered = {o for o in outcomes if isinstance(o, int)}
        assert answered
        assert answered <= there


async def _drained(events: AsyncIterator[object]) -> None:
    async for _ in events:
        pass


class TestCommand:
    """`crm eventstore serve` as a process."""

    def start(self, data: Path, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "crm", "eventstore", "serve", "--data", str(data), "--port", "0", *arguments]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": ""})

    def secure(self, folder: Path, files: Files) -> list[str]:
        users = folder / "users"
        users.touch(0o600)
        users.write_text(f"{USER}:{PASSWORD}\n")
        return ["--cert", str(files.certificate), "--key", str(files.key), "--users", str(users)]

    async def test_it_serves_until_it_is_asked_to_stop_and_finds_its_log_again(
        self, tmp_path: Path, certificates: Files
    ) -> None:
        arguments = self.secure(tmp_path, certificates)
        for began, ending in ((0, signal.SIGTERM), (3, signal.SIGKILL), (6, signal.SIGINT)):
            process = self.start(tmp_path / "data", *arguments)
            assert process.stderr is not None
            line = await asyncio.to_thread(process.stderr.readline)
            port = int(line.split("127.0.0.1:")[1].split()[0])
            address = f"esdb://127.0.0.1:{port}"
            context = ssl.create_default_context(cafile=str(certificates.authority))
            client = SecureClient(address, context, USER, PASSWORD)
            for _ in range(3):
                await client.append_to_stream("a-1", JsonEvent(type="t", data=b"{}"))
            revisions = [
                e.event.revision async for e in client.read_stream("a-1") if isinstance(e, ReadEvent) and e.event
            ]
            assert revisions == list(range(began + 3))
            client.channel.close()
            process.send_signal(ending)
            assert await asyncio.to_thread(process.wait, 30) == (-9 if ending == signal.SIGKILL else 0)
            process.stderr.close()

    def test_each_wrong_call_gets_one_line(
        self,
        tmp_path: Path,
        certificates: Files,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        good = self.secure(tmp_path, certificates)
        other, data = make(tmp_path / "other"), tmp_path / "data"
        shown = tmp_path / "shown"
        shown.write_text("crm:x\n")
        shown.chmod(0o644)
        empty = tmp_path / "empty"
        empty.touch(0o600)
        cases = {
            "name --cert, --key and --users": [],
            "serves this machine only, not 0.0.0.0": ["--insecure", "--host", "0.0.0.0"],
            "--insecure goes without": ["--insecure", *good],
            "two PEM files that belong together": [*good[:3], str(other.key), *good[4:]],
            "can be read by others: chmod 600": [*good[:5], str(shown)],
            "each line is name:password": [*good[:5], str(empty)],
            "the file of users": [*good[:5], str(tmp_path / "missing")],
        }
        for message, arguments in cases.items():
            command = ["crm", "eventstore", "serve", "--data", str(data), "--port", "0", *arguments]
            monkeypatch.setattr(sys, "argv", command)
            with pytest.raises(SystemExit) as caught:
                main()
            error = capsys.readouterr().err
            assert (caught.value.code, error.count("\n")) == (1, 1)
            assert message in error
