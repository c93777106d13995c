"""The blob suite over a folder and over a server that speaks S3; and how bytes are sealed in any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import BlobMissing, Blobs, BlobsRefused, BlobsUnavailable
from shared.blobs.sealed import CHUNK, SealedContent
from tests.contract.blobs_suite import BlobsSuite

KEY = bytes(range(32))
S3: dict[str, Any] = {"access_key_id": "test", "secret_access_key": "test", "region": "us-east-1"}


class TestFolder(BlobsSuite):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> Blobs:
        return ObjectBlobs.in_folder(tmp_path / "files")


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class TestS3(BlobsSuite):
    @pytest.fixture
    def blobs(self, s3_server: str) -> Blobs:
        bucket = f"crm-{uuid4()}"
        credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1", **credentials).create_bucket(Bucket=bucket)
        return ObjectBlobs.in_s3(f"s3://{bucket}/crm", endpoint=s3_server, client_options={"allow_http": True}, **S3)


async def test_a_store_that_does_not_answer_is_unavailable() -> None:
    options = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": 0}, **S3}
    blobs = ObjectBlobs.in_s3("s3://crm", endpoint="http://127.0.0.1:9", **options)
    with pytest.raises(BlobsUnavailable, match=r": it does not answer$"):
        await blobs.get("t1/a")


REFUSALS = {
    "no bucket": (404, "NoSuchBucket", "there is no such bucket: make it, or correct its name or AWS_ENDPOINT_URL"),
    "wrong key": (403, "SignatureDoesNotMatch", "the credentials are refused, or lack a right: see AWS_ACCESS_KEY_ID"),
    "not signed in": (401, "InvalidToken", "the credentials are refused"),
    "other region": (301, "PermanentRedirect", "it is in another region: set AWS_REGION"),
    "signed for another region": (400, "AuthorizationHeaderMalformed", "it is in another region: set AWS_REGION"),
}


@contextmanager
def answering(status: int, code: str) -> Iterator[ObjectBlobs]:
    """A bucket of a server that gives one answer."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = f"<Error><Code>{code}</Code></Error>".encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None: ...

    for verb in ("PUT", "POST", "DELETE"):
        setattr(Answer, f"do_{verb}", Answer.do_GET)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        options = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": 0}, **S3}
        yield ObjectBlobs.in_s3("s3://crm", endpoint=endpoint, **options)
        server.shutdown()


@pytest.mark.parametrize("case", REFUSALS)
async def test_settings_that_are_wrong_are_named_with_the_remedy(case: str) -> None:
    status, code, said = REFUSALS[case]
    with answering(status, code) as blobs:
        for asked in (blobs.put("t1/a", b"x"), blobs.get("t1/a"), blobs.keys("t1"), blobs.delete(["t1/a"])):
            with pytest.raises(BlobsRefused, match=f"^the bucket cannot be used: {said}"):
                await asked


async def test_what_may_pass_is_no_refusal() -> None:
    with answering(503, "SlowDown") as blobs, pytest.raises(BlobsUnavailable, match=r": SlowDown$") as failed:
        await blobs.keys("t1")
    assert not isinstance(failed.value, BlobsRefused)


@pytest.fixture
def folder(tmp_path: Path) -> ObjectBlobs:
    return ObjectBlobs.in_folder(tmp_path)


async def test_files_of_a_folder_are_for_their_owner_only(folder: ObjectBlobs, tmp_path: Path) -> None:
    await folder.put("t1/a/1", b"x")
    assert (tmp_path / "t1/a/1").stat().st_mode & 0o777 == 0o600


async def test_sealed_bytes_open_in_their_place_only(folder: ObjectBlobs) -> None:
    sealed = SealedContent(folder, KEY, "t1", "f1", "c1")
    await sealed.put(0, b"somebody's words")
    stored = await folder.get("files/t1/f1/c1/00000000")
    assert b"words" not in stored
    assert await sealed.get(0) == b"somebody's words"
    for tenant, file, content, number in (
        ("t2", "f1", "c1", 0),
        ("t1", "f2", "c1", 0),
        ("t1", "f1", "c2", 0),
        ("t1", "f1", "c1", 1),
    ):
        await folder.delete([f"files/{tenant}/{file}/{content}/{number:08}"])
        await folder.put(f"files/{tenant}/{file}/{content}/{number:08}", stored)
        with pytest.raises(BlobsUnavailable):
            await SealedContent(folder, KEY, tenant, file, content).get(number)
    with pytest.raises(BlobsUnavailable):
        await SealedContent(folder, bytes(32), "t1", "f1", "c1").get(0)
    await folder.delete(["files/t1/f1/c1/00000000"])
    await folder.put("files/t1/f1/c1/00000000", stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(BlobsUnavailable):
        await sealed.get(0)


async def test_any_part_can_be_read(folder: ObjectBlobs) -> None:
    content = bytes(n * 31 % 251 for n in range(2 * CHUNK + 7))
    sealed = SealedContent(folder, KEY, "t1", "f1", "c1")
    for number in range(3):
        await sealed.put(number, content[number * CHUNK : (number + 1) * CHUNK])
    assert await sealed.chunks() == 3
    for first, last in (
        (0, len(content) - 1),
        (5, 5),
        (CHUNK - 1, CHUNK),
        (CHUNK, 2 * CHUNK),
        (2 * CHUNK, 2 * CHUNK + 6),
    ):
        assert b"".join([part async for part in sealed.read(first, last)]) == content[first : last + 1]
    with pytest.raises(BlobMissing):
        await sealed.get(3)
