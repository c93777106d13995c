"""Evidence and the stand-alone verifier, which shares no code with the suite: only what is true passes."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import random
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.errors import Conflict, Unavailable
from shared.ledger import evidence
from shared.ledger.evidence import Wanted, write_evidence
from shared.ledger.merkle import verify_consistency, verify_inclusion
from tests.support.ledgers import TENANT, Ledgers, open_ledger, tampered
from tests.unit.test_ledger_tree import grown, mutated

FILE = Path(__file__).parents[2] / "clients" / "auditor" / "verify_ledger.py"
MUTATIONS = 100_000 if os.environ.get("CRM_PROVE") else 2_000


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_ledger", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = loaded()


async def bundle(ours: Ledgers, wanted: Wanted = Wanted(TENANT)) -> bytes:  # noqa: B008 - it is frozen
    out = BytesIO()
    await write_evidence(out, ours.ledger, wanted, ours.notary.key, ours.notary.signed)
    return out.getvalue()


def said(content: bytes, kept: str = "", key: str = "") -> str:
    """ "" for a bundle that is accepted, else why it is not."""
    try:
        VERIFIER.verify(BytesIO(content), kept, key, tell=lambda _: None)
    except VERIFIER.Bad as error:
        return str(error)
    except Exception as error:
        return repr(error)
    return ""


async def sealed(ours: Ledgers, count: int = 6) -> str:
    """Events of two organisations, and the checkpoint over them."""
    await ours.append(count, "t2")
    await ours.sealed(count)
    newest = ours.file.newest()
    assert newest is not None
    return newest.note


@pytest.mark.parametrize("tenant", [TENANT, None])
async def test_an_auditor_checks_a_bundle_with_what_they_keep(tmp_path: Path, tenant: str | None) -> None:
    async with open_ledger(tmp_path / "data") as ours:
        kept = await sealed(ours)
        await sealed(ours)
        content, key = await bundle(ours, Wanted(tenant)), str(ours.key)
    assert [said(content), said(content, kept), said(content, kept, key)] == ["", "", ""]
    (tmp_path / "kept.txt").write_text(kept)
    (tmp_path / "evidence.zip").write_bytes(content)
    asked = ("evidence.zip", "--checkpoint", "kept.txt", "--key", key)
    accepted = 0, ["It begins with the checkpoint that you keep.", "OK"]
    assert await asyncio.to_thread(called, tmp_path, *asked) == accepted
    code, printed = await asyncio.to_thread(called, tmp_path, "missing.zip")
    assert (code, printed[-1][:5]) == (2, "FAIL:")


def called(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """The verifier as a program of its own, which finds no package: its exit code and its last lines."""
    call = [sys.executable, "-I", str(FILE), *arguments]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.splitlines()[-2:]


async def test_a_bundle_holds_one_organisation_and_a_range(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        await sealed(ours)
        content = await bundle(ours, Wanted(TENANT, after=7, up_to=9))
        assert [one["position"] for one in lines(content)] == [8, 9]
        assert {one["tenant"] for one in lines(await bundle(ours))} == {TENANT}
        assert len(lines(await bundle(ours, Wanted(None)))) == 12
        assert "5" in orjson.loads(files_of(await bundle(ours, Wanted(TENANT, since=(5,))))["consistency.json"])


async def test_too_much_or_too_early_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST", 5)
    async with open_ledger(tmp_path) as ours:
        with pytest.raises(Unavailable):
            await bundle(ours)
        await sealed(ours)
        with pytest.raises(Conflict):
            await bundle(ours)
        assert len(lines(await bundle(ours, Wanted(None)))) == 12


def lines(content: bytes) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in files_of(content)["events.jsonl"].split(b"\n")[:-1]]


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


REWRITTEN = {
    "edit": "UPDATE events SET data = x'7b7d' WHERE position = 4",
    "truncate": "DELETE FROM events WHERE position > 5",
    "move": "UPDATE events SET position = 0 WHERE position = 3",
    "delete": "DELETE FROM events WHERE position = 12",
    "another key": "",
}


@pytest.mark.parametrize("act", REWRITTEN)
@pytest.mark.parametrize("tenant", [TENANT, None])
async def test_a_ledger_written_again_and_signed_again_is_found(tmp_path: Path, act: str, tenant: str | None) -> None:
    """With the very key: what the auditor keeps is enough. With another key, its name alone shows it."""
    async with open_ledger(tmp_path) as ours:
        kept, key = await sealed(ours), str(ours.key)
    gone = "DELETE FROM events WHERE type = 'audit.CheckpointSigned'"
    tampered(tmp_path, REWRITTEN[act], gone, renumbered=True)
    (tmp_path / "ledger.db").unlink()
    if act == "another key":
        (tmp_path / "keys" / "notary.key").unlink()
    async with open_ledger(tmp_path) as ours:
        await ours.sealed()
        content = await bundle(ours, Wanted(tenant))
    assert said(content) == ""  # it agrees with itself
    assert said(content, kept, key) != ""


async def test_a_changed_bundle_is_never_accepted(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        kept = await sealed(ours)
        await sealed(ours)
        contents = [await bundle(ours), await bundle(ours, Wanted(None))]
    draw = random.Random(7)
    for n in range(MUTATIONS // 100):
        content = contents[n % 2]
        files = files_of(content)
        name = draw.choice([one for one in sorted(files) if files[one]])
        act = draw.randrange(3)
        if act == 0:
            at = draw.randrange(len(files[name]))
            files[name] = files[name][:at] + bytes([files[name][at] ^ 1 << draw.randrange(8)]) + files[name][at + 1 :]
        elif act == 1:
            del files[name]
        else:
            files[f"{name}.more"] = files[name]
        assert said(zipped(files), kept) != "", (name, act)


def zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def test_a_bundle_whose_manifest_was_signed_over_changed_events_fails_by_its_proofs(tmp_path: Path) -> None:
    """Who has the key can sign any manifest; the proofs still lead to the checkpoint that others keep."""
    async with open_ledger(tmp_path) as ours:
        kept = await sealed(ours)
        for tenant in (TENANT, None):
            content = await bundle(ours, Wanted(tenant))
            for change in (b'"n\\":3', b'"n\\":4'), (b'"ada', b'"eve'), (b'"version":2', b'"version":9'):
                files = files_of(content)
                changed = files["events.jsonl"].replace(*change, 1)
                assert changed != files["events.jsonl"], change
                files["events.jsonl"] = changed
                manifest = orjson.loads(files["manifest.json"])
                manifest["files"]["events.jsonl"] = hashlib.sha256(changed).hexdigest()
                files["manifest.json"] = orjson.dumps(manifest)
                digest = hashlib.sha256(files["manifest.json"]).hexdigest()
                title = files["manifest.note"].decode().partition("\n")[0]
                files["manifest.note"] = ours.notary.signed(f"{title}\n{digest}\n").encode()
                assert "event" in said(zipped(files), kept), change


def test_its_proofs_are_verified_as_the_suite_does_it() -> None:
    draw = random.Random(20)
    trees = {size: grown(size) for size in (1, 2, 7, 8, 255, 256, 257, 600)}
    for n in range(MUTATIONS):
        size = draw.choice([*trees])
        tree, leaves = trees[size]
        if n % 2:
            index = draw.randrange(size)
            fields = [index, size, leaves[index], tree.inclusion(index, size), tree.root()]
            ours, theirs = verify_inclusion, VERIFIER.is_included
        else:
            old = draw.randint(1, size)
            fields = [old, size, tree.root(old), tree.root(), tree.consistency(old, size)]
            ours, theirs = verify_consistency, VERIFIER.is_consistent
        assert ours(*fields)
        assert theirs(*fields)
        changed = mutated(draw, list(fields))
        assert not ours(*changed)
        assert not theirs(*changed)


def test_its_signatures_are_those_of_the_library() -> None:
    draw = random.Random(3)
    for n in range(MUTATIONS // 200):
        key, message = Ed25519PrivateKey.from_private_bytes(draw.randbytes(32)), draw.randbytes(n)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert VERIFIER.is_signed(public, message, signature)
        at = draw.randrange(64)
        changed = signature[:at] + bytes([signature[at] ^ 1 << draw.randrange(8)]) + signature[at + 1 :]
        assert not VERIFIER.is_signed(public, message, changed)
        assert not VERIFIER.is_signed(public, message + b"x", signature)
        more = (int.from_bytes(signature[32:], "little") + VERIFIER.L).to_bytes(32, "little")
        assert not VERIFIER.is_signed(public, message, signature[:32] + more)  # the same number in another form


# RFC 8032 §7.1, tests 1 and 2
@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
            "be24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
            "2aeeb00d291612bb0c00",
        ),
    ],
)
def test_the_signatures_of_the_rfc_are_valid(public: str, message: str, signature: str) -> None:
    assert VERIFIER.is_signed(*map(bytes.fromhex, (public, message, signature)))
