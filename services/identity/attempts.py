"""Attempts to prove oneself, at a sign-in or before a change of what proves one: counted, recorded when they fail."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Literal

from services.identity.credentials import Credential
from services.identity.throttle import Throttle
from services.identity.user import User
from shared.domain.match import email_key
from shared.events import identity as events
from shared.events.envelope import Event, Metadata, stream_name
from shared.eventstore.port import NO_STREAM
from shared.kernel.kernel import Kernel
from shared.kernel.uniqueness import EVERYWHERE

Part = Literal["password", "code"]


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request came from: the address it was sent from and what the browser says of itself."""

    ip: str
    agent: str

    def document(self) -> dict[str, Any]:
        return {"ip": self.ip, "agent": self.agent[:300]}


@dataclass(frozen=True, slots=True)
class Known:
    """A user found by name, with what proves them."""

    tenant: str
    user: User
    credential: Credential

    @property
    def secret(self) -> str | None:
        """The hash to check a password against; None for one who may not sign in."""
        open_ = self.user.status == "active" and not self.user.archived
        return self.credential.secret or None if open_ else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that was admitted. It counts as failed until it is said that it was not.

    account: a keyed hash of the name. failures: how many in a row, with this one.
    """

    kernel: Kernel
    throttle: Throttle
    account: str
    device: Device
    failures: int

    async def failed(self, known: Known | None, part: Part) -> None:
        """A stream of its own for each: no contention, and the same work whether the name exists or not."""
        tenant, subject = (known.tenant, known.user.id) if known and not known.user.erased else (EVERYWHERE, "")
        event = events.SignInFailed(subject, self.device.document(), self.account, self.failures, part)
        await note_alone(self.kernel, tenant, "signin", self.kernel.ids.new(), event, subject or "anonymous")

    async def right_password(self, known: Known) -> None:
        """All that is asked of a user without a second factor, and of others not yet."""
        await (self.taken_back() if known.credential.factor.secret else self.succeeded())

    async def succeeded(self) -> None:
        """All that is asked of the user was right: the row of failures ends."""
        await self.throttle.succeeded(self.account, self.device.ip)

    async def taken_back(self) -> None:
        """What came was right, but it is not all that is asked of the user: failures before it count on."""
        await self.throttle.taken_back(self.account, self.device.ip, self.failures)


async def note_alone(kernel: Kernel, tenant: str, category: str, id: str, event: Event, actor: str) -> None:
    """Append the one event that its stream will ever have. Raises WrongVersion where it has one already."""
    stream = stream_name(category, id)
    encoded = await kernel.codec.encode(tenant, stream, [event], [kernel.ids.new()], kernel.clock.now())
    metadata = Metadata(actor=actor, command_name="identity.SignIn", correlation_id=id)
    await kernel.store.append(tenant, stream, NO_STREAM, encoded, metadata)


class Attempts:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._throttle = kernel, Throttle(kernel.limits)

    async def begin(self, email: str, device: Device) -> Attempt:
        """Count one for a name, whether somebody has it or not. Raises TooManyRequests."""
        account = await self._account_key(email)
        failures = await self._throttle.begin(account, device.ip)
        return Attempt(self._kernel, self._throttle, account, device, failures)

    async def _account_key(self, email: str) -> str:
        """A keyed hash of the name tried, so that nothing keeps what people mistype."""
        key = await self._kernel.keys.index_key(EVERYWHERE)
        return hmac.new(key, f"account|{email_key(email)}".encode(), hashlib.sha256).hexdigest()[:32]
