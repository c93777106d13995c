"""What cannot be imported, by what it is or by who sends it, is refused over HTTP before anything is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.integration.api import uploads
from shared.security.permissions import Access
from tests.support.fair import FAIR, MAPPING, renamed
from tests.support.importing import Office, office
from tests.support.role_harness import acts_since
from tests.support.roles import BUILT_IN


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(form: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with office(tmp_path_factory.mktemp("imports")) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/media/a", bytes(30_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("mapping", "files", "field", "code"),
    [
        (MAPPING, {"fair.csv": b"Company,City,Since\nA,\xff\xfe,1\n"}, "fair.csv", "broken-encoding"),
        (MAPPING, {"fair.csv": b"Company,City,Since\nA\0,B,1\n"}, "fair.csv", "nul"),
        (MAPPING, {"fair.csv": b"Company,City\nA,B\n"}, "steps.0", "unknown-column"),
        (MAPPING, {"fair.csv": bomb()}, "fair.csv", "xlsx-bomb"),
        (MAPPING, {}, "fair.csv", "missing-file"),
        (MAPPING, {"fair.csv": FAIR, "more.csv": FAIR}, "more.csv", "unused-file"),
        (
            MAPPING.replace("City, founded", "City, foundet"),
            {"fair.csv": FAIR},
            "steps.0.fields.foundet",
            "unknown-field",
        ),
        ("name: [", {"fair.csv": FAIR}, "mapping", "broken-yaml"),
        ("", {"fair.csv": FAIR}, "mapping", "required"),
    ],
)
async def test_what_cannot_be_imported_is_refused_whole(
    desk: Office, mapping: str, files: dict[str, bytes | str], field: str, code: str
) -> None:
    before = await desk.suite.kernel.store.head()
    for path in ("/imports", "/imports/dry-run"):
        answer = await desk.send(mapping, files, path)
        assert answer.status_code == 422, answer.text
        assert (field, code) in [(e["field"], e["code"]) for e in answer.json()["errors"]], answer.text
    assert await acts_since(desk.suite, before) == []
    assert not list((desk.suite.kernel.files / "incoming").glob("*"))


async def test_bodies_that_are_no_upload(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await desk.client.post("/imports", json={})).status_code == 415
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await desk.client.post("/imports", content=b"--y\r\n", headers=broken)).status_code == 422
    assert (await desk.client.post("/imports", headers={"Content-Type": "multipart/form-data"})).status_code == 422
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 2_000)
    assert (await desk.send(MAPPING, {"fair.csv": FAIR * 100})).status_code == 413
    assert (await desk.send(MAPPING, {"fair.csv": FAIR * 1_000})).status_code == 413


@pytest.mark.one_process
async def test_only_those_with_the_right_import_and_only_their_own_is_seen(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await desk.run(MAPPING, {"fair.csv": renamed(FAIR, "Rights")})
    directory, id = desk.suite.kernel.directory, report["id"]

    async def as_of_now(access: Access, path: str, status: int, method: str = "GET", **more: Any) -> None:
        async def caller(claims: object) -> Access:
            return access

        with monkeypatch.context() as patch:
            patch.setattr(directory, "caller", caller)
            answer = await desk.client.request(method, path, **more)
        assert answer.status_code == status, (path, answer.text)

    seller = Access(desk.tenant, "s", (BUILT_IN["sales_representative"],))
    marketer = Access(desk.tenant, "m", (BUILT_IN["marketing"],))
    stranger = Access("another-tenant", "x", (BUILT_IN["administrator"],))
    upload: dict[str, Any] = {"data": {"mapping": MAPPING}, "files": {"files": ("fair.csv", FAIR)}}
    await as_of_now(seller, "/imports", 403, "POST", **upload)
    await as_of_now(marketer, "/imports", 403, "POST", **upload)  # may import, but no accounts
    for tail in ("", "/events", "/report", "/rejected.csv"):
        await as_of_now(seller, f"/imports/{id}{tail}", 403)
        await as_of_now(marketer, f"/imports/{id}{tail}", 404)
        await as_of_now(stranger, f"/imports/{id}{tail}", 404)
    for verb in ("pause", "resume", "revert"):
        await as_of_now(marketer, f"/imports/{id}/{verb}", 404, "POST", json={})
        await as_of_now(stranger, f"/imports/{id}/{verb}", 404, "POST", json={})
