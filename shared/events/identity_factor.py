"""Events of the second factor: on the user's own stream, but for what notes that a code was used.

No secret stands in clear: the shared secret is encrypted like a personal field, a recovery code is a SHA-256 hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from shared.events.registry import Personal, Subject, event


@event("identity.SecondFactorBegun")
@dataclass(frozen=True, slots=True)
class SecondFactorBegun:
    """A shared secret (base32) was given out. It counts once a code of it has come; a later one replaces it."""

    subject_id: Annotated[str, Subject]
    secret: Annotated[str, Personal]


@event("identity.SecondFactorConfirmed")
@dataclass(frozen=True, slots=True)
class SecondFactorConfirmed:
    """From now on a sign-in needs a code as well. Every session begun before ends. `codes`: their hashes."""

    subject_id: Annotated[str, Subject]
    codes: Annotated[list[str], Personal]


@event("identity.RecoveryCodesReplaced")
@dataclass(frozen=True, slots=True)
class RecoveryCodesReplaced:
    """`codes`: the hashes of those that count from now on."""

    subject_id: Annotated[str, Subject]
    codes: Annotated[list[str], Personal]


@event("identity.RecoveryCodeSpent")
@dataclass(frozen=True, slots=True)
class RecoveryCodeSpent:
    """`code`: its hash."""

    subject_id: Annotated[str, Subject]
    code: Annotated[str, Personal]


@event("identity.SecondFactorRemoved")
@dataclass(frozen=True, slots=True)
class SecondFactorRemoved:
    """The password suffices again. Every session begun before ends. `cause`: own or administrator."""

    cause: str


@event("identity.SecondFactorUsed")
@dataclass(frozen=True, slots=True)
class SecondFactorUsed:
    """The code of one time step was accepted. Its stream is named by user, secret and step, so that it happens once."""

    user: str
    step: int
