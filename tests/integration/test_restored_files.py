"""Files of an object store that a restore meets there: a live suite's are left alone, its own are gone on with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm.blobs import open_blobs
from tests.support.backed_up import done, killed, refused, restore


def test_files_that_a_live_suite_may_have_are_never_taken_over(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites that are made of a backup have the same names for files: an erasure in one deletes the other's."""
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/shared")
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"ciphertext"))
    fork = ("fork", "--from", ours / "target", "--key", ours / "key", "--data")
    for words in ([*fork, ours / "new"], [*restore(ours), "--tenant", "acme"], restore(ours)):
        assert "the file store that CRM_FILES names has files" in refused(*words)
        assert not (ours / "new/restoring").exists()
    assert "of its own" in refused(*restore(ours), "--tenant", "acme", "--files-survived")
    done(*restore(ours), "--files-survived")  # the machine was lost, the bucket was not
    assert asyncio.run(open_blobs(ours / "new").get("files/t1/f1/c1/00000000")) == b"ciphertext"


def test_a_restore_goes_on_with_the_files_that_it_has_put_back_itself(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"ciphertext"))
    done("backup", "create", "--full", "--to", ours / "target", "--data", ours / "data", "--key", ours / "key")
    fork = ("fork", "--from", ours / "target", "--key", ours / "key", "--data", ours / "new")
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/new-files")
    assert killed(*fork, at="restore.keys_written")
    assert (ours / "new-files/files/t1/f1/c1/00000000").exists()
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/other-files")
    asyncio.run(open_blobs(ours / "data").put("files/t1/f1/c1/00000000", b"another's"))
    assert "has files" in refused(*fork)
    monkeypatch.setenv("CRM_FILES", f"folder://{ours}/new-files")
    done(*fork)
