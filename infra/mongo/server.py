"""Servers that speak MongoDB's protocol, on loopback: `python -m infra.mongo.server --data DIR --port 27017`.

For development and tests, each a process of its own. SecantusDB (PyPI) keeps its data in WiredTiger; it is installed
once into an environment of its own in the cache, never among the suite's packages. mongo-java-server (Maven) is another
implementation, in memory: the tests' second opinion.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from socket import create_connection

from infra.cache import Missing, cache_of, made

HERE = Path(__file__).parent
SECANTUS, JAVA = "SecantusDB", "mongo-java-server"
REMEDY = "apt-get install openjdk-17-jdk-headless maven"
INSTALL_SECONDS = 300
PATIENCE = 240.0  # seconds that it may take to start where other work holds the machine


class Server:
    """One server. folder: its log, and its data where it keeps any. options: of SecantusDB, in addition."""

    def __init__(self, kind: str, folder: Path, port: int, options: Sequence[str] = ()) -> None:
        self._kind, self._folder, self.port, self._options = kind, folder.absolute(), port, options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Without a database."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def start(self, seconds: float = PATIENCE) -> None:
        """Return once it serves. Raises Missing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        secantus = self._kind == SECANTUS
        command = [*_secantus(self._folder / "data", self.port), *self._options] if secantus else _java(self.port)
        with (self._folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + seconds
        while not _listens(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise Missing(f"{self._kind} did not start: see {self._folder / 'server.log'}")
            time.sleep(0.05)

    def stop(self, seconds: float = 15.0) -> None:
        """End it in order, by its process id."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def _secantus(data: Path, port: int) -> list[str]:
    """Each write is flushed before it is acknowledged: a journal alone would lose some in a crash."""
    environment = _made(HERE / "requirements.lock", _install)
    data.mkdir(exist_ok=True)
    flags = ["--host", "127.0.0.1", "--port", str(port), "--storage-path", str(data), "--sync-on-commit"]
    return [str(environment / "bin" / "secantusd-py"), *flags]


def _install(target: Path) -> None:
    _run(sys.executable, "-m", "venv", str(target))
    pip = [str(target / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "--require-hashes", "-r", str(HERE / "requirements.lock"))


def _java(port: int) -> list[str]:
    if shutil.which("javac") is None or shutil.which("mvn") is None:
        raise Missing(f"mongo-java-server needs a JDK of version 17 or newer and Maven: {REMEDY}")
    jars = _made(HERE / "pom.xml", _fetch)
    quick = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    return ["java", *quick, "-cp", f"{jars}/*", str(HERE / "Server.java"), str(port)]


def _fetch(target: Path) -> None:
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
    _run("mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), *goal)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{Path(command[0]).name} failed: {said[-1] if said else done.returncode}")


def _made(described_by: Path, make: Callable[[Path], None]) -> Path:
    """A folder in the cache, made once for each content of the file that describes it and version of Python."""
    content = described_by.read_bytes() + repr(sys.version_info[:2]).encode()
    return made(cache_of("mongo", content), make)


def _listens(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.mongo.server", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="its log and data")
    parser.add_argument("--port", type=int, default=27017)
    given = parser.parse_args()
    server = Server(SECANTUS, given.data, given.port)
    try:
        server.start()
    except Missing as error:
        sys.exit(str(error))
    assert server.process is not None
    print(f"mongodb://127.0.0.1:{server.port} (process {server.process.pid}) is ready", flush=True)
    process = server.process
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # a handler that waits would not end
    with suppress(KeyboardInterrupt):
        process.wait()
    server.stop()


if __name__ == "__main__":
    main()
