"""Hostile files, bodies, heads and sign-ins against a real process: each is refused and costs it little memory,
and others are served meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import Served, served, set_up
from tests.support.wire import Wire

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = f"<worksheet {MAIN}><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"
WORKBOOK = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"/>',
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/sharedStrings.xml": f"<sst {MAIN}/>",
    "xl/worksheets/sheet1.xml": SHEET,
}
MAPPING = "name: a\nsteps:\n- name: a\n  file: a\n  resource: account\n  fields: {name: '1'}\n"
LAUGHS = '<?xml version="1.0"?><!--' + "x" * 5_000 + '--><!DOCTYPE a [<!ENTITY l0 "ha">'  # behind what a glance sees
LAUGHS += "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
LAUGHING = SHEET.replace("<c><v>1</v></c>", '<c t="inlineStr"><is><t>&l9;</t></is></c>')
BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(f'*{a}' for _ in range(9))}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
MB = 1 << 20
MORE = 64 * MB  # what a hostile request may cost the process
ENDLESS = 10_000_000_000


def workbook(**parts: bytes | str) -> bytes:
    """A workbook, good but for some parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in {**WORKBOOK, **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def wide() -> bytes:
    cells = b"".join(b"<c><v>%d</v></c>" % n for n in range(1_000_000))
    head, tail = SHEET.encode().split(b"<c><v>1</v></c>")
    return workbook(**{"xl/worksheets/sheet1.xml": head + cells + tail})


def many_texts() -> bytes:
    texts = b"".join(b"<si><t>%b</t></si>" % os.urandom(500).hex().encode() for _ in range(35_000))
    return workbook(**{"xl/sharedStrings.xml": f"<sst {MAIN}>".encode() + texts + b"</sst>"})


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "packed 1,000 times": (lambda: workbook(**{"xl/media/a": bytes(100 * MB)}), "xlsx-bomb"),
    "more than 200 MB": (lambda: workbook(**{f"xl/{n}": bytes(99_000) for n in range(2_200)}), "xlsx-bomb"),
    "1,007 parts": (lambda: workbook(**{f"xl/{n}": b"" for n in range(1_001)}), "xlsx-bomb"),
    "an archive in it": (lambda: workbook(**{"xl/a.bin": workbook()}), "xlsx-bomb"),
    "40 MB of texts": (many_texts, "xlsx-bomb"),
    "up the tree": (lambda: workbook(**{"../../up.txt": b"x"}), "xlsx-hostile"),
    "from the root": (lambda: workbook(**{"/etc/cron.d/a": b"x"}), "xlsx-hostile"),
    "laughs": (lambda: workbook(**{"xl/worksheets/sheet1.xml": LAUGHS[24 + 5_005 :] + LAUGHING}), "xlsx-hostile"),
    "laughs far behind": (lambda: workbook(**{"xl/worksheets/sheet1.xml": LAUGHS + LAUGHING}), "broken-xlsx"),
    "a million cells in a row": (wide, "too-many-columns"),
    "a million columns": (lambda: b",".join(b"c%d" % n for n in range(1_000_000)), "endless-row"),
    "a row of 40 MB": (lambda: b"a\n" + b"," * (40 * MB), "endless-row"),
    "a row over many lines": (lambda: b"a\n" + b'"\n",' * (9 * MB), "endless-row"),
    "a cell of 40 MB": (lambda: b'a\n"' + b"x\n" * (20 * MB), "broken-csv"),
}


class Running:
    """The process, an administrator's client, and a look at its memory."""

    def __init__(self, process: Served, data: Path) -> None:
        self.served, self.data = process, data
        self.token = process.sign_in()
        self.http = httpx.Client(base_url=process.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=60)
        self._proc = Path(f"/proc/{process.process.pid}")

    def forget_peak(self) -> int:
        """Bytes resident now; `peak` counts from here."""
        (self._proc / "clear_refs").write_text("5")
        return self._memory("VmRSS")

    def peak(self) -> int:
        return self._memory("VmHWM")

    def _memory(self, name: str) -> int:
        [line] = [one for one in (self._proc / "status").read_text().splitlines() if one.startswith(name)]
        return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("process") / "data"
    set_up(data)
    with served(data) as process:
        yield Running(process, data)


def test_the_good_workbook_is_taken(running: Running) -> None:
    """It is what each of the hostile ones is made of."""
    sent = [("files", ("a", workbook()))]
    assert running.http.post("/imports/inspect", files=sent).raise_for_status().json()["columns"] == ["1"]


@pytest.mark.parametrize(("make", "code"), FILES.values(), ids=FILES)
def test_hostile_files_are_refused(running: Running, make: Callable[[], bytes], code: str) -> None:
    content = make()
    for path in ("/imports/inspect", "/imports"):
        parts: list[Any] = [("files", ("a", content)), ("mapping", (None, MAPPING))]
        before = running.forget_peak()
        answer = running.http.post(path, files=parts[: 1 if path.endswith("inspect") else 2])
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), answer.text
        assert running.peak() - before < MORE
    folder = running.data / "imports"
    assert [f for f in folder.rglob("*") if f.is_file()] == []


def test_a_mapping_that_laughs_is_refused(running: Running) -> None:
    before = running.forget_peak()
    parts: list[Any] = [("files", ("a", b"1\nx\n")), ("mapping", (None, BILLION))]
    assert running.http.post("/imports", files=parts).status_code == 422
    assert running.peak() - before < MORE


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Everything until the server hangs up."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            found += piece
    return found


async def once(running: Running, content: bytes) -> bytes:
    """Send something, for an answer after which the server hangs up."""
    url = httpx.URL(running.served.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(content)
    answer = await rest(reader)
    writer.close()
    return answer


async def endless(running: Running, head: bytes, piece: bytes) -> tuple[bytes, int]:
    """Send without end; what was answered, and how much was taken until the line was cut."""
    url = httpx.URL(running.served.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    answer, sent = asyncio.create_task(rest(reader)), 0
    writer.write(head)
    try:
        while sent < ENDLESS:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # the answer is read before the line is cut, which would take it away
            sent += len(piece)
    except ConnectionError:
        pass
    writer.close()
    return await answer, sent


async def test_bodies_and_heads_without_end_are_cut_while_others_are_served(running: Running) -> None:
    """Slow ones are there all the time: half a head, half a body."""
    url, before = httpx.URL(running.served.url), running.forget_peak()
    start = f"POST /customer/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {running.token}\r\n".encode()
    start += b"Content-Type: application/json\r\n"
    chunked, piece = start + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"[" * 65_536 + b"\r\n"
    slow = [await asyncio.open_connection(url.host, url.port) for _ in range(200)]
    for n, (_, writer) in enumerate(slow):
        writer.write(start + (b"Content-Length: 50\r\n\r\n{" if n % 2 else b""))
    for head, body in ((chunked, piece), (start + b"Content-Length: %d\r\n\r\n" % ENDLESS, b"x" * 65_536)):
        answer, sent = await endless(running, head, body)
        assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
        assert sent < 32 * MB  # what lies in the buffers of both sides comes on top of a megabyte or two
    deep = start + b"Connection: close\r\nContent-Length: 990000\r\n\r\n" + b'{"custom":' * 99_000
    many, long = start + b"X: y\r\n" * 10_000, start + b"X: " + b"y" * MB
    for content, status in ((deep, b"422"), (many, b"431"), (long, b"431")):
        answer = await once(running, content)
        assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
    wire = Wire(running.served.url, running.token)
    for path in ("/customer/accounts", "/healthz", "/search?q=x") * 10:
        assert (await wire.ask("GET", path)).status == 200
    assert running.peak() - before < MORE
    assert not any(reader.at_eof() for reader, _ in slow)  # none was cut before its time
    for reader, writer in slow[::2]:
        assert (await reader.read(1_000)).startswith(b"HTTP/1.1 408")
        writer.close()
    for _, writer in slow[1::2]:
        writer.close()


async def test_a_flood_of_sign_ins_holds_nobody_up(running: Running) -> None:
    """Every guess costs an argon2; reads are answered before the guesses are."""
    async with httpx.AsyncClient(base_url=running.served.url, timeout=60) as http:
        guesses = [
            asyncio.ensure_future(http.post("/identity/sessions", json={"email": f"u{n}@x.example", "password": "no"}))
            for n in range(100)
        ]
        wire = Wire(running.served.url, running.token)
        await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(10):
            assert (await wire.ask("GET", "/customer/accounts")).status == 200
        assert not all(guess.done() for guess in guesses)
        answers = await asyncio.gather(*guesses)
    codes = [answer.status_code for answer in answers]
    assert {*codes} <= {401, 429, 503}
    assert codes.count(401) <= 60  # a minute's guesses from one address
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code != 401)
