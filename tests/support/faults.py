"""Whole suites as processes to be killed: `crm run` itself, forked from a process that has imported the program.

A start from the shell spends three seconds of processor time on imports alone. The fork server spends them once; each
child then opens its files, starts the engine of the warehouse and serves, exactly as `crm run` does.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from shared.faults import crashpoint

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.support.preloaded"])


class Child:
    """A running suite. ready_after: seconds from its start to the first 200 of `/readyz`."""

    def __init__(self, process: ForkServerProcess, log: Path) -> None:
        self.process, self.log = process, log
        self.url = ""
        self.ready_after = 0.0

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.wait()

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, seconds: float = 60.0) -> int:
        """Its exit code, negative for a signal. Raises TimeoutError."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            raise TimeoutError(f"still running after {seconds} s: {self.said}")
        return self.process.exitcode

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def await_ready(self, seconds: float = 90.0) -> bool:
        """Whether it became ready; False when it ended before. Raises TimeoutError."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            if not self.url and (found := re.search(r"ready at (http://\S+)", self.said)):
                self.url = found[1]
            if self.url and is_ready(self.url):
                self.ready_after = time.monotonic() - started
                return True
            if self.process.exitcode is not None:
                return False
            time.sleep(0.01)
        raise TimeoutError(f"not ready after {seconds} s: {self.said}")


@contextmanager
def child(data: Path, crashpoint: str = "", settings: Mapping[str, str] | None = None) -> Iterator[Child]:
    """A suite on a free port, not yet ready; killed at the end of the block if it still runs.

    crashpoint: "name:n", the point at which it ends itself. settings: of its environment.
    """
    log = data.parent / f"{data.name}.log"
    log.write_bytes(b"")
    process = _context.Process(target=_serve, args=(str(data), str(log), crashpoint, dict(settings or {})), daemon=True)
    process.start()
    running = Child(process, log)
    try:
        yield running
    finally:
        if process.exitcode is None:
            running.kill()
        process.close()


def exit_code(target: Callable[..., None], *arguments: object, seconds: float = 60.0) -> int:
    """Call a function of a module in a process of its own; how that process ends. Raises TimeoutError."""
    process = _context.Process(target=target, args=arguments, daemon=True)
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"still running after {seconds} s")
    return process.exitcode


def is_ready(url: str) -> bool:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _serve(data: str, log: str, spec: str, settings: dict[str, str]) -> None:
    from crm.cli import main

    os.environ.update(settings)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    crashpoint.arm(spec)
    sys.argv = ["crm", "run", "--data", data, "--port", "0"]
    main()
