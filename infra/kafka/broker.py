"""A real Apache Kafka broker of one node (KRaft) on loopback: `python -m infra.kafka.broker --data DIR`.

For development and tests. It keeps its ports and its data from one start to the next.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.cache import Missing
from infra.kafka.jars import cache, jars

# fmt: off
JVM = [
    "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss256k", "-XX:MaxMetaspaceSize=128m",
    "-XX:ReservedCodeCacheSize=48m", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
]  # for a quick start; no measure of what a broker can carry
# fmt: on
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
READY = b"Kafka Server started"
PATIENCE = 240.0  # seconds that it may take to start where other work holds the machine
LOG = """<Configuration status="warn">
<Appenders><Console name="c"><PatternLayout pattern="%d %p %c{1}: %m%n"/></Console></Appenders>
<Loggers><Root level="info"><AppenderRef ref="c"/></Root></Loggers></Configuration>
"""
SMALL = {
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 4,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
    "group.initial.rebalance.delay.ms": 0,
    "broker.session.timeout.ms": 2000,  # a restart after a kill waits until the dead one's session ends
    "broker.heartbeat.interval.ms": 500,
}


@dataclass(frozen=True)
class Security:
    """TLS, SCRAM-SHA-512 and an authorizer that allows nothing without a right; `admin` may do everything.

    certificate: key and chain of the broker, PEM. users: names with their passwords.
    """

    certificate: Path
    users: Mapping[str, str]

    def properties(self, port: int, controller: int, inner: int) -> dict[str, object]:
        """What a broker of one node has in place of its plain listener. It speaks to itself on a third port."""
        return {
            "listeners": f"SASL://127.0.0.1:{port},INNER://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"SASL://127.0.0.1:{port},INNER://127.0.0.1:{inner}",
            "listener.security.protocol.map": "SASL:SASL_SSL,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "INNER",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.certificate,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS;User:admin",
        }

    @property
    def options(self) -> list[str]:
        """Of the tool that formats the data."""
        return [f"--add-scram=SCRAM-SHA-512=[name={name},password={word}]" for name, word in self.users.items()]


class NotStarted(Exception):
    """The broker ended or did not become ready; the last line of the message says so, those before end its log."""


class Broker:
    """One broker. folder: its ports, properties, log and data. properties: in addition to those for one node.
    security: None = everybody on this machine may do everything.

    start → (serving) → stop or kill → start again on the same data.
    """

    def __init__(
        self, folder: Path, properties: Mapping[str, object] | None = None, security: Security | None = None
    ) -> None:
        self.folder, self._properties, self._security = folder.absolute(), dict(properties or {}), security
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, seconds: float = PATIENCE) -> float:
        """Start it, formatted the first time, and return once it serves: after so many seconds.

        Raises Missing, NotStarted.
        """
        self._lib = jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        formatted = (self.folder / "data" / "meta.properties").exists()
        if not formatted:
            self._configure()
            self._format()
        self.port = json.loads((self.folder / "ports.json").read_text())[0]
        began = time.monotonic()
        with (self.folder / "broker.log").open("ab") as log:
            mark = log.tell()
            command = self._java(self._archive(), "kafka.Kafka")
            self.process = subprocess.Popen(
                [*command, str(self.folder / "server.properties")], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        while READY not in self._logged(mark):
            ended = self.process.poll()
            if ended is not None or time.monotonic() - began > seconds:
                self.kill()
                why = f"was not ready after {seconds:g} s" if ended is None else f"ended with {ended}"
                log_end = self._logged(mark)[-3000:].decode(errors="replace").strip()
                raise NotStarted(f"{log_end}\nKafka on {self.address} {why}")
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, seconds: float = 40.0) -> None:
        """End it in order, by its process id."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        if self._made().exists():
            self._made().rename(cache() / "kafka.jsa")

    def kill(self) -> None:
        """End it as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def run_tool(self, main_class: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of Kafka's own tools against it, as in "org.apache.kafka.tools.TopicCommand"."""
        return subprocess.run([*self._java([], main_class), *arguments], capture_output=True, text=True, check=False)

    def _java(self, options: list[str], main_class: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}"
        return ["java", *JVM, *options, logging, "-cp", f"{self._lib}/*", main_class]

    def _archive(self) -> list[str]:
        """Use the archive of loaded classes, which halves the start, or make it at the first orderly stop."""
        archive = cache() / "kafka.jsa"
        if archive.exists():
            return [f"-XX:SharedArchiveFile={archive}"]
        return [f"-XX:ArchiveClassesAtExit={self._made()}"]

    def _made(self) -> Path:
        return cache() / f"made-{self.port}.jsa"

    def _configure(self) -> None:
        ports = free_ports(3)
        (self.folder / "ports.json").write_text(json.dumps(ports))
        (self.folder / "log4j2.xml").write_text(LOG)
        secured = {} if self._security is None else self._security.properties(*ports)
        lines = {**_one_node(self.folder / "data", *ports[:2]), **SMALL, **secured, **self._properties}
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (self.folder / "server.properties").write_text(text)

    def _format(self) -> None:
        given = ["format", "-t", CLUSTER_ID, "-c", str(self.folder / "server.properties")]
        done = self.run_tool("kafka.tools.StorageTool", *given, *(self._security.options if self._security else []))
        if done.returncode:
            raise NotStarted(f"Kafka could not format {self.folder}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _logged(self, mark: int) -> bytes:
        with (self.folder / "broker.log").open("rb") as log:
            log.seek(mark)
            return log.read()


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _one_node(data: Path, port: int, controller: int) -> dict[str, object]:
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": data,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "auto.create.topics.enable": "false",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.kafka.broker", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="its ports, log and data")
    broker = Broker(parser.parse_args().data)
    try:
        seconds = broker.start()
    except (Missing, NotStarted) as error:
        sys.exit(str(error))
    process = broker.process
    assert process is not None
    print(f"kafka://{broker.address} (process {process.pid}) is ready after {seconds:.1f} s", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    with suppress(KeyboardInterrupt):
        process.wait()
    broker.stop()


if __name__ == "__main__":
    main()
