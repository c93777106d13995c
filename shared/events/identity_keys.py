"""Events of API keys. A landed version is never edited."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.registry import event


@event("identity.ApiKeyIssued")
@dataclass(frozen=True, slots=True)
class ApiKeyIssued:
    """digest: SHA-256 of the secret. types: the resources that it is cut to; none = those of its role."""

    name: str
    holder: str
    role: str
    read_only: bool
    types: list[str]
    digest: str
    expires_at: int


@event("identity.ApiKeyRotated")
@dataclass(frozen=True, slots=True)
class ApiKeyRotated:
    digest: str
    expires_at: int


@event("identity.ApiKeyUsed")
@dataclass(frozen=True, slots=True)
class ApiKeyUsed:
    """At most once an hour."""

    at: int


@event("identity.ApiKeyRevoked")
@dataclass(frozen=True, slots=True)
class ApiKeyRevoked:
    pass
