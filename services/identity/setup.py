"""First start: no default password. A one-time link lets the person who started the suite create the organisation."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from services.identity.credentials import new_secret, same, token_hash
from services.identity.organisation import ORGANISATION
from services.identity.user import USER, InviteUser
from shared.domain.match import email_key
from shared.errors import FieldError, Forbidden, Invalid, Rejected
from shared.events import identity as events
from shared.events.envelope import Metadata
from shared.eventstore.port import WrongVersion
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.kernel.parsing import parse
from shared.kernel.uniqueness import EVERYWHERE, Duplicate, held_value
from shared.security.passwords import Passwords, check_password
from shared.security.permissions import system_access

# categories of streams that are no records: set-up links, failed sign-ins, codes that were used
STREAMS = ("setup", "signin", "usedcode")
LINK = "setup-link"  # the stream of links, each issued and then used; its versions let one use happen
ACTOR = "setup"


@dataclass(frozen=True, slots=True)
class SetUp:
    """A new organisation: tenant is its id, user the id of its first administrator."""

    tenant: str
    user: str


async def is_set_up(kernel: Kernel) -> bool:
    """Whether any organisation has a user: before that nobody can sign in."""
    return bool(await kernel.store.read_all(0, 1, categories=[USER.name]))


async def setup_token(kernel: Kernel) -> str | None:
    """A fresh one-time token, which makes earlier ones void; None once the suite is set up. Only its hash is kept."""
    if await is_set_up(kernel):
        return None
    token = new_secret()
    while True:
        earlier = await kernel.store.read(EVERYWHERE, LINK)
        with suppress(WrongVersion):  # another process issued one
            await _note(kernel, events.SetUpLinkIssued(token_hash(token)), len(earlier))
            return token


async def set_up_by_link(
    kernel: Kernel,
    token: str,
    organisation: str,
    name: str,
    email: str,
    password: str,
    language: str,
    passwords: Passwords | None = None,
) -> SetUp:
    """As `set_up`, once, for the bearer of the newest link, whatever process is asked.

    Raises Forbidden: another token; Rejected: already done, or begun for another organisation; also as `set_up`.
    """
    if await is_set_up(kernel):
        raise _already()
    await _link(kernel, token)
    prepared = await _prepared(kernel, organisation, name, email, password, language, passwords)
    version, begun = await _link(kernel, token)
    if begun not in ("", prepared.tenant):
        raise _already()
    if not begun:
        try:
            await _note(kernel, events.SetUpLinkUsed(prepared.tenant), version)
        except WrongVersion as error:
            raise _already() from error
    return await _create(kernel, prepared)


async def _link(kernel: Kernel, token: str) -> tuple[int, str]:
    """The version of the link's stream and the organisation whose set-up began by the newest link, "" = none.

    Raises Forbidden for another token than the newest link's.
    """
    newest = begun = ""
    stored = await kernel.store.read(EVERYWHERE, LINK)
    for recorded in await kernel.codec.decode_all(stored):
        match recorded.event:
            case events.SetUpLinkIssued(token_hash=hashed):
                newest, begun = hashed, ""
            case events.SetUpLinkUsed(organisation=tenant):
                begun = tenant
    if not same(newest, token_hash(token)):
        raise Forbidden("this set-up link is not valid; start the suite again for a new one")
    return len(stored), begun


async def _note(kernel: Kernel, event: events.SetUpLinkIssued | events.SetUpLinkUsed, expected: int) -> None:
    """Append to the link's stream. Raises WrongVersion when another process was faster."""
    encoded = await kernel.codec.encode(EVERYWHERE, LINK, [event], [kernel.ids.new()], kernel.clock.now())
    await kernel.store.append(EVERYWHERE, LINK, expected, encoded, Metadata(actor=ACTOR))


def _already() -> Rejected:
    return Rejected("the suite is set up already; sign in", code="already-set-up")


async def set_up(
    kernel: Kernel,
    organisation: str,
    name: str,
    email: str,
    password: str,
    language: str = "en",
    passwords: Passwords | None = None,
) -> SetUp:
    """Create an organisation and its first administrator.

    Ids follow from the e-mail address, so that an act cut off in the middle goes on when it is repeated.
    Raises: Invalid by field, Duplicate (the address signs in already).
    """
    return await _create(kernel, await _prepared(kernel, organisation, name, email, password, language, passwords))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A checked set-up: the ids that follow from the e-mail address, and the bodies of its two commands."""

    tenant: str
    user: str
    organisation: dict[str, str]
    administrator: dict[str, str]


async def _prepared(
    kernel: Kernel, organisation: str, name: str, email: str, password: str, language: str, passwords: Passwords | None
) -> _Prepared:
    """Raises as `set_up`."""
    email = _check(organisation, name, email, password, language)
    tenant, user = await _ids(kernel, email)
    await _require_new(kernel, tenant, user, email)
    own = passwords or Passwords()
    try:
        secret = await own.hash(password)
    finally:
        if passwords is None:
            own.close()
    zone = {"zh": ("Asia/Shanghai", "CNY")}.get(language, ("UTC", "USD"))
    details = {"name": organisation, "language": language, "time_zone": zone[0], "currency": zone[1]}
    administrator = {"name": name, "email": email, "language": language, "secret": secret}
    return _Prepared(tenant, user, details, administrator)


async def _create(kernel: Kernel, prepared: _Prepared) -> SetUp:
    """Raises Rejected when another process did the same set-up at this moment: its password counts."""
    tenant, user = prepared.tenant, prepared.user
    access = system_access(tenant, ACTOR)
    await kernel.bus.send("identity.CreateOrganisation", prepared.organisation, Call(access, new_id=tenant))
    done = await kernel.bus.send("identity.CreateAdministrator", prepared.administrator, Call(access, new_id=user))
    if not done.changed:
        raise _already()
    return SetUp(tenant, user)


def _check(organisation: str, name: str, email: str, password: str, language: str) -> str:
    """The e-mail address as it will be kept. Raises Invalid with every wrong field, named as set-up names them."""
    errors: list[FieldError] = []
    parsed = None
    try:
        parse(ORGANISATION.commands["identity.CreateOrganisation"], {"name": organisation, "language": language})
    except Invalid as error:
        errors += [FieldError({"name": "organisation"}.get(e.field, e.field), e.code, e.message) for e in error.errors]
    try:
        parsed = parse(USER.commands["identity.InviteUser"], {"name": name, "email": email})
    except Invalid as error:
        errors += error.errors
    try:
        check_password(password, organisation=organisation, email=email, name=name)
    except Invalid as error:
        errors += error.errors
    if errors or not isinstance(parsed, InviteUser):
        raise Invalid("the organisation cannot be set up like this", errors=errors)
    return parsed.email


async def _ids(kernel: Kernel, email: str) -> tuple[str, str]:
    key = await kernel.keys.index_key(EVERYWHERE)

    def derive(what: str) -> str:
        digest = hmac.new(key, f"set-up|{what}|{email_key(email)}".encode(), hashlib.sha256).digest()
        value = int.from_bytes(digest[:16]) & ~(0xF << 76) & ~(0x3 << 62)
        return str(UUID(int=value | (8 << 76) | (2 << 62)))  # UUIDv8

    return derive("organisation"), derive("user")


async def _require_new(kernel: Kernel, tenant: str, user: str, email: str) -> None:
    taken = (await kernel.repository.load(USER, tenant, user)).version > 0
    for held in await kernel.reservations.holders(USER, USER.uniques[0], email):
        other = await kernel.repository.load(USER, *held)
        taken |= held != (tenant, user) and held_value(USER.uniques[0], other) == email_key(email)
    if taken:
        raise Duplicate.of("email", "this e-mail address signs in already")
