"""Evidence that means harm: by its form, or signed with the very key over what is not so. It is refused in one line."""

from __future__ import annotations

import asyncio
import hashlib
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from shared.ledger.evidence import Wanted
from shared.ledger.note import Checkpoint
from tests.integration.test_ledger_evidence import FILE, bundle, files_of, said, sealed, zipped
from tests.support.ledgers import TENANT, Ledgers, open_ledger

Files = dict[str, bytes]
MEMORY = 512 << 20  # bytes that the verifier may take
LARGE = 128 << 20  # bytes in a bundle of less than a megabyte

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def ours(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ledgers]:
    async with open_ledger(tmp_path_factory.mktemp("forged")) as opened:
        await sealed(opened)
        await sealed(opened)
        yield opened


def signed(ours: Ledgers, files: Files) -> Files:
    """The files under a manifest that says the same of them, signed again."""
    rest = {name: content for name, content in files.items() if not name.startswith("manifest.")}
    manifest = orjson.loads(files["manifest.json"])
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in rest.items()}
    manifest["events"] = rest["events.jsonl"].count(b"\n")
    content, title = orjson.dumps(manifest), files["manifest.note"].decode().partition("\n")[0]
    note = ours.notary.signed(f"{title}\n{hashlib.sha256(content).hexdigest()}\n")
    return {**rest, "manifest.json": content, "manifest.note": note.encode()}


def changed(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    """old: a pattern, of which the first is replaced."""

    def change(files: Files) -> Files:
        content, count = re.subn(old, lambda _: new, files[name], count=1)
        assert count == 1
        return {**files, name: content}

    return change


def added(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: files.get(name, b"") + content}


FORGED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "an event without an end": (added("events.jsonl", b'{"leaf":99,"type":"sales.OpportunityLost"}'), "has no end"),
    "another name": (changed("events.jsonl", rb'"leaf":', b'"actor":"eve","leaf":'), "other fields"),
    "a name twice": (changed("events.jsonl", rb'"data":', b'"data":"{}","data":'), "one name twice"),
    "data in two forms": (changed("events.jsonl", rb'"data":', b'"data_base64":"e30=","data":'), "other fields"),
    "a number that is not whole": (changed("events.jsonl", rb'"leaf":\d+', b'"leaf":0.5'), "not whole"),
    "no number": (changed("events.jsonl", rb'"leaf":\d+', b'"leaf":NaN'), "not whole"),
    "a huge number": (changed("events.jsonl", rb'"version":1', b'"version":' + b"9" * 4_000_000), "too large"),
    "a text for a number": (changed("events.jsonl", rb'"version":1', b'"version":"1"'), "a number is none"),
    "a truth for a number": (changed("events.jsonl", rb'"version":1', b'"version":true'), "a number is none"),
    "a position from later": (changed("events.jsonl", rb'"position":\d+', b'"position":99999'), "does not come after"),
    "deep lists": (changed("events.jsonl", rb'"leaf":\d+', b'"leaf":' + b"[" * 500_000), "nested too deeply"),
    "deep proofs": (lambda files: {**files, "consistency.json": b"[" * 500_000}, "nested too deeply"),
    "no proofs": (lambda files: {**files, "consistency.json": b"{}"}, "does not begin with that of its checkpoint"),
    "no checkpoints": (lambda files: {**files, "checkpoints.txt": b"made up"}, "not written as evidence"),
    "a huge checkpoint": (
        changed("checkpoint.txt", rb"\n\d+\n", b"\n" + b"9" * 4_000_000 + b"\n"),
        "signature is not valid",
    ),
    "another file": (added("ledger/../../events.jsonl", b"{}"), "other files"),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("tenant", [TENANT, None])
async def test_what_the_key_signed_and_is_not_so_is_refused(
    ours: Ledgers, tmp_path: Path, name: str, tenant: str | None
) -> None:
    change, why = FORGED[name]
    files = files_of(await bundle(ours, Wanted(tenant)))
    assert called(tmp_path, zipped(signed(ours, files))) == (0, "OK")
    code, line = called(tmp_path, zipped(signed(ours, change(files))))
    assert (code, line[:6]) == (1, "FAIL: ")
    assert why in line


async def test_the_places_of_a_whole_log_are_proven_too(ours: Ledgers) -> None:
    files = files_of(await bundle(ours, Wanted(None)))
    last = files["events.jsonl"].count(b"\n") - 1
    moved = changed("events.jsonl", rb'"leaf":%d,' % last, b'"leaf":%d,' % (last + 5))
    assert "does not come after" in said(zipped(signed(ours, moved(files))))


async def test_an_earlier_checkpoint_of_another_ledger_is_found(ours: Ledgers) -> None:
    files = files_of(await bundle(ours, Wanted(TENANT, since=(7,))))
    made_up = ours.notary.signed(Checkpoint(ours.key.name, 7, bytes(32)).text)
    assert "its checkpoint of 7 events" in said(zipped(signed(ours, {**files, "checkpoints.txt": made_up.encode()})))


async def test_an_empty_checkpoint_proves_nothing(ours: Ledgers) -> None:
    empty = ours.notary.signed(Checkpoint(ours.key.name, 0, hashlib.sha256().digest()).text)
    assert "covers no events" in said(await bundle(ours), empty)


def twice(files: Files) -> bytes:
    out = BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("events.jsonl", files["events.jsonl"])
    return out.getvalue()


def large(name: str, method: int = zipfile.ZIP_DEFLATED, byte: bytes = b"\n") -> Callable[[Files], bytes]:
    """A file of one byte again and again."""

    def make(files: Files) -> bytes:
        out = BytesIO(zipped({other: content for other, content in files.items() if other != name}))
        with zipfile.ZipFile(out, "a", method) as archive, archive.open(name, "w") as file:
            for _ in range(LARGE >> 20):
                file.write(byte * (1 << 20))
        return out.getvalue()

    return make


def linked(files: Files) -> bytes:
    """The events are a symbolic link, for a program that unpacks it."""
    out = BytesIO(zipped({other: content for other, content in files.items() if other != "events.jsonl"}))
    link = zipfile.ZipInfo("events.jsonl")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


HOSTILE: dict[str, tuple[Callable[[Files], bytes], str]] = {
    "twice": (twice, "twice"),
    "a note of newlines": (large("manifest.note"), "manifest.note is too large"),
    "a huge key": (large("key.txt", byte=b"+"), "key.txt is too large"),
    "an event without an end": (large("events.jsonl", byte=b" "), "an event is too long"),
    "another packing": (large("README.txt", zipfile.ZIP_LZMA), "packed in a way"),
    "a link": (linked, "an event is too long, or the last one has no end"),
    "cut off": (lambda files: zipped(files)[:-30], "not written as evidence"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_in_little_memory(ours: Ledgers, tmp_path: Path, name: str) -> None:
    make, why = HOSTILE[name]
    content = await asyncio.to_thread(make, files_of(await bundle(ours)))
    assert len(content) < 1 << 20
    code, line = called(tmp_path, content)
    assert (code, line[:6]) == (1, "FAIL: ")
    assert why in line


async def test_a_bundle_writes_no_line_and_no_colour_of_its_own(ours: Ledgers, tmp_path: Path) -> None:
    files = files_of(await bundle(ours))
    files["key.txt"] = "a\nOK\n\x1b[2J\u202e+00+AAAA".encode()
    done = asyncio.to_thread(program, tmp_path, zipped(files))
    lines = (await done).stdout.decode().splitlines()
    assert lines == [
        "The bundle is signed with a?OK??[2J?+00+AAAA: compare it with the key that you were given.",
        "FAIL: it is no Ed25519 key",
    ]


def called(folder: Path, content: bytes) -> tuple[int, str]:
    """The exit code, and the last line."""
    done = program(folder, content)
    return done.returncode, (done.stdout.decode().splitlines() or [""])[-1]


def program(folder: Path, content: bytes) -> subprocess.CompletedProcess[bytes]:
    (folder / "evidence.zip").write_bytes(content)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    words = [sys.executable, "-I", str(FILE), "evidence.zip"]
    return subprocess.run(words, cwd=folder, capture_output=True, check=False, preexec_fn=little)
