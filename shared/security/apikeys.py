"""API keys: their form, and what one may do. A key is `crm_<tenant>.<id>.<256 random bits><checksum>`.

The checksum lets scanners of source code tell a key from other text; only the digest of a secret is ever stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from shared.clock import Micros
from shared.security.permissions import ACTIONS, Access, Action, Level

PREFIX = "crm_"
READING: tuple[Action, ...] = ("read", "export")
_LONGEST = 200  # characters of a key


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key. holder: who made it. types: the resources that it is cut to; none = those of its role.

    digest: of its secret, "" = revoked. used_at: about when it was used last.
    """

    id: str
    holder: str
    role: str
    read_only: bool
    types: tuple[str, ...]
    digest: str
    expires_at: Micros
    used_at: Micros


@dataclass(frozen=True, slots=True)
class Opens:
    """Of the record type of keys: what a state says of one, and the command that notes its use (`{"at": micros}`)."""

    key: Callable[[Any], ApiKey]
    note_use: str


@dataclass(frozen=True, slots=True)
class Presented:
    """A key as a caller sent it."""

    tenant: str
    id: str
    digest: str


def new_key(tenant: str, id: str) -> tuple[str, str]:
    """A key for the holder's eyes, shown once, and the digest that is stored."""
    secret = secrets.token_urlsafe(32)
    text = f"{PREFIX}{tenant}.{id}.{secret}"
    return text + _checksum(text), _digest(secret)


def presented(text: str) -> Presented:
    """Raises ValueError for what cannot be a key."""
    body, checksum = text[:-8], text[-8:]
    parts = body.removeprefix(PREFIX).split(".")
    if len(text) > _LONGEST or len(parts) != 3 or not all(parts) or checksum != _checksum(body):
        raise ValueError("this is no API key")
    return Presented(parts[0], parts[1], _digest(parts[2]))


def opens(key: ApiKey, shown: Presented, now: Micros) -> bool:
    """Whether the secret is the key's, and the key is neither revoked nor expired."""
    return matches(key, shown) and now < key.expires_at


def matches(key: ApiKey, shown: Presented) -> bool:
    """Whether the secret is the key's, and the key is not revoked."""
    return bool(key.digest) and hmac.compare_digest(key.digest, shown.digest)


def cut(access: Access, key: ApiKey, resources: Iterable[str]) -> Access:
    """The access that a key gives of a role's: its types alone, and only reading where it is for that."""
    if key.read_only or key.types:
        wanted = key.types or tuple(resources)
        actions = READING if key.read_only else ACTIONS
        grants = {resource: _granted(access, resource, actions) for resource in wanted}
        access = replace(access, roles=tuple(replace(role, grants=grants) for role in access.roles))
    return replace(access, key=key.id)


def _granted(access: Access, resource: str, actions: Iterable[Action]) -> dict[str, Level]:
    levels = {str(action): access.level(resource, action) for action in actions}
    return {action: level for action, level in levels.items() if level is not Level.NONE}


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
