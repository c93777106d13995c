"""Events of the identity domain. A landed version is never edited (see registry).

No secret stands in clear: a password is an argon2id hash, encrypted like a personal field; a token is a SHA-256 hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.identity_factor import SecondFactorConfirmed, SecondFactorRemoved
from shared.events.registry import Personal, Subject, event
from shared.events.sealing import Sealed

Grants = dict[str, dict[str, str]]  # resource → action → level name
Fields = dict[str, list[str]]  # resource → field names

# --- Organisation ----------------------------------------------------------------------------------------------------


@event("identity.SetUpLinkIssued")
@dataclass(frozen=True, slots=True)
class SetUpLinkIssued:
    """The installation may be set up by the holder of the token of this hash; a later link replaces it."""

    token_hash: str


@event("identity.SetUpLinkUsed")
@dataclass(frozen=True, slots=True)
class SetUpLinkUsed:
    """The set-up of this organisation began by the link before. Nobody sets another one up by that link."""

    organisation: str


@event("identity.OrganisationCreated")
@dataclass(frozen=True, slots=True)
class OrganisationCreated:
    name: str
    language: str
    time_zone: str
    currency: str
    fiscal_year_start: int = 1
    country: str = ""


@event("identity.OrganisationChanged")
@dataclass(frozen=True, slots=True)
class OrganisationChanged(common.DetailsChanged):
    pass


# --- User ------------------------------------------------------------------------------------------------------------


@event("identity.UserInvited")
@dataclass(frozen=True, slots=True)
class UserInvited:
    """A user who may sign in once they have accepted. `details`: name, email, phone, language, time_zone,
    custom."""

    subject_id: Annotated[str, Subject]
    details: Annotated[dict[str, Any], Personal]
    roles: list[str]
    teams: list[str]
    manager: str | None


@event("identity.UserListed")
@dataclass(frozen=True, slots=True)
class UserListed:
    """Somebody who owns records but cannot sign in: known from an import."""

    subject_id: Annotated[str, Subject]
    details: Annotated[dict[str, Any], Personal]
    roles: list[str]
    teams: list[str]
    manager: str | None


@event("identity.ListedUserInvited")
@dataclass(frozen=True, slots=True)
class ListedUserInvited:
    """A listed user got an e-mail address and may sign in once they have accepted."""

    subject_id: Annotated[str, Subject]
    email: Annotated[str, Personal]
    roles: list[str]


@event("identity.InvitationIssued")
@dataclass(frozen=True, slots=True)
class InvitationIssued:
    """The holder of the token of this hash may set the user's password until `expires_at` (µs), once."""

    token_hash: str
    expires_at: int


@event("identity.UserActivated")
@dataclass(frozen=True, slots=True)
class UserActivated:
    pass


@event("identity.UserPasswordChanged")
@dataclass(frozen=True, slots=True)
class UserPasswordChanged:
    """Every session begun with an earlier password ends. `secret`: the encoded argon2id hash."""

    subject_id: Annotated[str, Subject]
    secret: Annotated[str, Personal]


@event("identity.UserPasswordRehashed")
@dataclass(frozen=True, slots=True)
class UserPasswordRehashed:
    """The same password, hashed with newer parameters."""

    subject_id: Annotated[str, Subject]
    secret: Annotated[str, Personal]


@event("identity.UserProfileChanged")
@dataclass(frozen=True, slots=True)
class UserProfileChanged(common.PersonalDetailsChanged):
    pass


@event("identity.UserEmailChanged")
@dataclass(frozen=True, slots=True)
class UserEmailChanged:
    subject_id: Annotated[str, Subject]
    email: Annotated[str, Personal]
    previous: Annotated[str, Personal]


@event("identity.UserRolesAssigned")
@dataclass(frozen=True, slots=True)
class UserRolesAssigned:
    roles: list[str]
    previous: list[str]


@event("identity.UserMovedToTeams")
@dataclass(frozen=True, slots=True)
class UserMovedToTeams:
    teams: list[str]
    previous: list[str]


@event("identity.UserManagerSet")
@dataclass(frozen=True, slots=True)
class UserManagerSet:
    manager: str | None
    previous: str | None


@event("identity.UserSuspended")
@dataclass(frozen=True, slots=True)
class UserSuspended:
    pass


@event("identity.UserReactivated")
@dataclass(frozen=True, slots=True)
class UserReactivated:
    """`status`: active, or invited or listed for one who never had a password."""

    status: str


@event("identity.UserDeactivated")
@dataclass(frozen=True, slots=True)
class UserDeactivated:
    pass


@event("identity.UserWorkHandedOver")
@dataclass(frozen=True, slots=True)
class UserWorkHandedOver:
    """All that the user owns goes to `to`: a policy transfers record by record."""

    to: str


@event("identity.UserTagsChanged")
@dataclass(frozen=True, slots=True)
class UserTagsChanged(common.PersonalTagsChanged):
    pass


@event("identity.UserArchived")
@dataclass(frozen=True, slots=True)
class UserArchived(common.Archived):
    pass


@event("identity.UserRestored")
@dataclass(frozen=True, slots=True)
class UserRestored(common.Restored):
    pass


@event("identity.UserChangeUndone")
@dataclass(frozen=True, slots=True)
class UserChangeUndone(common.PersonalChangeUndone):
    pass


@event("identity.UserErased")
@dataclass(frozen=True, slots=True)
class UserErased(common.Erased):
    pass


# --- What users keep for themselves ---------------------------------------------------------------------------------


@event("identity.PreferencesSet")
@dataclass(frozen=True, slots=True)
class PreferencesSet:
    """All preferences of a user as they are from then on."""

    subject_id: Annotated[str, Subject]
    values: Annotated[dict[str, Any], Personal]


@event("identity.RecentsNoted")
@dataclass(frozen=True, slots=True)
class RecentsNoted:
    """The user opened these records: {type, id, at (µs)}, the newest first."""

    subject_id: Annotated[str, Subject]
    entries: Annotated[list[dict[str, Any]], Personal]


# --- Team ------------------------------------------------------------------------------------------------------------


@event("identity.TeamCreated")
@dataclass(frozen=True, slots=True)
class TeamCreated:
    """`details`: name, parent, leads, custom."""

    details: Annotated[dict[str, Any], common.Notes]


@event("identity.TeamDetailsChanged")
@dataclass(frozen=True, slots=True)
class TeamDetailsChanged(common.DetailsChanged):
    pass


@event("identity.TeamParentSet")
@dataclass(frozen=True, slots=True)
class TeamParentSet:
    parent: str | None
    previous: str | None


@event("identity.TeamTagsChanged")
@dataclass(frozen=True, slots=True)
class TeamTagsChanged(common.TagsChanged):
    pass


@event("identity.TeamArchived")
@dataclass(frozen=True, slots=True)
class TeamArchived(common.Archived):
    pass


@event("identity.TeamRestored")
@dataclass(frozen=True, slots=True)
class TeamRestored(common.Restored):
    pass


@event("identity.TeamChangeUndone")
@dataclass(frozen=True, slots=True)
class TeamChangeUndone(common.ChangeUndone):
    pass


# --- Role ------------------------------------------------------------------------------------------------------------


@event("identity.RoleDefined")
@dataclass(frozen=True, slots=True)
class RoleDefined:
    zh: str
    en: str
    description: Annotated[str, Sealed()]
    grants: Grants
    hidden: Fields
    read_only: Fields


@event("identity.RoleChanged")
@dataclass(frozen=True, slots=True)
class RoleChanged(common.DetailsChanged):
    pass


@event("identity.RoleTagsChanged")
@dataclass(frozen=True, slots=True)
class RoleTagsChanged(common.TagsChanged):
    pass


@event("identity.RoleArchived")
@dataclass(frozen=True, slots=True)
class RoleArchived(common.Archived):
    pass


@event("identity.RoleRestored")
@dataclass(frozen=True, slots=True)
class RoleRestored(common.Restored):
    pass


@event("identity.RoleChangeUndone")
@dataclass(frozen=True, slots=True)
class RoleChangeUndone(common.ChangeUndone):
    pass


# --- Session ---------------------------------------------------------------------------------------------------------


@event("identity.SignedIn")
@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session began. `device`: ip, agent. `method`: password, password+totp or password+recovery-code. `credential`:
    the version of the user's stream that set what proves them."""

    subject_id: Annotated[str, Subject]
    device: Annotated[dict[str, Any], Personal]
    method: str
    token_hash: str
    credential: int
    expires_at: int


@event("identity.SessionRefreshed")
@dataclass(frozen=True, slots=True)
class SessionRefreshed:
    """The refresh token was spent for its successor."""

    token_hash: str


@event("identity.SignedOut")
@dataclass(frozen=True, slots=True)
class SignedOut:
    pass


@event("identity.SessionRevoked")
@dataclass(frozen=True, slots=True)
class SessionRevoked:
    """Ended by something else than its own user's sign-out. `cause`: reuse, password, second-factor, status or
    ended."""

    cause: str


@event("identity.SignInFailed")
@dataclass(frozen=True, slots=True)
class SignInFailed:
    """A wrong password or code, or nobody of that name. `account`: a keyed hash of the name; `failures`: how many in a
    row; `factor`: what was wrong, password or code."""

    subject_id: Annotated[str, Subject]
    device: Annotated[dict[str, Any], Personal]
    account: str
    failures: int
    factor: str = "password"


# --- What ends access -------------------------------------------------------------------------------------------------

NEW_EPOCH = (
    UserRolesAssigned,
    UserMovedToTeams,
    UserSuspended,
    UserReactivated,
    UserDeactivated,
    UserPasswordChanged,
    SecondFactorConfirmed,
    SecondFactorRemoved,
)  # after each of these the access tokens given out before are refused
ACCESS_ENDINGS = (*NEW_EPOCH, UserArchived, UserErased)
SESSION_ENDINGS = (SignedOut, SessionRevoked)
ENDED_RECORDS = ("session", common.USER)  # the record types whose events they are
