"""A life of a real process in which people and secrets stand who can be recognised wherever they turn up.

Two runs of the suite over one data directory: in the first everything is done with the people, between them poison is
put into the log, in the second one they are erased.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.customer.contact import CONTACT
from shared.clock import SystemClock, SystemIds
from shared.events.codec import Codec, Undecodable
from shared.events.customer_contacts import ContactCreated
from shared.events.envelope import Metadata
from shared.eventstore.sqlite import SqliteEventStore
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from tests.support.collector import Collector, collecting
from tests.support.importing import GUEST_LIST
from tests.support.leaks import files_with, hits
from tests.support.processes import Served, crm, served, set_up

PERSON = ("Zephyrine", "Quillfeather", "+861055501997", "1971-03-04", "Nachtigallenweg", "roses by the dozen")
USER = ("Barnabas", "bramblewood", "Quillbrowser")
REJECTED = ("Rejecta", "wrongborn")  # stands in a row that no record came of
POISONED = ("Ottoline", "Marchpane")  # stands in an event that cannot be folded, and stays
NOTE = ("marzipan fountain",)  # of an activity that is about the person alone
WHY = ("quince marmalade", "persimmon", "medlar", "sloe gin")  # reason, tag, role, cause
GONE = (*PERSON, *USER, *REJECTED, *NOTE, *WHY)
TYPED = ("a wrong sentence of 9 jackdaws", "nine kinds of lamps", "key-of-mistletoe", "made-up-larkspur")
COMPANY = "Gooseberry Works"  # nobody's data: where it is not found, we looked in the wrong place
AGENT = {"User-Agent": "Quillbrowser/7"}
GUESTS = (
    "First,Last,Mail,Born\nRejecta,Wrongborn,rejecta@wrongborn.example,soon\nOtto,Plain,o@plain.example,1980-02-01\n"
)
SECONDS = 60


@dataclass
class Life:
    """output: what the process printed. exported: spans and metrics as they were sent. urls: that answers led to.

    secrets: tokens that were issued. before: files with canaries before the erasure; early: a copy of the log then.
    answers: bodies of refusals.
    """

    folder: Path
    output: str = ""
    printed: str = ""  # by commands outside the process
    exported: list[bytes] = field(default_factory=list)
    spans: set[str] = field(default_factory=set)
    measured: set[str] = field(default_factory=set)
    urls: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    before: dict[str, list[str]] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    erased: dict[str, str] = field(default_factory=dict)  # path → answer
    poisoned: str = ""  # the id of a record, and what folding it raises
    poison_says: str = ""
    while_running: dict[str, list[str]] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"


class Act:
    """One run of the process, with the calls that are made of it."""

    def __init__(self, life: Life, running: Served) -> None:
        self._life, self._url = life, running.url
        self.admin = self._client(running.sign_in())
        self._life.secrets.append(self.admin.headers["Authorization"].rpartition(".")[2])

    def _client(self, token: str = "", **headers: str) -> httpx.Client:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        hooks = {"response": [self._note]}
        return httpx.Client(base_url=self._url, headers=headers, timeout=30, event_hooks=hooks)

    def _note(self, answer: httpx.Response) -> None:
        self._life.urls += [v for n, v in answer.headers.items() if n in ("location", "link", "content-location")]

    def post(self, path: str, body: Any = None, status: int = 201, key: str = "") -> dict[str, Any]:
        answer = self.admin.post(path, json=body or {}, headers={"Idempotency-Key": key} if key else {})
        assert answer.status_code == status, (path, answer.text)
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def get(self, path: str, **params: str) -> httpx.Response:
        return self.admin.get(path, params=params).raise_for_status()

    def refused(self, status: int, answer: httpx.Response) -> None:
        assert answer.status_code == status, answer.text
        self._life.answers.append(answer.text)

    # --- the first run ------------------------------------------------------------------------------------------------

    def a_user(self) -> str:
        """Invited, in; signs in rightly and wrongly, refreshes, changes the password."""
        body = {"name": "Barnabas", "email": "barnabas@bramblewood.example", "roles": ["read_only"]}
        id: str = self.post("/identity/users", body)["id"]
        link = self.post(f"/identity/users/{id}/invitation")["token"]
        nobody = self._client(**AGENT)
        weak = {"token": link, "password": "short"}
        self.refused(422, nobody.post("/identity/invitations/accept", json=weak))
        name = {"email": "barnabas@bramblewood.example"}
        nobody.post("/identity/invitations/accept", json={"token": link, "password": TYPED[1]}).raise_for_status()
        self.refused(401, nobody.post("/identity/sessions", json=name | {"password": TYPED[0]}))
        tokens = nobody.post("/identity/sessions", json=name | {"password": TYPED[1]}).raise_for_status()
        cookie = tokens.headers["set-cookie"].partition(";")[0]
        again = nobody.post("/identity/sessions/refresh", headers={"Cookie": cookie}).raise_for_status()
        self.refused(401, nobody.get("/customer/accounts", headers={"Authorization": f"Bearer {link}"}))
        theirs = self._client(tokens.json()["access_token"], **AGENT)
        self.refused(403, theirs.post("/customer/contacts", json={"name": "Zephyrine Quillfeather"}))
        newer = again.headers["set-cookie"].partition(";")[0]
        secrets = [c.partition("=")[2].rpartition(".")[2] for c in (cookie, newer)]
        accesses = [a.json()["access_token"].rpartition(".")[2] for a in (tokens, again)]
        self._life.secrets += [link.rpartition(".")[2], *secrets, *accesses]
        return id

    def a_contact(self) -> str:
        company = self.post("/customer/accounts", {"name": COMPANY})["id"]
        names = {"given_name": "Zephyrine", "family_name": "Quillfeather", "birthday": "1971-03-04"}
        mail = {"email": "zephyrine@quillfeather.example", "phone": "+86 10 555 01997"}
        body = {**names, **mail, "account": company, "description": "roses by the dozen"}
        id: str = self.post("/customer/contacts", body, key=TYPED[2])["id"]
        assert self.post("/customer/contacts", body, key=TYPED[2])["id"] == id
        path = f"/customer/contacts/{id}"
        self.post(f"{path}/add-address", {"street": "Nachtigallenweg 3", "city": "Bonn"}, 200)
        self.admin.patch(path, json={"title": "Chief Quillfeather"}).raise_for_status()
        note = {"kind": "note", "subject": "Met by the marzipan fountain", "links": [{"type": "contact", "id": id}]}
        self.post("/customer/activities", note)
        reason = {"X-Reason": "asked over quince%20marmalade"}
        self.admin.post(f"{path}/tags", json={"add": ["persimmon"]}, headers=reason).raise_for_status()
        self.post(f"{path}/link-account", {"account": company, "role": "eats medlars"}, 200)
        self.post(f"{path}/archive", {"cause": "sloe gin"}, 200)
        self.post(f"{path}/restore", {}, 200)
        self.get(path, min_version="7")
        assert hits(self.get(f"{path}/history").content, WHY[:3]) == [*WHY[:3]]
        for read in ("", "/history", "/timeline"):
            assert hits(self.get(path + read).content, PERSON)
        self.refused(409, self.admin.post("/customer/contacts", json=body))
        self.refused(422, self.admin.post("/customer/contacts", json=body | {"email": "zephyrine at quillfeather"}))
        self.refused(422, self.admin.post("/customer/contacts", json=body | {"made-up-larkspur": "Zephyrine"}))
        self.refused(422, self.admin.post("/customer/contacts", json=body | {"custom": {"made-up-larkspur": 1}}))
        self.refused(422, self.admin.post("/customer/contacts", content=b'{"name":"Zephyrine Quillfeather'))
        self.refused(412, self.admin.patch(path, json=names, headers={"If-Match": '"99"'}))
        return path

    def a_lead(self) -> str:
        body = {"name": "Zephyrine Quillfeather", "email": "zephyrine@quillfeather.example", "company": COMPANY}
        path = f"/sales/leads/{self.post('/sales/leads', body)['id']}"
        assert hits(self.get(path, min_version="1").content, PERSON)
        return path

    def questions(self) -> None:
        """Searches, filters, exports, questions in SQL, the log."""
        for path in ("/search", "/customer/contacts", "/customer/contacts/export"):
            assert hits(self.get(path, q="Quillfeather").content, PERSON), path
        self.get("/customer/contacts/export", format="xlsx", email="zephyrine@quillfeather.example")
        page = self.get("/customer/contacts", limit="1", sort="family_name").json()
        self._life.urls += [page["next"] or ""]
        self.refused(422, self.admin.get("/customer/contacts", params={"sort": "Zephyrine"}))
        for sql in ("SELECT * FROM accounts WHERE name = 'Zephyrine'", "SELECT throwIf(1, 'Zephyrine')", "Zephyrine"):
            self.admin.post("/analytics/sql", json={"sql": sql, "format": "json"})
        assert not hits(self.get("/audit/events", limit="200").content, (*PERSON, *USER))

    def imports(self) -> None:
        """One that rejects a row, after a dry run of it; its events are read to their end."""
        parts: list[Any] = [("mapping", (None, GUEST_LIST)), ("files", ("guests.csv", GUESTS, "text/csv"))]
        for path in ("/imports/dry-run", "/imports"):
            started = self.admin.post(path, files=parts).raise_for_status().json()
            stream = self.get(f"/imports/{started['id']}/events").text
            assert '"rejected":1' in stream.replace(" ", ""), stream
            assert hits(self.get(f"/imports/{started['id']}/rejected.csv").content, REJECTED)
        self.refused(422, self.admin.post("/imports", files=[("mapping", (None, "Zephyrine: [")), parts[1]]))

    # --- the second run -----------------------------------------------------------------------------------------------

    def in_the_warehouse(self) -> None:
        """Everything so far has come as far as the warehouse."""
        self._until(lambda: self.get("/analytics/status").json()["lag"] == 0)

    def use_poison(self) -> None:
        """A record with an event that this program cannot read: what the event holds is nowhere in the answer."""
        path = f"/customer/contacts/{self._life.poisoned}"
        for answer in (
            self.admin.patch(path, json={"title": "Marchpane"}),
            self.admin.get(path, params={"as_of": "2"}),
        ):
            assert answer.status_code == 503, answer.text
            self._life.answers.append(answer.text)

    def erase(self, user: str, *paths: str) -> None:
        """Erase; returns when nothing of the people stands in any file, or when it takes too long."""
        self.post(f"/identity/users/{user}/deactivate", status=200)
        for path in (*paths, f"/identity/users/{user}"):
            self.post(f"{path}/erase", status=200)
        self._until(lambda: not files_with(self._life.data, GONE))
        self._life.while_running = files_with(self._life.data, GONE)
        for path in (*paths, f"/identity/users/{user}"):
            for read in ("", "/history", "/timeline"):
                self._life.erased[path + read] = self.get(path + read).text
        for path in ("/search", "/customer/contacts", "/sales/leads", "/customer/contacts/export"):
            self._life.erased[path] = self.get(path, q="Quillfeather").text

    def _until(self, done: Any) -> None:
        deadline = time.monotonic() + SECONDS
        while not done() and time.monotonic() < deadline:
            time.sleep(0.05)


def live(folder: Path) -> Life:
    """Both runs."""
    life = Life(folder)
    set_up(life.data)
    with collecting() as (collector, endpoint):
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "TMPDIR": str(folder / "temporary")}
        (folder / "temporary").mkdir()
        with served(life.data, env=env) as running:
            act = Act(life, running)
            user, paths = act.a_user(), (act.a_contact(), act.a_lead())
            act.questions()
            act.imports()
            act.in_the_warehouse()
            life.before = files_with(life.data, GONE)
        _note(life, collector)
        (folder / "early.db").write_bytes((life.data / "events.db").read_bytes())
        life.printed += crm("events", "tail", "--limit", "500", "--json", "--data", life.data).stdout.decode()
        asyncio.run(poison(life))
        with served(life.data, env=env) as running:
            act = Act(life, running)
            act.use_poison()
            act.erase(user, *paths)
            act.in_the_warehouse()
        _note(life, collector)
        verified = crm("verify", "--json", "--data", life.data, check=False)
        life.printed += (verified.stdout + verified.stderr).decode()
    return life


def _note(life: Life, collector: Collector) -> None:
    life.output += (life.folder / "data.log").read_text()
    life.exported = collector.raw
    life.spans |= {span.name for span in collector.spans}
    life.measured |= collector.metrics.keys()


async def poison(life: Life) -> None:
    """A contact whose second event has a field that the program does not know, named after a person."""
    clock, ids = SystemClock(), SystemIds()
    keys, store = (
        KeyCache(SqliteKeyRing.open(life.data / "keys")),
        SqliteEventStore.open(life.data / "events.db", clock),
    )
    codec, id, tenant = Codec(keys), ids.new(), (await store.read_all(0, 1))[0].tenant
    stream = CONTACT.stream(id)
    events = [ContactCreated(id, {"given_name": "Ottoline"}, [], None) for _ in range(2)]
    good, bad = await codec.encode(tenant, stream, events, [ids.new(), ids.new()], clock.now())
    bad = replace(bad, data=orjson.dumps({**orjson.loads(bad.data), "Ottoline Marchpane": "1"}))
    await store.append(tenant, stream, 0, [good, bad], Metadata())
    stored = (await store.read(tenant, stream))[1]
    try:
        await codec.decode(stored)
    except Undecodable as error:
        life.poisoned, life.poison_says = id, str(error.__cause__)
    await store.close()
    await keys.close()


def everything(life: Life) -> Iterator[tuple[str, bytes]]:
    """What operators and their tools get to see, by name."""
    yield "output", life.output.encode()
    yield "commands", life.printed.encode()
    yield "spans and metrics", b"".join(life.exported)
    yield "urls", "\n".join(life.urls).encode()
