"""A masked fork after its restore: log and views agree that everybody is erased, values that are unique are held under
the new keys, and each organisation has an administrator who gets in by a link.

The users of the suite that was backed up cannot sign in here: their keys are gone, and with them their passwords.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

from crm.client import CommandFailed
from crm.compose import Suite
from crm.roles import Roles
from crm.settings import Settings, WrongSetting
from services.identity.administrators import ADMINISTRATOR
from services.identity.api.invitations import issue_invitation, page_of
from services.identity.organisation import ORGANISATION
from shared.errors import CrmError
from shared.events.envelope import id_of
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.rekeying import renew_reservations
from shared.security.permissions import system_access
from shared.security.tokens import COMMAND_LINE


class WayIn(NamedTuple):
    """email: what the administrator of the organisation signs in with. link: where they choose a password, once."""

    organisation: str
    email: str
    link: str


async def ways_in(data: Path) -> list[WayIn]:
    """Finish a masked fork; the way into each of its organisations. Raises CommandFailed."""
    logging.getLogger("crm.erasure").setLevel(logging.ERROR)  # that everybody is erased is no news here
    settings = Settings(data)
    try:
        suite = await Suite.open(settings, Roles(loops=frozenset({"projector"})))  # who projects writes the erasures
        try:
            kernel = suite.kernel
            for aggregate in kernel.catalogue:
                if aggregate.uniques and aggregate.erasure is None:
                    await renew_reservations(aggregate, kernel.store, kernel.codec, kernel.reservations, every=True)
            return [await _way_in(kernel, settings.address, n, tenant) for n, tenant in enumerate(await _all(kernel))]
        finally:
            await suite.close()
    except (CrmError, WrongSetting) as error:
        raise CommandFailed(f"{error}. {data} is masked, but nobody can get in: remove it, and do it again") from error


async def _all(kernel: Kernel) -> list[str]:
    """The organisations, in the order in which they came."""
    streams = kernel.store.streams(ORGANISATION.name, up_to=await kernel.store.head())
    first = [one[0] async for one in streams]
    return [id_of(one.stream) for one in sorted(first, key=lambda one: one.position)]


async def _way_in(kernel: Kernel, address: str, number: int, tenant: str) -> WayIn:
    organisation = await kernel.repository.load(ORGANISATION, tenant, tenant)
    access = system_access(tenant, COMMAND_LINE)
    email = f"administrator{f'-{number + 1}' if number else ''}@sandbox.example"
    body = {"name": "Administrator", "email": email, "language": organisation.language, "roles": [ADMINISTRATOR]}
    user = (await kernel.bus.send("identity.InviteUser", body, Call(access))).id
    token = await issue_invitation(kernel, Call(access, user))
    return WayIn(organisation.name, email, f"{address}{page_of(token)}")
