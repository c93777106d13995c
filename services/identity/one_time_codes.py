"""The codes of a second factor: those an authenticator app shows (RFC 6238), and those kept for the day it is lost."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from uuid import UUID, uuid5

import pyotp

from shared.clock import Micros

STEP: Micros = 30 * 1_000_000
SKEW = 1  # steps that the two clocks may be apart
DIGITS = 6
RECOVERY_CODES = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32, 5 bits each: no i, l, o, u
_GROUP, _GROUPS = 5, 5  # 125 bits: with so many no hash needs to be slow
_MISREAD = str.maketrans("oil", "011")


def new_shared_secret() -> str:
    """160 random bits, as 32 characters of base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, organisation: str, email: str) -> str:
    """What an authenticator app reads from a QR code (`otpauth://totp/…`)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=organisation)


def normal(given: str) -> str:
    """A code as people type it, without blanks and hyphens and with plain letters and digits."""
    plain = unicodedata.normalize("NFKC", given).casefold()
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Pd")


def is_recovery_code(code: str) -> bool:
    """Whether a normal code has the length of a recovery code."""
    return len(code) == _GROUP * _GROUPS


def plain_recovery_code(code: str) -> str:
    """A normal recovery code as it is hashed: letters that are no part of the alphabet are read as digits."""
    return code.translate(_MISREAD)


def new_recovery_codes() -> list[str]:
    """Fresh ones for the eyes of their user, as `k7m2p-9qx4d-…`."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))


def step_of(secret: str, code: str, now: Micros) -> int | None:
    """The time step around now whose code it is; None = of none. Every step is compared, so that the
    time taken says nothing."""
    if len(code) != DIGITS or not code.isascii():
        return None
    totp, current = pyotp.TOTP(secret), now // STEP
    steps = range(current - SKEW, current + SKEW + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return found[0] if found else None


def use_id(user: str, factor: int, step: int) -> str:
    """The id of the stream that notes the use of a code: the same for every process. factor: its version."""
    return str(uuid5(UUID(user), f"{factor}/{step}"))
