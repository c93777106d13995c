"""How the client feels: a real suite with many opportunities, headless Chromium slowed down, five acts of a person.

Each act is done in rounds; the figure is their median. Times are taken in the page: from the event that the person
caused to the frame that shows the outcome. The first page is opened with an empty cache. A pointer rests on a link for
a moment before it clicks, as people's do. Of scrolling, the figure is processor time of the page's main thread.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench import data
from bench.deals import deals
from bench.figures import Figure, at_most
from bench.start import served, settle

DEALS = 100_000
SLOWER = 2  # times, by Chromium's own brake
FRAMES, PIXELS = 90, 90
HOVER_MS = 120
JUMPS = (0.5, 0.9, 0.25, 1)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LIST, BOARD = "/o/opportunity?view=all", "/o/opportunity?as=board&at="

_LARGEST = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))"""
_SCROLL = """([frames, pixels]) => new Promise((done) => {
  const box = document.querySelector('[role=grid]')
  const step = () => { box.scrollBy(0, pixels); frames -= 1; frames > 0 ? requestAnimationFrame(step) : done() }
  step() })"""
# At the end, the last of all rows must be there. -1: never.
_JUMP = """(share) => new Promise((done) => {
  const box = document.querySelector('[role=grid]'), began = performance.now()
  box.scrollTop = (box.scrollHeight - box.clientHeight) * share
  const look = () => {
    const rows = [...box.querySelectorAll('[role=row][aria-rowindex]:not([aria-rowindex="1"])')]
    const near = rows.filter((row) => Math.abs(row.getBoundingClientRect().top - 400) < 400)
    const last = share < 1 || rows.some((row) => row.ariaRowIndex === box.ariaRowCount)
    if (near.length > 5 && near.every((row) => row.id) && last) setTimeout(() => done(performance.now() - began))
    else if (performance.now() - began > 30000) done(-1)
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(() => requestAnimationFrame(look)) })"""
# Arms a stop-watch: from an event of this kind until `there()` holds and the next frame is out.
_WATCH = """([kind, there]) => { window.took = undefined
  addEventListener(kind, (event) => {
    const shown = document.querySelector(there.now) && read(there)
    function read({ text }) { return text ? document.querySelector(text)?.parentElement.textContent : undefined }
    const look = () => {
      const found = document.querySelector(there.now)
      if (found && (!there.text || read(there) !== shown)) {
        requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - event.timeStamp }))
      } else requestAnimationFrame(look)
    }
    look()
  }, { once: true, capture: true }) }"""


def run(rounds: int = 5, count: int = DEALS) -> list[Figure]:
    """count: how many opportunities the suite holds."""
    directory = deals(count)  # before the browser: Playwright holds the loop of this thread
    with _browser() as browser, served(directory) as (_, url, _):
        settle(url)
        bench = _Bench(browser, url)
        bench.largest_paint()  # the suite and the disk warm up
        paints = [bench.largest_paint() for _ in range(rounds)]
        with bench.page(LIST) as page:
            clicks = [bench.click_to_list(page) for _ in range(rounds)]
            frame = median(bench.frame(page) for _ in range(rounds))
            jumps = [bench.jump(page, share) for share in JUMPS]
        edits = bench.edits(rounds)
        steps = bench.steps(rounds)
    many = f"{count:,} deals, Chromium at 1/{SLOWER} of its speed"
    return [
        _at_most("largest paint of the first page", paints, 1500, f"{many}, nothing cached"),
        _at_most("click to list painted", clicks, 150, many),
        _at_most("inline edit to confirmed", edits, 100, many),
        at_most("a frame of scrolling", frame, 8, "ms", f"{count:,} deals, main thread, {PIXELS} px a frame, no brake"),
        Figure(
            "jump to painted rows",
            median(jumps),
            "ms",
            "stated",
            True,
            f"{_range(jumps)}; to the last row, too; {many}",
        ),
        _at_most("step of the time strip to board painted", steps, 500, many),
    ]


def _range(found: list[float]) -> str:
    return f"{min(found):.0f} to {max(found):.0f} ms"


def _at_most(name: str, found: list[float], goal: float, detail: str) -> Figure:
    return at_most(name, median(found), goal, "ms", f"{_range(found)}; {detail}")


@contextmanager
def _browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("no chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class _Bench:
    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url

    @contextmanager
    def page(self, path: str) -> Iterator[Page]:
        """A signed-in page in a browser of its own, with an empty cache and the brake on."""
        context = self._browser.new_context(base_url=self._url, viewport={"width": 1440, "height": 900}, locale="en-US")
        try:
            body = {"email": data.EMAIL, "password": data.PASSWORD, "cookie": True}
            assert context.request.post(f"{self._url}/identity/sessions", data=body).ok
            page = context.new_page()
            page.set_default_timeout(60_000)
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(path)
            yield page
        finally:
            context.close()

    def largest_paint(self) -> float:
        with self.page(LIST) as page:
            _rows(page)
            time.sleep(1)  # what is larger and later
            found: float = page.evaluate(_LARGEST)
            return found

    def click_to_list(self, page: Page) -> float:
        """From the list of accounts; milliseconds."""
        page.locator("nav a[href='/o/account']").first.click()
        page.get_by_role("grid").or_(page.get_by_role("heading", level=2)).first.wait_for()
        time.sleep(1)
        link = page.locator("nav a[href='/o/opportunity']").first
        link.hover()
        time.sleep(HOVER_MS / 1000)
        return _timed(page, "pointerdown", {"now": "[role=row][id] [data-num]"}, link.click)

    def frame(self, page: Page) -> float:
        """Processor time of the main thread per frame of a steady scroll, without the brake, which counts as work."""
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _main_thread(session)
        page.evaluate(_SCROLL, [FRAMES, PIXELS])
        after = _main_thread(session)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.detach()
        return 1000 * (after - before) / FRAMES

    def jump(self, page: Page, share: float) -> float:
        """To a place of the scroll bar, 1 = its end, until its rows are read; milliseconds. Raises RuntimeError."""
        found: float = page.evaluate(_JUMP, share)
        if found < 0:
            raise RuntimeError(f"no rows at {share:.0%} of the list")
        return found

    def edits(self, rounds: int) -> list[float]:
        """From Enter to the tick that the server's answer brings."""
        headers = {"Authorization": f"Bearer {data.sign_in(self._url)}"}
        found = httpx.get(f"{self._url}/sales/opportunities?limit=1", headers=headers).raise_for_status().json()
        times = []
        with self.page(f"/o/opportunity/{found['items'][0]['id']}") as page:
            for n in range(rounds + 1):
                page.get_by_role("button", name="Edit Next step").click()
                page.get_by_role("textbox", name="Next step").fill(f"Call {time.time_ns()} {n}")
                there = {"now": "[data-field=next_step] dd > svg"}
                times.append(_timed(page, "keydown", there, lambda: page.keyboard.press("Enter")))
                time.sleep(1.5)  # the tick goes
        return times[1:]

    def steps(self, rounds: int) -> list[float]:
        """From a key on the time strip to the counts of that day in the columns; each day is new."""
        times = []
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86_400))
        with self.page(BOARD + day) as page:
            page.locator("[data-lane] li").first.wait_for()
            page.get_by_role("slider").focus()
            time.sleep(2)
            for _ in range(rounds + 1):
                there = {"now": "[data-lane] li", "text": "[data-lane]"}
                times.append(_timed(page, "keydown", there, lambda: page.keyboard.press("ArrowLeft")))
                time.sleep(1)
        return times[1:]


def _rows(page: Page) -> None:
    page.locator("[role=row][id]").first.wait_for()


def _timed(page: Page, kind: str, there: dict[str, str], act: Callable[[], Any]) -> float:
    page.evaluate(_WATCH, [kind, there])
    act()
    for _ in range(3000):
        found: float | None = page.evaluate("window.took")
        if found is not None:
            return found
        time.sleep(0.02)
    raise RuntimeError(f"never seen after {kind}: {there}")


def _main_thread(session: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])
