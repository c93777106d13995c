"""To whom a record is offered beyond its owner: users, roles and teams. It stands for them in place of an owner.

Views keep one owner for each record. So what is offered to some has their *token* there, and the directory gives each
user the tokens of the audiences that they belong to now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

import orjson

from shared.views.port import Document

SHARED, SHARED_WITH = "shared", "shared_with"  # fields: whether it is offered, and to whom; nobody named = to everyone


@dataclass(frozen=True, slots=True)
class Audience:
    users: frozenset[str]
    roles: frozenset[str]
    teams: frozenset[str]

    def has(self, user: str, roles: Collection[str], teams: Collection[str]) -> bool:
        return user in self.users or not self.roles.isdisjoint(roles) or not self.teams.isdisjoint(teams)


KINDS = tuple(one.name for one in fields(Audience))


@dataclass(frozen=True, slots=True)
class Offered:
    """A record type whose records are offered. token: the field in place of an owner."""

    name: str
    collection: str
    token: str


def named(shared_with: Any) -> bool:
    """Whether a value of SHARED_WITH names anybody."""
    return isinstance(shared_with, dict) and any(shared_with.get(kind) for kind in KINDS)


def token(shared_with: dict[str, list[str]], owner: str | None) -> str:
    """The same for the same people, in every order. The owner is one of them."""
    one = _audience(shared_with, owner)
    whom = [sorted(one.users), sorted(one.roles), sorted(one.teams)]
    return f"to-{blake2b(orjson.dumps(whom), digest_size=16).hexdigest()}"


def audiences(documents: Iterable[Document], field: str) -> dict[str, Audience]:
    """Those of the documents that are offered to some, by token. field: see Offered.token."""
    return {d[field]: _audience(d[SHARED_WITH], d["owner"]) for d in documents if is_offered(d)}


def is_offered(document: Document) -> bool:
    """Whether a document is offered to some and not to everyone."""
    return bool(document.get(SHARED)) and named(document.get(SHARED_WITH))


def _audience(shared_with: dict[str, list[str]], owner: str | None) -> Audience:
    users, roles, teams = (frozenset(shared_with.get(kind, ())) for kind in KINDS)
    return Audience(users if owner is None else users | {owner}, roles, teams)
