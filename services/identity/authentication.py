"""Authentication: sign-in, refresh of tokens, change of a password. No other code sees a clear secret."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.identity.attempts import Attempt, Attempts, Device, Known
from services.identity.credentials import credential_of, new_secret, token_hash
from services.identity.organisation import ORGANISATION
from services.identity.second_step import SecondStep
from services.identity.session import SESSION, family_of
from services.identity.user import USER, User
from shared.errors import Invalid, ProjectionBehind, SecondFactorRequired, Unauthenticated, WrongCode
from shared.events.envelope import stream_name
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.uniqueness import EVERYWHERE
from shared.security.base64url import encode
from shared.security.passwords import Passwords
from shared.security.permissions import Access, system_access
from shared.security.tokens import TokenSigner

WRONG = "the e-mail address or the password is wrong"


@dataclass(frozen=True, slots=True)
class Tokens:
    """access: for `Authorization: Bearer`, good for `expires_in` seconds. refresh: to be spent once."""

    access: str
    expires_in: int
    refresh: str
    session: str


class Authentication:
    def __init__(self, kernel: Kernel, passwords: Passwords | None = None) -> None:
        self.kernel, self.passwords = kernel, passwords or Passwords()
        self.attempts, self.step = Attempts(kernel), SecondStep(kernel)

    @property
    def _signer(self) -> TokenSigner:
        assert self.kernel.signer is not None, "the identity service is composed with a signer"
        return self.kernel.signer

    async def sign_in(self, email: str, password: str, device: Device, code: str = "") -> Tokens:
        """Begin a session. Raises Unauthenticated without telling what was wrong, TooManyRequests, Unavailable.

        code: of the second factor, where the user has one. Raises SecondFactorRequired without, WrongCode.
        """
        attempt = await self.attempts.begin(email, device)
        known = await self.find(email)
        right, fresh = await self.passwords.verify(known.secret if known else None, password)
        if not right or known is None:
            await attempt.failed(known, "password")
            raise Unauthenticated(WRONG)
        method = await self._second(known, attempt, code) if known.credential.factor.secret else "password"
        await attempt.succeeded()
        if fresh is not None:
            body = {"secret": fresh, "version": known.credential.version}
            await self._send("identity.RehashPassword", body, known.tenant, known.user.id, known.user.id)
        return await self.begin_session(known, device, method)

    async def _second(self, known: Known, attempt: Attempt, code: str) -> str:
        """How the user signs in by password and code. Raises SecondFactorRequired, WrongCode."""
        if not code:
            await attempt.taken_back()
            raise SecondFactorRequired
        if not (proof := await self.step.proof(known, code)):
            await attempt.failed(known, "code")
            raise WrongCode
        return f"password+{proof}"

    async def find(self, email: str) -> Known | None:
        """The user of a sign-in name, over all tenants, read strongly."""
        unique = USER.uniques[0]
        for holder in await self.kernel.reservations.holders(USER, unique, email):
            known = await self.known(*holder)
            if unique.value(known.user) == unique.key(email):
                return known
        return None

    async def known(self, tenant: str, id: str) -> Known:
        history = await self.kernel.repository.events(USER, tenant, id)
        return Known(tenant, USER.fold(history), credential_of(history))

    async def begin_session(self, known: Known, device: Device, method: str) -> Tokens:
        """method: see SignedIn."""
        secret, user = new_secret(), known.user
        body = {
            "user": user.id,
            "token_hash": token_hash(secret),
            "credential": known.credential.version,
            "device": device.document(),
            "method": method,
        }
        done = await self._send("identity.SignIn", body, known.tenant, user.id)
        return self._tokens(known.tenant, user, done.id, secret)

    def _tokens(self, tenant: str, user: User, session: str, secret: str) -> Tokens:
        access, expires_in = self._signer.issue(user.id, tenant, session, user.epoch)
        return Tokens(access, expires_in, f"{tenant}.{session}.{secret}", session)

    async def refresh(self, token: str) -> Tokens:
        """Spend a refresh token for its successor. Raises Unauthenticated: unknown, spent, idle or ended."""
        tenant, session, secret = _parts(token)
        successor = await self._successor(tenant, session, secret)
        family = family_of(await self._session_events(tenant, session))
        if not family.user:
            raise Unauthenticated("the session has ended")
        body = {"presented": token_hash(secret), "successor": token_hash(successor)}
        await self._send("identity.RefreshSession", body, tenant, family.user, session)
        family = family_of(await self._session_events(tenant, session))
        if family.current != body["successor"] or not family.live(self.kernel.clock.now()):
            raise Unauthenticated("the session has ended")
        user = await self.kernel.repository.load(USER, tenant, family.user)
        return self._tokens(tenant, user, session, successor)

    async def _successor(self, tenant: str, session: str, secret: str) -> str:
        """Derived, not drawn, so that the same predecessor always leads to the same successor."""
        key = await self.kernel.keys.index_key(EVERYWHERE)
        return encode(hmac.new(key, f"refresh|{tenant}|{session}|{secret}".encode(), hashlib.sha256).digest())

    async def _session_events(self, tenant: str, session: str) -> list[Any]:
        stored = await self.kernel.store.read(tenant, stream_name("session", session))
        return await self.kernel.codec.decode_all(stored)

    async def sign_out(self, token: str) -> None:
        """End the session of a refresh token, spent or not; an unknown one is ignored."""
        tenant, session, secret = _parts(token)
        family = family_of(await self._session_events(tenant, session))
        if token_hash(secret) in {family.current, family.previous, *family.spent}:
            await self._send("identity.SignOut", {}, tenant, family.user, session)

    async def change_password(self, access: Access, session: str, current: str, new: str, device: Device) -> Tokens:
        """Every session ends, a new one begins here by the same method. Raises Invalid by field, TooManyRequests."""
        known = await self.known(access.tenant, access.user)
        attempt = await self.attempts.begin(known.user.email, device)
        await self.require_password("current", current, known, attempt)
        await attempt.right_password(known)
        secret = await self.new_password("new", new, known)
        former = await self.kernel.repository.load(SESSION, access.tenant, session)
        await self._send("identity.ChangePassword", {"secret": secret}, access.tenant, access.user, access.user)
        known = await self.known_shown(access.tenant, access.user)
        return await self.begin_session(known, device, former.method or "password")

    async def require_password(self, field: str, password: str, known: Known, attempt: Attempt) -> None:
        """Raises Invalid naming the field for a wrong one, which then counts as a failed sign-in."""
        right, _ = await self.passwords.verify(known.secret, password)
        if not right:
            await attempt.failed(known, "password")
            raise Invalid.field(field, "wrong-password", "this is not your password")

    async def new_password(self, field: str, password: str, known: Known) -> str:
        """The hash of a password that is good enough for this user. Raises Invalid naming the field."""
        organisation = await self.kernel.repository.load(ORGANISATION, known.tenant, known.tenant)
        user = known.user
        try:
            await self.passwords.check(password, organisation=organisation.name, email=user.email, name=user.name)
        except Invalid as error:
            raise Invalid.field(field, error.errors[0].code, error.errors[0].message) from None
        return await self.passwords.hash(password)

    async def known_shown(self, tenant: str, id: str) -> Known:
        """As `known`, once the views know as much, so that the next request is not refused."""
        known = await self.known(tenant, id)
        with suppress(ProjectionBehind):  # durable all the same; the view follows
            await self.kernel.queries.wait_for(USER, id, tenant, known.user.version)
        return known

    async def _send(self, name: str, body: dict[str, Any], tenant: str, actor: str, id: str | None = None) -> Any:
        return await self.kernel.bus.send(name, body, Call(system_access(tenant, actor), id))


def _parts(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(parts) != 3 or len(token) > 300 or not all(parts):
        raise Unauthenticated("the session has ended")
    return parts[0], parts[1], parts[2]
