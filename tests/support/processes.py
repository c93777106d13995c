"""Real processes of the suite: started on a free port of 127.0.0.1, stopped by their own pid."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx

from shared.leftovers import own, remove_leftovers

PASSWORD = "a long enough sentence 7"
EMAIL = "ada@example.com"
_SET_UP = "crm-set-up-"  # of folders for temporary files
CRM: Sequence[str | Path] = (sys.executable, "-m", "crm")


def crm(
    *arguments: str | Path, check: bool = True, timeout: float = 240, program: Sequence[str | Path] = CRM
) -> subprocess.CompletedProcess[bytes]:
    """Run one `crm` command to its end."""
    command = [*map(str, program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    if check and done.returncode:
        raise AssertionError(f"crm {' '.join(map(str, arguments))} exited {done.returncode}: {done.stderr.decode()}")
    return done


def set_up(
    data: Path,
    organisation: str = "Acme",
    email: str = EMAIL,
    program: Sequence[str | Path] = CRM,
    name: str = "Administrator",
) -> None:
    """A data directory with an organisation whose administrator signs in with `email` and PASSWORD.

    A copy of one that this process has had made before, by the same program with the same answers.
    """
    answers = ("--organisation", organisation, "--email", email, "--name", name)
    shutil.copytree(_made(tuple(map(str, program)), answers), data, symlinks=True)


@cache
def _made(program: Sequence[str], answers: Sequence[str]) -> Path:
    remove_leftovers(_SET_UP, Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=own(_SET_UP)))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n")
    crm("setup", "--data", folder / "data", *answers, "--password-file", secret, program=program)
    return folder / "data"


class Served:
    """A running suite: its process, its address, what it printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, greeting: str) -> None:
        self.process, self.url, self.greeting = process, url, greeting

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> str:
        answer = httpx.post(f"{self.url}/identity/sessions", json={"email": email, "password": password})
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token

    def client(self, email: str = EMAIL, **options: Any) -> httpx.Client:
        """A signed-in HTTP client."""
        headers = {"Authorization": f"Bearer {self.sign_in(email)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **options)

    def reader(self, email: str = EMAIL) -> httpx.Client:
        """As `client`, where one process has all roles. A request begins once the views show all that anybody did
        before, and ends once they show what it did."""
        wait: list[Callable[[Any], None]] = [lambda _: self.shown()]
        return self.client(email, event_hooks={"request": wait, "response": wait})

    def shown(self, seconds: float = 60) -> None:
        """Return once the views of this process show all that is in the log by now."""
        deadline = time.monotonic() + seconds
        while (lag := _lag(self.url)) != 0:
            assert time.monotonic() < deadline, f"the views are {lag} events behind"
            time.sleep(0.01)


@contextmanager
def served(
    data: Path,
    *,
    env: dict[str, str] | None = None,
    port: int = 0,
    program: Sequence[str | Path] = CRM,
    command: Sequence[str] = ("run",),
) -> Iterator[Served]:
    """A command that serves, on a free port until the block ends; killed if it does not stop by itself in 20 s."""
    with start(data, env=env, port=port, program=program, command=command) as running:
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                try:
                    running.process.wait(20)
                except subprocess.TimeoutExpired:
                    running.process.kill()
                    raise


@contextmanager
def start(
    data: Path,
    *,
    env: dict[str, str] | None = None,
    port: int = 0,
    program: Sequence[str | Path] = CRM,
    command: Sequence[str] = ("run",),
) -> Iterator[Served]:
    """As `served`, but how it ends is the caller's business."""
    log = data.parent / f"{data.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*map(str, program), *command, "--data", str(data), "--port", str(port)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
        )
    try:
        url, greeting = _wait_until_ready(process, log)
        yield Served(process, url, greeting)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _lag(url: str) -> int | None:
    """How many events the views have not seen; None = the process does not say."""
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return int(json.load(answer)["lag"]) if answer.status == 200 else None
        except (OSError, HTTPException):
            return None


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path, seconds: float = 150) -> tuple[str, str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        if found := re.search(r"ready at (http://\S+)", text):
            url = found[1]
            while time.monotonic() < deadline:
                try:
                    if httpx.get(f"{url}/readyz").status_code == 200:
                        return url, log.read_text(errors="replace")
                except httpx.HTTPError:
                    if process.poll() is not None:
                        break
                time.sleep(0.02)
        if process.poll() is not None:
            raise AssertionError(f"crm run ended with {process.returncode}: {text}")
        time.sleep(0.02)
    raise AssertionError(f"crm run was not ready in {seconds} s: {log.read_text(errors='replace')}")
