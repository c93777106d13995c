"""The cluster profile on one machine: `python -m infra.cluster up|down|status --data DIR`, as in `make cluster`.

Each engine and each role is a process of its own on loopback: Apache Kafka, a server of MongoDB's protocol, the suite's
server of EventStoreDB's protocol. In front of the routes is one address, infra/front.py. A second `up` finds what the
first one kept.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from urllib.error import URLError
from urllib.request import urlopen

from infra.cache import Missing
from infra.groups import Busy, Group, alone
from infra.kafka.broker import free_ports
from infra.kafka.jars import jars

ROOT = Path(__file__).parents[1]
READY_SECONDS = 300.0
STOP_SECONDS = 40.0
FREE_SECONDS = 5.0  # until the port of what was killed is free
GREETING_SECONDS = 3.0  # the link follows the address
APIS = "api:identity,customer,sales,integration"
ROLES: dict[str, tuple[str, ...]] = {  # process → its roles; the first one makes what all of them share
    "projector": ("projector",),
    "relay": ("relay",),
    "policies": ("policies",),
    "imports": ("imports",),
    "past": ("past",),
    "warehouse": ("warehouse", "api:audit", "notary"),
    "analytics": ("api:analytics",),
    "api": (APIS,),
}
ENGINES = ("mongodb", "eventstore", "kafka")
_LINK = re.compile(r"Nobody can sign in yet.*\n.*#token=\S+")
FRONT = "front"  # the one address of all routes, and of the client


class Failed(Exception):
    """A part did not start; the message names it, its log and the end of that."""


@dataclass
class Cluster:
    """data: the folder of everything. ports: kept from one start to the next. roles: of each process, see ROLES."""

    data: Path
    ports: dict[str, int] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(ROLES))

    def __post_init__(self) -> None:
        self.data = self.data.absolute()
        file = self.data / "ports.json"
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Failed(f"the folder {self.data} cannot be used: {error.strerror}") from error
        self.ports = json.loads(file.read_text()) if file.exists() else {}
        if new := [name for name in ("mongodb", "eventstore", FRONT, *self.roles) if name not in self.ports]:
            self.ports.update(zip(new, free_ports(len(new)), strict=True))
            file.write_text(json.dumps(self.ports))

    def up(self) -> None:
        """Start what does not run and return when every part is ready. Raises Failed."""
        engines = [self._start(name, command) for name, command in self._engines().items()]
        for one in engines:
            self._wait(one, self._listens)
        self._topics()
        first, *others = self.roles
        self._start(first, self._role(first))
        self._wait(first, self._is_ready)
        for name in others:
            self._start(name, self._role(name))
        for name in others:
            self._wait(name, self._is_ready)
        self._wait(self._start(FRONT, self._front()), self._is_ready)

    def down(self) -> None:
        """Ask each part to end, the front ones before those behind, by its process id; what does not end is killed."""
        for names in ([FRONT], list(reversed(self.roles)), list(reversed(ENGINES))):
            for name in names:
                self._group(name).signal(signal.SIGTERM)
            for name in names:
                self._gone(name)

    def add(self, name: str, *roles: str) -> None:
        """Start one more process and return when it is ready; only this object knows of it. Raises Failed."""
        [self.ports[name]] = free_ports(1)
        self.roles[name] = roles
        self._wait(self._start(name, self._role(name)), self._is_ready)

    def remove(self, name: str) -> None:
        """Ask a process that was added to end, and forget it."""
        self.end(name, signal.SIGTERM)
        del self.roles[name]

    def addresses(self) -> dict[str, str]:
        """Of every part."""
        kafka = self.data / "kafka" / "ports.json"
        found = {
            "mongodb": f"mongodb://127.0.0.1:{self.ports['mongodb']}",
            "eventstore": f"esdb://127.0.0.1:{self.ports['eventstore']}?tls=false",
            "kafka": f"kafka://127.0.0.1:{json.loads(kafka.read_text())[0]}" if kafka.exists() else "",
        }
        return found | {name: f"http://127.0.0.1:{self.ports[name]}" for name in (FRONT, *self.roles)}

    def greeting(self) -> str:
        """What the process of the routes said of the set-up link at its last start, "" where people can sign in."""
        deadline = time.monotonic() + GREETING_SECONDS
        while True:
            said = self._log("api").read_text(errors="replace").rpartition("CRM is ready at ")[2]
            if found := _LINK.search(said):
                return found[0]
            if time.monotonic() > deadline:
                return ""
            time.sleep(0.1)

    def parts(self) -> list[str]:
        """The names of all engines and roles, and of what is in front."""
        return [*self._engines(), *self.roles, FRONT]

    def pid(self, name: str) -> int | None:
        """Of a part that runs."""
        return self._group(name).leader()

    def running(self, name: str) -> bool:
        return self.pid(name) is not None

    def _engines(self) -> dict[str, list[str]]:
        python, ports = sys.executable, self.ports
        mongodb = [python, "-m", "infra.mongo.server", "--data", str(self.data / "mongodb")]
        events = [python, "-m", "crm", "eventstore", "serve", "--data", str(self.data / "eventstore"), "--insecure"]
        return {
            "mongodb": [*mongodb, "--port", str(ports["mongodb"])],
            "eventstore": [*events, "--port", str(ports["eventstore"])],
            "kafka": [python, "-m", "infra.kafka.broker", "--data", str(self.data / "kafka")],
        }

    def _role(self, name: str) -> list[str]:
        folder = self.data / "roles" / name
        asked = [sys.executable, "-m", "crm", "serve", "--data", str(folder), "--port", str(self.ports[name])]
        asked += ["--url", self.addresses()[FRONT]] if APIS in self.roles[name] else []
        return [*asked, *(part for role in self.roles[name] for part in ("--role", role))]

    def _front(self) -> list[str]:
        """With a route to each service that the process of the client does not serve."""
        at = self.addresses()
        services = [(s, name) for name, roles in self.roles.items() for s in _services(roles) if APIS not in roles]
        routes = [part for service, name in services for part in ("--route", f"{service}={at[name]}")]
        return [sys.executable, "-m", "infra.front", "--port", str(self.ports[FRONT]), "--to", at["api"], *routes]

    def environment(self) -> dict[str, str]:
        """The settings that all roles have."""
        at = self.addresses()
        past = {"CRM_PAST": f"past://127.0.0.1:{self.ports['past']}"} if "past" in self.roles else {}
        return past | {
            "CRM_EVENTSTORE": at["eventstore"],
            "CRM_VIEWS": f"{at['mongodb']}/crm?directConnection=true",
            "CRM_KEYS": f"{at['mongodb']}/crm_keys?directConnection=true",
            "CRM_LIMITS": f"{at['mongodb']}/crm?directConnection=true",
            "CRM_KAFKA": at["kafka"],
            "CRM_WAREHOUSE": f"chdb://127.0.0.1:{self.ports['warehouse']}",
            "CRM_ROOT_KEY": str(self.data / "root.key"),
            "CRM_IMPORTS": str(self.data / "imports"),
            "CRM_FILES": f"folder://{self.data / 'files'}",
            "CRM_PROXIES": "127.0.0.1",
        }

    def _topics(self) -> None:
        asked = [sys.executable, "-m", "crm", "topics", "apply", "--replicas", "1"]
        done = subprocess.run(asked, cwd=ROOT, env={**os.environ, **self.environment()}, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"crm topics apply: {(done.stderr or done.stdout).strip()[-400:]}")

    def _start(self, name: str, command: list[str]) -> str:
        """Raises Failed: its port is taken by another program."""
        if not self.running(name):
            self.end(name, signal.SIGTERM)  # what a part that was killed left behind
            if not self._frees(name):
                raise Failed(f"{name}: another program listens at {self.addresses()[name]}: end it (ss -tlnp names it)")
            environment = {**os.environ, **(self.environment() if name in self.roles else {})}
            with self._log(name).open("ab") as log:
                process = subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )  # fmt: skip
            self._group(name).note(process.pid)
        return name

    def _wait(self, name: str, ready: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready(name):
            if not self.running(name) or time.monotonic() > deadline:
                end = self._log(name).read_text(errors="replace").strip().splitlines()[-3:]
                raise Failed(f"{name} did not start: {' '.join(end)} ({self._log(name)})")
            time.sleep(0.1)

    def _frees(self, name: str) -> bool:
        """Whether nobody listens at its port, once what was killed is gone: an engine dies after what started it."""
        deadline = time.monotonic() + FREE_SECONDS
        while self._listens(name):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _listens(self, name: str) -> bool:
        address = self.addresses()[name].partition("?")[0]
        if not address:
            return False
        host, _, port = address.partition("//")[2].partition(":")
        try:
            create_connection((host, int(port)), 1).close()
        except OSError:
            return False
        return True

    def _is_ready(self, name: str) -> bool:
        try:
            with urlopen(f"{self.addresses()[name]}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a part, with what it started, by its process id, and return when it is gone: SIGKILL as a crash does."""
        self._group(name).signal(how)
        self._gone(name)

    def _gone(self, name: str) -> None:
        """Return when a part has ended; one that does not is killed."""
        group, deadline = self._group(name), time.monotonic() + STOP_SECONDS
        while (group.leader() is not None or group.is_left()) and time.monotonic() < deadline:
            time.sleep(0.02)
        group.signal(signal.SIGKILL)

    def _group(self, name: str) -> Group:
        """An engine is the child of what starts it."""
        return Group(self.data / f"{name}.pid")

    def _log(self, name: str) -> Path:
        return self.data / f"{name}.log"


def _services(roles: tuple[str, ...]) -> list[str]:
    """Whose routes a process with these roles serves."""
    return [one for role in roles if role.startswith("api:") for one in role.removeprefix("api:").split(",")]


def _lines(cluster: Cluster) -> Iterator[str]:
    for name, address in cluster.addresses().items():
        pid = cluster.pid(name)
        yield f"{name:<11} {address:<45} {'is not running' if pid is None else f'process {pid}'}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.cluster", description=__doc__)
    parser.add_argument("act", choices=["up", "down", "status"])
    place = "where all of it is kept"
    parser.add_argument("--data", type=Path, default=Path("data/cluster"), metavar="DIR", help=place)
    given = parser.parse_args()
    try:
        cluster = Cluster(given.data)
        with alone(cluster.data / "lock") if given.act != "status" else nullcontext():
            _act(cluster, given.act)
    except (Missing, Failed, Busy) as error:
        sys.exit(str(error))


def _act(cluster: Cluster, act: str) -> None:
    """Raises Missing, Failed."""
    if act == "down":
        cluster.down()
        return
    has_greeted = cluster.running("api")  # its link may have been used since
    if act == "up":
        jars()
        cluster.up()
    print("\n".join(_lines(cluster)))
    print(f"logs: {cluster.data}/*.log")
    print(f"the suite: {cluster.addresses()[FRONT]}")
    if act == "up" and not has_greeted and (said := cluster.greeting()):
        print(said)


if __name__ == "__main__":
    main()
