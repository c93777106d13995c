"""Visits of the client: a page, and everything that must not happen in it. The package says how to use them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from weakref import WeakSet

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.durability.scale import PROVE
from tests.support.processes import EMAIL, PASSWORD, Served

ROOT = Path(__file__).parents[3]
SHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
ZONE = "Asia/Shanghai"
Language = Literal["zh-CN", "zh-TW", "en"]
Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    width: int
    height: int
    touch: bool


DESKTOP, PHONE = Screen("desktop", 1440, 900, False), Screen("phone", 390, 844, True)
SCREENS = (DESKTOP, PHONE)
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# each size and each language; make prove takes every pair of them
PAIRS = [(s, lang) for s in SCREENS for lang in LANGUAGES] if PROVE else [*zip(SCREENS, LANGUAGES, strict=True)]
EVERYWHERE = [pytest.param(s, lang, id=f"{s.name}-{lang}") for s, lang in PAIRS]
_LOCALES: dict[Language, str] = {"zh-CN": "zh-CN", "zh-TW": "zh-TW", "en": "en-US"}
_NOT_SIGNED_IN = (401, "/identity/sessions/refresh")  # what a first visit is answered
_EXPECTED_FAILURES = (
    "net::ERR_ABORTED",  # what the page itself called off, or left open when it closed
    "net::ERR_INTERNET_DISCONNECTED",  # a test has taken the network away
)
_NO_MISTAKES = ("Failed to load resource", "Service Worker registration blocked by Playwright")
_WATCH = """addEventListener('securitypolicyviolation',
  (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample} ${e.sourceFile}`))"""
_STORED = """async () => {
  const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, failed) => Object.assign(indexedDB.open(name), {
      onsuccess: (e) => done(e.target.result), onerror: failed }))
    for (const store of db.objectStoreNames)
      kept.push(await new Promise((done, failed) => Object.assign(db.transaction(store).objectStore(store).getAll(), {
        onsuccess: (e) => done(JSON.stringify(e.target.result)), onerror: failed })))
    db.close()
  }
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      kept.push(await (await (await caches.open(name)).match(request)).text())
  return kept.join('\\n')
}"""
_VIOLATIONS = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary}`))
}"""
_QUIET = """() => document.querySelectorAll('[aria-busy="true"], [class*="_bone"]').length === 0
  && document.getAnimations().every((a) => a.playState !== 'running')"""
_HEARING: WeakSet[Page] = WeakSet()  # pages whose stream of changes has been answered
_GROUPS = "|".join(sorted({path.stem for path in (ROOT / "web/src/words/en").rglob("*.json")}))
_RAW = re.compile(rf"^(?:{_GROUPS})(?:\.[A-Za-z0-9_-]+)+$", re.MULTILINE)


@dataclass
class Heard:
    """What happened on the pages of a visit."""

    url: str
    refusals: Collection[int]
    wrong: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"thrown: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_NO_MISTAKES):
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure not in _EXPECTED_FAILURES:
            self.wrong.append(f"failed: {request.method} {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.wrong.append(f"elsewhere: {request.url}")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            self.tokens.add(token)

    def _answered(self, response: Response) -> None:
        status, path = response.status, response.url.removeprefix(self.url).partition("?")[0]
        if (status, path) == (200, "/changes"):
            _HEARING.add(response.frame.page)
        is_asked_again = status == 503 and response.request.method == "GET" and "retry-after" in response.headers
        if status >= 400 and status not in self.refusals and (status, path) != _NOT_SIGNED_IN and not is_asked_again:
            self.wrong.append(f"{status}: {response.request.method} {path}")


@dataclass(frozen=True, slots=True)
class Visit:
    browser: Browser
    suite: Served

    def shown(self) -> None:
        """Return once a page that is opened now shows all that was done."""
        self.suite.shown()

    @contextmanager
    def __call__(
        self,
        path: str = "/",
        *,
        screen: Screen = DESKTOP,
        language: Language = "en",
        scheme: Scheme = "light",
        who: str | None = EMAIL,
        refusals: Collection[int] = (),
        **options: Any,
    ) -> Iterator[Page]:
        """A page at this path. who: the e-mail address to be signed in with. options: of Playwright's `new_context`."""
        context = self.browser.new_context(
            base_url=self.suite.url,
            viewport={"width": screen.width, "height": screen.height},
            has_touch=screen.touch,
            is_mobile=screen.touch,
            locale=_LOCALES[language],
            timezone_id=ZONE,
            color_scheme=scheme,
            reduced_motion="reduce",
            **{"service_workers": "block", **options},
        )
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(60_000)  # two cores carry three such tests and their engines
        context.add_init_script(_WATCH)
        heard = Heard(self.suite.url, refusals)
        context.on("page", heard.listen)
        try:
            if who is not None:
                sign_in(context, self.suite, who)
            page = context.new_page()
            self.shown()
            page.goto(path)
            yield page
            assert page.evaluate("document.documentElement.scrollWidth") <= screen.width, "wider than the screen"
            _no_token_is_stored(page, heard.tokens)
            assert heard.wrong == [], "\n".join(heard.wrong)
        except BaseException:
            for page in context.pages:
                page.screenshot(path=SHOTS / "failed.png")
            raise
        finally:
            context.close()


def sign_in(context: BrowserContext, suite: Served, email: str) -> None:
    """Signed in by the cookie alone, with no preferences: the language and the colours are those of the browser."""
    answer = context.request.post(
        f"{suite.url}/identity/sessions", data={"email": email, "password": PASSWORD, "cookie": True}
    )
    assert answer.status == 201, answer.text()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    cleared = httpx.put(f"{suite.url}/identity/me/preferences", json={}, headers=bearer)
    assert cleared.status_code == 200, cleared.text


def stored_by(page: Page) -> str:
    """All that the page's origin has kept in this browser."""
    text: str = page.evaluate(_STORED)
    return text


def _no_token_is_stored(page: Page, seen: Collection[str]) -> None:
    cookies = [c["value"] for c in page.context.cookies() if "session" in c["name"]]
    stored = stored_by(page)
    assert [token for token in (*seen, *cookies) if token in stored] == []


def look(page: Page, name: str) -> None:
    """Both colour schemes of what is on the page now: a picture of each, no violation, no word without its text."""
    viewport = page.viewport_size or {"width": 0, "height": 0}
    screen = next(s.name for s in SCREENS if s.width == viewport["width"])
    language = page.evaluate("document.documentElement.lang")
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        _until(page, f"document.documentElement.dataset.mantineColorScheme === {json.dumps(scheme)}")
        quiet(page)
        page.screenshot(path=SHOTS / f"{name}-{screen}-{language}-{scheme}.png")
        found = violations(page)
        assert found == [], f"{name}, {scheme}: " + "\n".join(found)
    page.emulate_media(color_scheme="light")
    raw = raw_words(page)
    assert raw == [], f"{name}: words without their text: {raw}"


def quiet(page: Page) -> None:
    """Nothing on the page is being read or moves any more."""
    _until(page, _QUIET)


def live(page: Page) -> None:
    """The page hears from now on what others do."""
    for _ in range(400):
        if page in _HEARING:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the page hears of no changes")


def raw_words(page: Page) -> list[str]:
    """Keys that stand on the page in place of their texts."""
    found: list[str] = _RAW.findall(page.inner_text("body"))
    return found


def _until(page: Page, expression: str) -> None:
    """Playwright's own wait makes code of text in the page, which the policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")


def violations(page: Page) -> list[str]:
    """What axe finds of WCAG 2.1 A and AA: rule, element, what to do."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(_VIOLATIONS)
    return found
