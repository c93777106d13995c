"""Tryton from PyPI in an environment of its own under build/bench: installed, filled once, served, asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.client import Load
from bench.data import FOLDER, PASSWORD
from bench.figures import in_milliseconds
from bench.http import free_port

VERSION = "8.2"
PACKAGES = ("trytond", "trytond_party")
HOME = FOLDER / "tryton"
DATABASE = "bench"
AT_ONCE = 100  # parties in one call while the database is filled
FIELDS = ["rec_name", "name", "code", "active", "addresses", "contact_mechanisms"]


class Refused(Exception):
    """The server answered that the work was not done."""


class Tryton:
    """A served database and a session in it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._authorization = ""

    def sign_in(self) -> None:
        user, session, *_ = self.call("common.db.login", "admin", {"password": PASSWORD}, "en")
        self._authorization = "Session " + b64encode(f"admin:{user}:{session}".encode()).decode()

    def call(self, method: str, *params: object) -> Any:
        """The call's result. Raises Refused with what the server says."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": "application/json", "Authorization": self._authorization}
        headers = {name: value for name, value in headers.items() if value}
        try:
            body = json.dumps({"id": 1, "method": method, "params": params})
            connection.request("POST", f"/{DATABASE}/rpc/", body, headers)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise Refused(f"{method}: {answer['error']}")
        return answer["result"]

    def create(self, parties: list[dict[str, Any]]) -> None:
        self.call("model.party.party.create", parties, {})

    def page(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "model.party.party.search_read", [], 0, 25, [["name", "ASC"]], FIELDS, {}
        )
        return found

    def count(self) -> int:
        found: int = self.call("model.party.party.search_count", [], {})
        return found


def party(n: int) -> dict[str, Any]:
    """A party with an address and an e-mail, as the call's data."""
    return {
        "name": f"Party {n}",
        "addresses": [["create", [{"street": f"{n} Long Road", "city": "Shanghai"}]]],
        "contact_mechanisms": [["create", [{"type": "email", "value": f"info{n}@example.com"}]]],
    }


def load(work: Callable[[], object], clients: int, seconds: float) -> Load:
    """As bench.client's: every client busy for the time, a thread each; what was refused counts as failed alone."""
    times: list[float] = []
    refused: list[Refused] = []
    begun = time.perf_counter()

    def client() -> None:
        while time.perf_counter() - begun < seconds:
            started = time.perf_counter()
            try:
                work()
                times.append(time.perf_counter() - started)
            except Refused as error:
                refused.append(error)

    with ThreadPoolExecutor(clients) as pool:
        for running in [pool.submit(client) for _ in range(clients)]:
            running.result()
    elapsed = time.perf_counter() - begun
    if not times:
        raise refused[0]
    return Load(len(times) / elapsed, *in_milliseconds(times), len(refused))


@contextmanager
def served(folder: Path, parties: int) -> Iterator[Tryton]:
    """Tryton's own server on a copy of the filled database, until the block ends."""
    _install()
    filled = FOLDER / f"tryton-{parties}.sqlite"
    if not filled.exists():
        making = folder / "making"
        _create_database(making)
        with _running(making) as tryton:
            for first in range(0, parties, AT_ONCE):
                tryton.create([party(n) for n in range(first, min(parties, first + AT_ONCE))])
        shutil.move(making / f"{DATABASE}.sqlite", filled)
    (folder / "tryton").mkdir()
    shutil.copy(filled, folder / "tryton" / f"{DATABASE}.sqlite")
    with _running(folder / "tryton") as tryton:
        yield tryton


def versions() -> str:
    asked = [str(HOME / "bin" / "python"), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    found = {p["name"].lower().replace("-", "_"): p["version"] for p in json.loads(subprocess.check_output(asked))}
    return ", ".join(f"{name} {found[name]}" for name in (*PACKAGES, "werkzeug"))


def _install() -> None:
    made = HOME / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME)], check=True)
        wanted = [f"{name}~={VERSION}.0" for name in PACKAGES]
        subprocess.run([str(HOME / "bin" / "python"), "-m", "pip", "install", "-q", *wanted], check=True)
        made.touch()


def _config(folder: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    return path


def _create_database(folder: Path) -> None:
    folder.mkdir()
    (folder / f"{DATABASE}.sqlite").touch()
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n")
    command = [HOME / "bin" / "trytond-admin", "-c", _config(folder, 0), "-d", DATABASE, "-u", "party"]
    options = ["--activate-dependencies", "--email", "bench@example.com", "--password", "--language", "en"]
    subprocess.run([*map(str, command), *options], check=True, env={**os.environ, "TRYTONPASSFILE": str(secret)})


@contextmanager
def _running(folder: Path) -> Iterator[Tryton]:
    port = free_port()
    command = [str(HOME / "bin" / "trytond"), "-c", str(_config(folder, port)), "-d", DATABASE]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        tryton = Tryton(port)
        _wait(tryton)
        yield tryton
    finally:
        process.terminate()
        process.wait()


def _wait(tryton: Tryton, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            return tryton.sign_in()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
