"""What users do about their own second factor. Each step asks for the password, for a code of the factor, or both.

Adding and removing one ends every session, as a change of the password does, and begins a new one here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.identity.attempts import Attempt, Device, Known
from services.identity.authentication import Authentication, Tokens
from services.identity.credentials import token_hash
from services.identity.one_time_codes import (
    new_recovery_codes,
    new_shared_secret,
    normal,
    plain_recovery_code,
    provisioning_uri,
)
from services.identity.organisation import ORGANISATION
from services.identity.second_factor import Factor, asks, not_begun, require_off, require_on
from shared.errors import Invalid, Rejected
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, system_access


@dataclass(frozen=True, slots=True)
class Begun:
    """secret: in base32. uri: the same for a QR code."""

    secret: str
    uri: str


class OwnFactor:
    def __init__(self, kernel: Kernel, authentication: Authentication) -> None:
        self._kernel, self._auth = kernel, authentication

    async def of(self, access: Access) -> Factor:
        """The caller's factor, read strongly."""
        return (await self._auth.known(access.tenant, access.user)).credential.factor

    async def is_asked(self, access: Access) -> bool:
        """Whether the organisation asks the caller for one."""
        organisation = await self._kernel.repository.load(ORGANISATION, access.tenant, access.tenant)
        return asks(organisation.second_factor, access)

    async def begin(self, access: Access, password: str, device: Device) -> Begun:
        """A secret for an authenticator app; an earlier one that waits is void. Raises Invalid, Rejected when on."""
        known, attempt = await self._attempt(access, device)
        await self._auth.require_password("password", password, known, attempt)
        await attempt.right_password(known)
        require_off(known.credential.factor)
        organisation = await self._kernel.repository.load(ORGANISATION, access.tenant, access.tenant)
        secret = new_shared_secret()
        await self._send("BeginSecondFactor", {"secret": secret}, access)
        return Begun(secret, provisioning_uri(secret, organisation.name, known.user.email))

    async def confirm(self, access: Access, code: str, device: Device) -> tuple[Tokens, list[str]]:
        """Tokens of a new session, and recovery codes to be shown this once. Raises Invalid, Rejected."""
        known = await self._auth.known(access.tenant, access.user)
        factor = known.credential.factor
        require_off(factor)
        if not factor.waits(self._kernel.clock.now()):
            raise not_begun()
        attempt = await self._auth.attempts.begin(known.user.email, device)
        if not await self._auth.step.confirms(known, code):
            raise await _wrong(attempt, known)
        await attempt.taken_back()  # a code alone does not end a row of wrong passwords
        codes = new_recovery_codes()
        await self._send("ConfirmSecondFactor", {"begun": factor.begun_version, "codes": _hashes(codes)}, access)
        return await self._new_session(access, device, "password+totp"), codes

    async def replace_codes(self, access: Access, password: str, code: str, device: Device) -> list[str]:
        """Fresh recovery codes; those from before are void. Raises Invalid, Rejected when there is no factor."""
        await self._prove(access, password, code, device)
        codes = new_recovery_codes()
        await self._send("ReplaceRecoveryCodes", {"codes": _hashes(codes)}, access)
        return codes

    async def remove(self, access: Access, password: str, code: str, device: Device) -> Tokens:
        """Tokens of a new session. Raises Invalid, Rejected where the organisation asks for a factor."""
        if await self.is_asked(access):
            raise Rejected("your organisation asks you for a second factor", code="second-factor-needed")
        proof = await self._prove(access, password, code, device)
        await self._send("RemoveSecondFactor", {}, access)
        return await self._new_session(access, device, f"password+{proof}")

    async def _prove(self, access: Access, password: str, code: str, device: Device) -> str:
        known, attempt = await self._attempt(access, device)
        await self._auth.require_password("password", password, known, attempt)
        if not known.credential.factor.secret:
            await attempt.succeeded()
            require_on(known.credential.factor)
        if not (proof := await self._auth.step.proof(known, code)):
            raise await _wrong(attempt, known)
        await attempt.succeeded()
        return proof

    async def _attempt(self, access: Access, device: Device) -> tuple[Known, Attempt]:
        known = await self._auth.known(access.tenant, access.user)
        return known, await self._auth.attempts.begin(known.user.email, device)

    async def _new_session(self, access: Access, device: Device, method: str) -> Tokens:
        return await self._auth.begin_session(await self._auth.known_shown(access.tenant, access.user), device, method)

    async def _send(self, name: str, body: dict[str, Any], access: Access) -> None:
        call = Call(system_access(access.tenant, access.user), access.user)
        await self._kernel.bus.send(f"identity.{name}", body, call)


async def _wrong(attempt: Attempt, known: Known) -> Invalid:
    await attempt.failed(known, "code")
    return Invalid.field("code", "wrong-code", "this code is not right, or it was used already")


def _hashes(codes: list[str]) -> list[str]:
    return [token_hash(plain_recovery_code(normal(code))) for code in codes]
