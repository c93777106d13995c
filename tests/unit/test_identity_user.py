"""Users: how they join, where they stand, how they leave."""

from __future__ import annotations

import pytest

from services.identity.credentials import INVITATION_LIVES, Credential, credential_of
from services.identity.membership import Standing
from services.identity.user import USER
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import identity as events
from shared.events.envelope import Event, Micros
from shared.security.permissions import Access, Level, Role
from tests.support.roles import BUILT_IN
from tests.unit.given import ID, ME, NOW, Given, given, record

ADMIN, REP = BUILT_IN["administrator"], BUILT_IN["sales_representative"]
NOT_LAST, LAST = Standing((REP,)), Standing((ADMIN,), others=False)
INVITED = events.UserInvited(ID, {"name": "李雷", "email": "li@acme.example"}, ["sales_representative"], [], None)
LISTED = events.UserListed(ID, {"name": "Moses Frase"}, [], ["east"], "m1")
SECOND: Micros = 1_000_000
PASSWORD = events.UserPasswordChanged(ID, "argon2…")
JOINED = (INVITED, events.UserActivated(), PASSWORD)
ADMINISTRATOR = (*JOINED, events.UserRolesAssigned(["administrator"], ["sales_representative"]))
OFFICER = Access("t1", ME, (Role("officer", "人事", "Officer", {"user": {"*": Level.ALL}}),))  # governs users, no more


def active() -> Given:
    return given(USER, *JOINED)


# --- joining ----------------------------------------------------------------------------------------------------------


def test_an_invited_user_has_what_was_said_of_them() -> None:
    body = {"name": "李雷", "email": "li@acme.example", "roles": ["r", "r"], "teams": ["east"], "manager": "m1"}
    expected = events.UserInvited(ID, {"name": "李雷", "email": "li@acme.example"}, ["r"], ["east"], "m1")
    state = given(USER).when("InviteUser", body, facts=[REP]).then(expected).state
    assert (state.status, state.teams, state.manager, state.epoch) == ("invited", ["east"], "m1", 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "email": "a@b.example"}, "name"),
        ({"name": "A"}, "email"),
        ({"name": "A", "email": "nonsense"}, "email"),
        ({"name": "A", "email": ""}, "email"),
        ({"name": "A", "email": "a@b.example", "phone": "12"}, "phone"),
        ({"name": "A", "email": "a@b.example", "language": "xx"}, "language"),
        ({"name": "A", "email": "a@b.example", "status": "active"}, "status"),
        ({"name": "A", "email": "a@b.example", "epoch": 9}, "epoch"),
    ],
)
def test_an_invitation_names_what_is_wrong(body: dict[str, object], field: str) -> None:
    given(USER).when("InviteUser", body, facts=[]).then_rejected(Invalid, field)


def test_nobody_invites_somebody_with_more_rights_than_their_own() -> None:
    body = {"name": "A", "email": "a@b.example", "roles": ["administrator"]}
    given(USER).when("InviteUser", body, facts=[ADMIN], access=OFFICER).then_rejected(Forbidden)


def test_a_listed_user_is_invited_on_the_same_record() -> None:
    listed = (
        given(USER).when("ListUser", {"name": "Moses Frase", "teams": ["east"], "manager": "m1"}, facts=[]).then(LISTED)
    )
    assert listed.state.status == "listed"
    facts = Standing((), (REP,))
    body = {"email": "moses@acme.example", "roles": ["sales_representative"]}
    invited = listed.when("InviteListedUser", body, facts=facts).then(
        events.ListedUserInvited(ID, "moses@acme.example", ["sales_representative"])
    )
    assert (invited.state.status, invited.state.name, invited.state.teams) == ("invited", "Moses Frase", ["east"])
    invited.when("InviteListedUser", body, facts=facts).then_rejected(Rejected, code="not-listed")


def test_the_administrator_of_a_new_organisation_is_active_at_once() -> None:
    body = {"name": "Ada", "email": "ada@acme.example", "language": "zh", "secret": "h"}
    state = given(USER).when("CreateAdministrator", body).and_so().state
    assert (state.status, state.roles, state.language, state.joined) == ("active", ["administrator"], "zh", True)


# --- invitations ------------------------------------------------------------------------------------------------------


def invitation(token: str = "hash", until: int = NOW + 1) -> Credential:
    return Credential("", 0, token, until)


def test_the_bearer_of_the_invitation_becomes_active() -> None:
    body = {"token_hash": "hash", "secret": "h"}
    then = given(USER, INVITED).when("ActivateUser", body, facts=invitation())
    state = then.then(events.UserActivated(), events.UserPasswordChanged(ID, "h")).state
    assert (state.status, state.epoch) == ("active", 1)


def test_an_active_user_who_forgot_their_password_only_gets_a_new_one() -> None:
    body = {"token_hash": "hash", "secret": "h"}
    active().when("ActivateUser", body, facts=invitation()).then(events.UserPasswordChanged(ID, "h"))


@pytest.mark.parametrize(
    "credential", [invitation("other"), invitation(until=NOW), invitation(""), Credential()], ids=str
)
def test_any_other_token_is_refused(credential: Credential) -> None:
    body = {"token_hash": "hash", "secret": "h"}
    given(USER, INVITED).when("ActivateUser", body, facts=credential).then_rejected(Forbidden)


@pytest.mark.parametrize("end", [events.UserSuspended(), events.UserDeactivated(), events.UserArchived()])
def test_an_invitation_does_not_bring_anybody_back(end: object) -> None:
    body = {"token_hash": "hash", "secret": "h"}
    given(USER, *JOINED, end).when("ActivateUser", body, facts=invitation()).then_rejected(Forbidden)


def test_an_invitation_is_good_for_a_week_and_only_for_those_who_may_use_it() -> None:
    body = {"token_hash": "hash"}
    issued = events.InvitationIssued("hash", NOW + INVITATION_LIVES)
    given(USER, INVITED).when("IssueInvitation", body, facts=NOT_LAST).then(issued)
    given(USER, LISTED).when("IssueInvitation", body, facts=NOT_LAST).then_rejected(Rejected, code="not-invited")
    given(USER, *ADMINISTRATOR).when("IssueInvitation", body, facts=LAST, access=OFFICER).then_rejected(Forbidden)


def test_a_credential_is_the_newest_password_and_the_newest_unused_invitation() -> None:
    def fold(*past: object) -> Credential:
        return credential_of(record("user-1", past))

    first, second = events.InvitationIssued("one", 10), events.InvitationIssued("two", 20)
    assert fold(INVITED) == Credential()
    assert fold(INVITED, first, second) == Credential("", 0, "two", 20, ME)
    used = fold(INVITED, first, events.UserActivated(), PASSWORD)
    assert used == Credential("argon2…", 4, since=NOW - SECOND)
    rehashed = fold(*JOINED, events.UserPasswordRehashed(ID, "newer"))
    assert rehashed == Credential("newer", 3, since=NOW - 2 * SECOND)
    suspended = fold(*JOINED, second, events.UserSuspended())
    assert suspended == Credential("argon2…", 3, since=NOW - 3 * SECOND)
    assert fold(INVITED, second, events.UserErased(ID)) == Credential()


@pytest.mark.parametrize(
    "change",
    [
        events.UserEmailChanged(ID, "other@acme.example", "li@acme.example"),
        events.UserRolesAssigned(["administrator"], []),
        events.UserMovedToTeams(["east"], []),
        events.UserManagerSet("m1", None),
        events.UserSuspended(),
        events.UserDeactivated(),
        events.UserArchived(""),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_invitation_is_void_once_its_user_stands_elsewhere(change: Event) -> None:
    held = events.InvitationIssued("held", 10)
    assert credential_of(record("user-1", (INVITED, held, change))) == Credential()
    assert credential_of(record("user-1", (INVITED, change, held))).invitation == "held"


def test_a_rehash_of_a_password_that_was_changed_meanwhile_is_dropped() -> None:
    body = {"secret": "newer", "version": 3}
    active().when("RehashPassword", body, facts=Credential("x", 5)).then_nothing()
    rehashed = active().when("RehashPassword", body, facts=Credential("x", 3))
    assert rehashed.then(events.UserPasswordRehashed(ID, "newer")).state.epoch == active().state.epoch


# --- rights -----------------------------------------------------------------------------------------------------------


def test_the_epoch_grows_with_everything_that_changes_rights() -> None:
    state = active()
    for event in (
        events.UserRolesAssigned(["a"], []),
        events.UserMovedToTeams(["a"], []),
        events.UserSuspended(),
        events.UserReactivated("active"),
        PASSWORD,
        events.UserDeactivated(),
    ):
        past = tuple(r.event for r in state.history)
        grown = given(USER, *past, event)
        assert grown.state.epoch == state.state.epoch + 1, event
        state = grown


def test_roles_are_assigned_by_those_who_hold_them() -> None:
    facts = Standing((REP,), (ADMIN,))
    assigned = active().when("AssignRoles", {"roles": ["administrator"]}, facts=facts)
    assigned.then(events.UserRolesAssigned(["administrator"], ["sales_representative"]))
    active().when("AssignRoles", {"roles": ["administrator"]}, facts=facts, access=OFFICER).then_rejected(Forbidden)
    active().when("AssignRoles", {"roles": ["sales_representative"]}, facts=Standing((REP,), (REP,))).then_nothing()


def test_a_role_is_taken_away_by_those_who_hold_it_too() -> None:
    facts = Standing((ADMIN,), ())
    given(USER, *ADMINISTRATOR).when("AssignRoles", {"roles": []}, facts=facts, access=OFFICER).then_rejected(Forbidden)


@pytest.mark.parametrize(
    ("command", "body"),
    [("AssignRoles", {"roles": ["sales_representative"]}), ("SuspendUser", {}), ("DeactivateUser", {})],
)
def test_the_last_administrator_stays(command: str, body: dict[str, object]) -> None:
    past = given(USER, *ADMINISTRATOR)
    past.when(command, body, facts=LAST).then_rejected(Rejected, code="last-administrator")
    past.when(command, body, facts=Standing((ADMIN,))).and_so()


@pytest.mark.parametrize("command", ["SuspendUser", "ReactivateUser", "DeactivateUser", "ChangeEmail"])
def test_who_holds_less_does_not_govern_who_holds_more(command: str) -> None:
    past = (*ADMINISTRATOR, events.UserSuspended()) if command == "ReactivateUser" else ADMINISTRATOR
    body = {"email": "new@acme.example"} if command == "ChangeEmail" else {}
    given(USER, *past).when(command, body, facts=Standing((ADMIN,)), access=OFFICER).then_rejected(Forbidden)


# --- places and leaving -----------------------------------------------------------------------------------------------


def test_nobody_reports_to_themselves_over_any_distance() -> None:
    active().when("SetManager", {"manager": "m1"}, facts=["m1", "m2"]).then(events.UserManagerSet("m1", None))
    active().when("SetManager", {"manager": "m1"}, facts=["m1", ID]).then_rejected(Invalid, "manager", "cycle")


def test_moving_to_the_same_teams_is_nothing() -> None:
    moved = active().when("MoveToTeams", {"teams": ["a", "b", "a"]}).then(events.UserMovedToTeams(["a", "b"], []))
    moved.when("MoveToTeams", {"teams": ["a", "b"]}).then_nothing()


def test_leaving_and_coming_back() -> None:
    left = active().when("DeactivateUser", facts=NOT_LAST).then(events.UserDeactivated())
    left.when("DeactivateUser", facts=NOT_LAST).then_nothing()
    left.when("SuspendUser", facts=NOT_LAST).then_rejected(Rejected, code="not-active")
    back = left.when("ReactivateUser", facts=NOT_LAST).then(events.UserReactivated("active"))
    back.when("ReactivateUser", facts=NOT_LAST).then_nothing()
    for past, status in ((INVITED, "invited"), (LISTED, "listed")):
        gone = given(USER, past, events.UserDeactivated())
        gone.when("ReactivateUser", facts=NOT_LAST).then(events.UserReactivated(status))


def test_an_active_user_is_not_archived() -> None:
    active().when("ArchiveUser", facts=NOT_LAST).then_rejected(Rejected, code="active")
    given(USER, LISTED).when("ArchiveUser", facts=NOT_LAST).then(events.UserArchived(""))


def test_nobody_archives_or_restores_a_user_who_holds_more_than_they_do() -> None:
    facts, archived = Standing((ADMIN,)), events.UserArchived("")
    given(USER, INVITED).when("ArchiveUser", facts=facts, access=OFFICER).then_rejected(Forbidden)
    gone = given(USER, INVITED, archived)
    gone.when("RestoreUser", facts=facts, access=OFFICER).then_rejected(Forbidden)
    gone.when("RestoreUser", facts=facts).then(events.UserRestored())


def test_a_person_who_left_can_be_erased() -> None:
    active().when("EraseUser", facts=NOT_LAST).then_rejected(Rejected, code="not-deactivated")
    gone = given(USER, *JOINED, events.UserDeactivated())
    erased = gone.when("EraseUser", facts=NOT_LAST).then(events.UserErased(ID)).state
    assert (erased.name, erased.email, erased.phone, erased.erased) == ("[erased]", "", "", True)


def test_work_is_handed_over_to_somebody_else() -> None:
    active().when("HandOverUser", {"to": "u2"}).then(events.UserWorkHandedOver("u2"))
    active().when("HandOverUser", {"to": ID}).then_rejected(Invalid, "to", "same-user")


# --- undo, and what is not in the state -------------------------------------------------------------------------------


def test_a_change_of_the_profile_is_undone_and_a_change_of_rights_is_not() -> None:
    changed = active().when("ChangeProfile", {"name": "Lei"}).and_so()
    undone = changed.when("UndoUserChange", {"version": 4})
    assert undone.and_so().state.name == "李雷"
    for version in (2, 3):
        changed.when("UndoUserChange", {"version": version}).then_rejected(Rejected, code="not-undoable")


def test_every_event_that_changes_rights_is_out_of_undos_reach() -> None:
    undoable = {f"identity.{name}" for name in dir(events) if name.startswith(("User", "Listed", "Invitation"))}
    undoable -= USER.not_undoable
    assert undoable == {
        "identity.UserInvited",  # always the first
        "identity.UserListed",
        "identity.UserProfileChanged",
        "identity.UserTagsChanged",
        "identity.UserChangeUndone",
        "identity.UserWorkHandedOver",  # changes nothing of the user
    }


def test_no_secret_is_in_the_state_or_the_document() -> None:
    document = USER.document(given(USER, *JOINED, events.InvitationIssued("token-hash", 1)).state)
    assert "argon2" not in str(document)
    assert "token-hash" not in str(document)
    assert {"secret", "password", "token_hash"}.isdisjoint(document)
