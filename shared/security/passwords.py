"""Passwords: which are taken, how they are kept (argon2id) and checked without telling who exists."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Invalid, Unavailable
from shared.security.commonpasswords import COMMON, WORDS, breached

R = TypeVar("R")

MIN_LENGTH = 12
MAX_LENGTH = 256
SHORTEST_WORD = 4  # that counts as the core of a password: three letters stand in many that nobody guesses
_MOST_WAITING = 64
_LOOKS_LIKE = str.maketrans("@4301!5$7", "aaeoiisst")


def normalise(password: str) -> str:
    """The same password however its letters were composed (NFC)."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, organisation: str = "", email: str = "") -> None:
    """Raises Invalid for the field `password`: too-short, too-long, too-common or too-guessable."""
    plain = normalise(password)
    if len(plain) < MIN_LENGTH:
        raise Invalid.field("password", "too-short", f"use at least {MIN_LENGTH} characters")
    if len(plain) > MAX_LENGTH:
        raise Invalid.field("password", "too-long", f"use at most {MAX_LENGTH} characters")
    folded = plain.casefold()
    if folded in COMMON or folded in breached() or _is_common(_core(folded)) or _repeats(folded):
        raise Invalid.field("password", "too-common", "this is among the first passwords that are guessed")
    for known in (organisation, email.partition("@")[0]):
        if _guessable(folded, normalise(known).casefold().strip()):
            raise Invalid.field("password", "too-guessable", "it is built from your organisation's name or your e-mail")


def _core(folded: str) -> str:
    """`P@ssw0rd2024!` → `password`: the one word that digits and signs were put around."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return re.sub(r"[\W\d_]", "", bare.translate(_LOOKS_LIKE))


def _is_common(word: str) -> bool:
    return word in WORDS or (len(word) >= SHORTEST_WORD and word in breached())


def _repeats(folded: str) -> bool:
    """One to four characters over and over, or digits that count up or down."""
    if any(folded == (folded[:n] * len(folded))[: len(folded)] for n in range(1, 5)):
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(folded)}
    return steps in ({1}, {-1})


def _guessable(folded: str, known: str) -> bool:
    """Nothing but the known name with a few characters around it."""
    return len(known) >= 3 and known in folded and len(folded) - len(known) < 8


class Passwords:
    """argon2id in threads of its own, as many as cores: sign-ins queue, other routes go on."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, "argon2")
        self._waiting = 0
        self._dummy = self._hasher.hash(os.urandom(16).hex())

    async def hash(self, password: str) -> str:
        """The encoded argon2id hash, its parameters inside. Raises Unavailable when too many wait."""
        return await self._run(partial(self._hasher.hash, normalise(password)))

    async def verify(self, known: str | None, password: str) -> tuple[bool, str | None]:
        """(is it right, a fresh hash if the stored one is of older parameters).

        `known` None = there is no such user: the same work is done, the answer is False.
        Raises Unavailable when too many wait.
        """
        return await self._run(partial(self._verify, known, normalise(password)))

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    def _verify(self, known: str | None, password: str) -> tuple[bool, str | None]:
        stored = known or self._dummy
        try:
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False, None
        if known is None:
            return False, None
        return True, self._hasher.hash(password) if self._hasher.check_needs_rehash(stored) else None

    async def _run(self, work: Callable[[], R]) -> R:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("too many people are signing in at this moment")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
