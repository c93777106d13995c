"""Whether a code proves a user: one of their app, once, or a recovery code, once. No other code sees a clear one."""

from __future__ import annotations

from typing import Literal

from services.identity.attempts import Known, note_alone
from services.identity.credentials import token_hash
from services.identity.one_time_codes import is_recovery_code, normal, plain_recovery_code, step_of, use_id
from services.identity.second_factor import Factor
from shared.errors import Rejected
from shared.events.identity_factor import SecondFactorUsed
from shared.eventstore.port import WrongVersion
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.security.permissions import system_access

Proof = Literal["totp", "recovery-code", ""]  # "" = none


class SecondStep:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def proof(self, known: Known, given: str) -> Proof:
        """What the code was, which is used up by this; "" for a wrong, malformed or used one."""
        code, factor = normal(given), known.credential.factor
        if is_recovery_code(code):
            return "recovery-code" if await self._spend(known, code) else ""
        return "totp" if await self.first_use(known, factor.secret, factor.version, code) else ""

    async def confirms(self, known: Known, given: str) -> bool:
        """Whether it is a code of the secret that waits for one."""
        factor: Factor = known.credential.factor
        return await self.first_use(known, factor.begun, factor.begun_version, normal(given))

    async def first_use(self, known: Known, secret: str, version: int, code: str) -> bool:
        """Whether it is a code of the secret, of about now, that nobody used before: two at once cannot both."""
        step, user = step_of(secret, code, self._kernel.clock.now()), known.user.id
        if step is None:
            return False
        id, used = use_id(user, version, step), SecondFactorUsed(user, step)
        try:
            await note_alone(self._kernel, known.tenant, "usedcode", id, used, user)
        except WrongVersion:
            return False
        return True

    async def _spend(self, known: Known, code: str) -> bool:
        hashed = token_hash(plain_recovery_code(code))
        if hashed not in known.credential.factor.codes:
            return False
        call = Call(system_access(known.tenant, known.user.id), known.user.id)
        try:
            await self._kernel.bus.send("identity.SpendRecoveryCode", {"code": hashed}, call)
        except Rejected:
            return False
        return True
