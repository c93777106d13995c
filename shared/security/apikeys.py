"""API keys: their form, and what one may do. A key is `crm_<tenant>.<id>.<256 random bits><checksum>`.

The secret in the address of a calendar has the same form, with a prefix of its own. The checksum lets scanners of
source code tell a key from other text; only the digest of a secret is ever stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from shared.clock import Micros
from shared.errors import Forbidden
from shared.security.permissions import ACTIONS, Access, Action, Level

PREFIX = "crm_"
FEED_PREFIX = "feed_"
READING: tuple[Action, ...] = ("read", "export")
_IN_PATH = re.compile(r"feed_[^/]*")
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


def new_key(tenant: str, id: str, prefix: str = PREFIX) -> tuple[str, str]:
    """A key for the holder's eyes, shown once, and the digest that is stored."""
    secret = secrets.token_urlsafe(32)
    text = f"{prefix}{tenant}.{id}.{secret}"
    return text + _checksum(text), _digest(secret)


def presented(text: str, prefix: str = PREFIX) -> Presented:
    """Raises ValueError for what cannot be a key."""
    body, checksum = text[:-8], text[-8:]
    parts = body.removeprefix(prefix).split(".") if body.startswith(prefix) else []
    if len(text) > _LONGEST or len(parts) != 3 or not all(parts) or checksum != _checksum(body):
        raise ValueError("this is no API key")
    return Presented(parts[0], parts[1], _digest(parts[2]))


def opens(key: ApiKey, shown: Presented, now: Micros) -> bool:
    """Whether the secret is the key's, and the key is neither revoked nor expired."""
    return matches(key, shown) and now < key.expires_at


def matches(key: ApiKey, shown: Presented) -> bool:
    """Whether the secret is the key's, and the key is not revoked."""
    return has_digest(shown, key.digest)


def has_digest(shown: Presented, digest: str) -> bool:
    """Whether the secret has this digest; "" = revoked."""
    return bool(digest) and hmac.compare_digest(digest, shown.digest)


def without_secrets(path: str) -> str:
    """A request's path as logs and traces may show it."""
    return _IN_PATH.sub(FEED_PREFIX + "…", path) if FEED_PREFIX in path else path


def require_person(access: Access) -> Access:
    """Raises Forbidden for a key: none makes or ends what opens the suite, and what is of a person is theirs."""
    if access.key:
        raise Forbidden("an API key cannot do this; sign in", code="not-by-key")
    return access


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
