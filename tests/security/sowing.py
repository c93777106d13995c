"""Sowing a canary into every text that a command takes, and finding what is left of them in any form."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import sqlite3
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from shared.domain.command import Command
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import system_access
from tests.security.personal import PERSONS, answer
from tests.security.places import Place, filled
from tests.security.suite import MADE_BY_THE_SUITE, Route, Stage
from tests.support.attaching import attach

STEM = "zqkanarié"  # é: composed, decomposed and escaped are three different things
DIGITS = "+86139"  # how telephone numbers of canaries begin; eight digits follow
_HEX = re.compile(rb"[0-9a-fA-F]{32,128}")
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


BEFORE: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {  # what has to be done before a command is taken
    "sales.RecycleLead": (("start", {}), ("disqualify", {"reason": "x"})),
}
OWN: dict[str, dict[str, Callable[[int], Any]]] = {  # what differs from the documents' examples
    "contact": {"family_name": lambda n: f"Plain {n}", "email": lambda n: f"p{n}@plain.example"},
    "lead": {"name": lambda n: f"Plain {n}"},
    "user": {"email": lambda n: f"u{n}@plain.example", "roles": lambda n: []},
    "account": {"name": lambda n: f"Works {n}"},
    "product": {"code": lambda n: f"P{n}"},
    "exchange_rate": {"day": lambda n: str(date(2000, 1, 1) + timedelta(n % 9_000))},
    "field_definition": {"name": lambda n: f"noted_{n}"},
}
MAPPING = """name: plain
steps:
- {{name: plain, file: plain.csv, resource: account, fields: {{name: Company, description: {{constant: {}}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A text that a command takes."""

    aggregate: AnyAggregate
    command: Command
    route: Route
    place: Place

    @property
    def name(self) -> str:
        return f"{self.command.name} {'.'.join(self.place)}"

    @property
    def field(self) -> str:
        return [part for part in self.place if part not in ("0", "*")][-1]

    @property
    def answer(self) -> str | None:
        return answer(self.aggregate.name, self.field)


def spots(stage: Stage) -> Iterator[Spot]:
    """Of every command that has a route, custom values too."""
    by_name = {route.name: route for route in stage.routes}
    for aggregate in stage.suite.kernel.catalogue:
        takes_custom = any(c.creates and "custom" in c.model.model_fields for c in aggregate.commands.values())
        for command in aggregate.commands.values():
            if command.hidden:
                continue
            route = by_name[route_name(aggregate, command)]
            for place in route.texts:
                yield Spot(aggregate, command, route, place)
            if takes_custom and "custom" in command.model.model_fields:
                yield Spot(aggregate, command, route, ("custom",))


def route_name(aggregate: AnyAggregate, command: Command) -> str:
    base = f"/{aggregate.service}/{aggregate.noun}"
    if command.verb == "PATCH":
        return f"PATCH {base}/{{id}}"
    return f"POST {base}/{{id}}/{command.verb}" if command.verb else f"POST {base}"


@dataclass
class Field:
    """What was sown. sown: spot → its canary. refused: spot → the last answer. hashes: what who guesses a canary or a
    body would compute → what it is of. people, records: the paths of what was made."""

    stage: Stage
    client: httpx.AsyncClient
    sown: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    hashes: dict[bytes, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10_000_001))

    async def sow(self, spot: Spot) -> None:
        """Send the command, to a record of its own, until a form of canary is taken."""
        path = spot.route.path
        if not spot.command.creates:
            path = await self.made(spot.aggregate.name)
            for verb, body in BEFORE.get(spot.command.name, ()):
                (await self.client.post(f"{path}/{verb}", json=body)).raise_for_status()
            path = spot.route.path.replace("{id}", path.rpartition("/")[2])
        for canary in self._forms():
            body, key = self._body(spot, canary), f"zqkanari{next(self._numbers)}"
            reason = f"{STEM}{next(self._numbers)}"
            headers = {"X-Reason": quote(reason), "Idempotency-Key": key, "User-Agent": key}
            answered = await self.client.request(spot.route.method, path, json=body, headers=headers)
            if answered.is_success:
                self.sown[spot.name] = canary
                self._note(canary, reason, key)
                self._bodies(spot, path.rpartition("/")[2], body)
                if spot.command.creates:
                    self._remember(spot.aggregate.name, f"{path}/{answered.json()['id']}")
                return
            self.refused[spot.name] = answered.text

    def _body(self, spot: Spot, canary: str) -> Any:
        example = {} if spot.route.method == "PATCH" else spot.route.example or {}
        if spot.command.creates:
            example = self._example(spot.aggregate.name)
        if spot.place == ("role",):
            example = {**example, "account": self.stage.ids["account"]}
        if spot.command.name == "audit.ExtendSubjectRequest":
            example = {**example, "due": str(date.today())}
        if spot.place == ("custom",):
            return {**example, "custom": {"noted": canary}}
        if spot.place == ("remove", "0"):
            return {"add": [], "remove": [canary]}
        if spot.place == ("mapping",):
            return {**example, "mapping": MAPPING.format(canary)}
        if spot.place[0] == "filters":
            return {**example, "filters": [{"field": "name", "op": "prefix", "value": canary}]}
        return filled(spot.route.body, spot.route.schemas, example, spot.place, canary)

    def _example(self, resource: str) -> dict[str, Any]:
        route = self._creating(resource)
        n = next(self._numbers)
        named = self.stage.named(resource)
        return {**route.example, **named, **{key: f(n) for key, f in OWN.get(resource, {}).items()}}

    def _creating(self, resource: str) -> Route:
        aggregate = self.stage.suite.kernel.catalogue[resource]
        return next(r for r in self.stage.routes if r.name == f"POST /{aggregate.service}/{aggregate.noun}")

    async def made(self, resource: str, /, **fields: Any) -> str:
        """The path of a new record."""
        if resource == "attachment":
            id = await attach(self.client, "account", self.stage.ids["account"])
            self._remember(resource, f"/customer/attachments/{id}")
            return f"/customer/attachments/{id}"
        kernel = self.stage.suite.kernel
        path = f"/{kernel.catalogue[resource].service}/{kernel.catalogue[resource].noun}"
        if resource in MADE_BY_THE_SUITE:
            command, started = MADE_BY_THE_SUITE[resource]
            call = Call(system_access(self.stage.acme.tenant, self.stage.acme.user))
            id = (await kernel.bus.send(command, started, call)).id
        else:
            body = {**self._example(resource), **fields}
            answered = await self.client.post(path, json=body, headers={"X-Reason": "plain"})
            assert answered.status_code == 201, (path, answered.text)
            id = answered.json()["id"]
        self._remember(resource, f"{path}/{id}")
        return f"{path}/{id}"

    def _remember(self, resource: str, path: str) -> None:
        self.records.append(path)
        if resource in PERSONS:
            self.people.append(path)

    def _forms(self) -> Iterator[str]:
        n = next(self._numbers)
        yield f"{STEM}{n}"
        yield f"zqkanari{n}@zqkanari.example"
        yield f"{DIGITS}{n}"

    def _note(self, *texts: str) -> None:
        for text in texts:
            for form in {text, text.lower(), text.casefold(), unicodedata.normalize("NFD", text), f'"{text}"'}:
                for one in digests(form.encode()):
                    self.hashes[one] = text

    def _bodies(self, spot: Spot, id: str, body: Any) -> None:
        target = None if spot.command.creates else id
        parsed = spot.command.adapter.validate_python(body).model_dump(mode="json", exclude_unset=True)
        for asked in (body, parsed, [spot.command.name, target, parsed]):
            for option in (0, orjson.OPT_SORT_KEYS):
                for one in digests(orjson.dumps(asked, option=option)):
                    self.hashes[one] = spot.name

    def found(self, content: bytes) -> list[str]:
        """What stands in the content: canaries in any form, hex hashes."""
        low = content.lower()
        held = [name for name, form in _FORMS.items() if form in (content if name.startswith("base64") else low)]
        held += {self.hashes[raw] for raw in map(_raw, _HEX.findall(low)) if raw in self.hashes}
        return held + [self.hashes[u] for u in _UUID.findall(low) if u in self.hashes]

    def in_files(self, folder: Path) -> dict[str, list[str]]:
        """In every file; hashes also in every value of every database."""
        held = {}
        for file in (f for f in folder.rglob("*") if f.is_file()):
            found = self.found(file.read_bytes())
            if file.suffix == ".db":
                found += self._in_values(file)
            if found:
                held[str(file.relative_to(folder))] = found
        return held

    def _in_values(self, file: Path) -> list[str]:
        db = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        db.text_factory = bytes
        try:
            tables = [name.decode() for (name,) in db.execute(_TABLES)]
            return [
                f"{table}: {self.hashes[value]}"
                for table in tables
                for row in db.execute(f'SELECT * FROM "{table}"')
                for value in row
                if isinstance(value, bytes) and value in self.hashes
            ]
        finally:
            db.close()


def digests(text: bytes) -> Iterator[bytes]:
    for algorithm in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512):
        yield algorithm(text).digest()
    for size in (16, 20, 32, 64):
        yield hashlib.blake2b(text, digest_size=size).digest()
    for space in (uuid.NAMESPACE_URL, uuid.NAMESPACE_DNS, uuid.NAMESPACE_OID):
        yield str(uuid.uuid5(space, text.decode())).encode()


def _raw(text: bytes) -> bytes:
    return bytes.fromhex(text[: len(text) & ~1].decode())


def _forms() -> dict[str, bytes]:
    """The beginning of every canary as it may be written. Base64 depends on where the text begins."""
    plain = "zqkanari"
    forms = {"plain": plain.encode(), "hex": plain.encode().hex().encode(), "digits": DIGITS.encode()}
    forms["digits in hex"] = DIGITS.encode().hex().encode()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain.encode())
        forms[f"base64 from {shift}"] = whole[2 * shift and shift + 1 : -4]
    return forms


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
_FORMS = _forms()
