"""The broker's jars: fetched once by Maven into a cache outside the clone, by the coordinates in `pom.xml`."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from infra.cache import Missing, cache_of, made

POM = Path(__file__).parent / "pom.xml"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
OLDEST_JAVA = 17
REMEDY = "apt-get install openjdk-17-jre-headless maven"
FETCH_SECONDS = 300


def cache() -> Path:
    """The folder of this pom's jars, and of what the broker makes of them."""
    return cache_of("kafka", POM.read_bytes())


def jars() -> Path:
    """The folder with the jars; Maven fetches them the first time. Raises Missing."""
    check_java()
    return made(cache() / "lib", _fetch)


def check_java() -> None:
    """Raises Missing where there is no Java, or one that is too old."""
    if shutil.which("java") is None:
        raise Missing(f"Kafka needs Java {OLDEST_JAVA} or newer, and there is no java on PATH: {REMEDY}")
    answer = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr)
    if found is None or int(found[1]) < OLDEST_JAVA:
        version = found[1] if found else "of an unknown version"
        raise Missing(f"Kafka needs Java {OLDEST_JAVA} or newer, and java on PATH is {version}: {REMEDY}")


def _fetch(into: Path) -> None:
    if shutil.which("mvn") is None:
        raise Missing(f"Kafka's jars are fetched by Maven, and there is no mvn on PATH: {REMEDY}")
    command = ["mvn", "-q", "-B", "-f", str(POM), PLUGIN, f"-DoutputDirectory={into}", "-DincludeScope=runtime"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS)
    if fetched.returncode:
        lines = [line for line in fetched.stdout.splitlines() if "ERROR" in line]
        raise Missing(f"Maven could not fetch Kafka's jars: {lines[0] if lines else fetched.stderr.strip()}")
