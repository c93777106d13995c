"""Passwords: which are taken, how they are kept (argon2id) and checked without telling who exists."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Invalid, Unavailable
from shared.messages import say
from shared.security.commonpasswords import COMMON, breached
from shared.security.guessing import guesses, parts_of
from shared.texts import fold, visible

R = TypeVar("R")

MIN_LENGTH = 12
MAX_LENGTH = 256
LEAST_GUESSES = 10.8  # as a power of ten: three rare words pass, two common ones with a year do not
_MOST_WAITING = 64


def normalise(password: str) -> str:
    """The same password however its letters were composed (NFC)."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, organisation: str = "", email: str = "", name: str = "") -> None:
    """Raises Invalid for the field `password`: too-short, too-long, too-common or too-guessable.

    organisation, email, name: of the user; passwords built from them are guessed first.
    """
    plain = normalise(password)
    if len(visible(plain)) < MIN_LENGTH:
        raise Invalid.field("password", "too-short", say("use at least {least} characters", least=MIN_LENGTH))
    if len(plain) > MAX_LENGTH:
        raise Invalid.field("password", "too-long", say("use at most {most} characters", most=MAX_LENGTH))
    folded = fold(plain)
    if folded in COMMON or folded in breached():
        raise Invalid.field("password", "too-common", "this is among the first passwords that are guessed")
    local, _, domain = email.partition("@")
    needed, built = guesses(plain, parts_of(organisation, local, domain.rpartition(".")[0], name))
    if needed < LEAST_GUESSES and built:
        raise Invalid.field(
            "password", "too-guessable", "it is built from your organisation's name, your own or your e-mail"
        )
    if needed < LEAST_GUESSES:
        raise Invalid.field("password", "too-common", "it is made of what is guessed first: use more and rarer words")


_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """What a password is checked against where there is no user."""
    return hasher.hash(os.urandom(16).hex())


class Passwords:
    """argon2id in threads of its own, as many as cores: sign-ins queue, other routes go on."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _HASHER
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, "argon2")
        self._waiting = 0
        self._dummy = _nobody(self._hasher)

    async def check(self, password: str, *, organisation: str, email: str, name: str) -> None:
        """`check_password` in a thread, as a hostile text takes half a second. Raises Invalid, Unavailable."""
        await self._run(partial(check_password, password, organisation=organisation, email=email, name=name))

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
