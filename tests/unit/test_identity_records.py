"""Organisation, team and role."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.identity.organisation import ORGANISATION
from services.identity.role import ROLE, ChangeRole, DefineRole, names_are_known
from services.identity.team import TEAM, TREE
from shared.errors import Forbidden, Invalid, Rejected
from shared.events import identity as events
from shared.security.permissions import Access, Level, Role
from tests.support.roles import CATALOGUE
from tests.unit.given import ID, ME, given

CREATED = events.TeamCreated({"name": "East"})
DEFINED = events.RoleDefined("渠道", "Channel", "", {"account": {"read": "team"}}, {}, {})


def test_an_organisation_speaks_a_language_and_keeps_a_currency() -> None:
    body = {"name": "Acme", "language": "zh", "time_zone": "Asia/Shanghai", "currency": "cny"}
    created = events.OrganisationCreated("Acme", "zh", "Asia/Shanghai", "CNY")
    made = given(ORGANISATION).when("CreateOrganisation", body).then(created)
    change = {"currency": {"from": "CNY", "to": "EUR"}}
    changed = made.when("ChangeOrganisation", {"currency": "EUR"}).then(events.OrganisationChanged(change))
    assert (changed.state.name, changed.state.currency) == ("Acme", "EUR")
    changed.when("ChangeOrganisation", {"name": "Acme"}).then_nothing()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", ""),
        ("currency", "XXL"),
        ("language", "fr"),
        ("name", ""),
        ("fiscal_year_start", 0),
        ("fiscal_year_start", 13),
        ("country", "XX"),
    ],
)
def test_an_organisation_takes_only_what_exists(field: str, value: str) -> None:
    given(ORGANISATION).when("CreateOrganisation", {"name": "Acme", field: value}).then_rejected(Invalid, field)


def test_teams_form_a_tree_without_circles() -> None:
    team = given(TEAM).when("CreateTeam", {"name": "East"}).then(CREATED)
    team.when("SetParentTeam", {"parent": "p1"}, facts=["p1", "p2"]).then(events.TeamParentSet("p1", None))
    team.when("SetParentTeam", {"parent": "p1"}, facts=["p1", ID]).then_rejected(Invalid, "parent", "cycle")
    team.when("SetParentTeam", {"parent": ID}, facts=[ID]).then_rejected(Invalid, "parent", "cycle")
    deep = [f"p{n}" for n in range(TREE.depth + 1)]
    team.when("SetParentTeam", {"parent": "p0"}, facts=deep).then_rejected(Invalid, "parent", "too-deep")
    team.when("SetParentTeam", {"parent": None}, facts=[]).then_nothing()


def test_a_team_changes_its_name_and_leads_and_the_change_is_undone() -> None:
    changed = given(TEAM, CREATED).when("ChangeTeamDetails", {"leads": ["u1"]})
    team = changed.then(events.TeamDetailsChanged({"leads": {"from": [], "to": ["u1"]}}))
    assert team.when("UndoTeamChange", {"version": 2}).and_so().state.leads == []


def test_an_archived_team_takes_no_changes() -> None:
    archived = given(TEAM, CREATED, events.TeamArchived(""))
    archived.when("ChangeTeamDetails", {"name": "West"}).then_rejected(Rejected, code="archived")


def test_a_role_is_defined_and_shows_both_names() -> None:
    body = {"zh": "渠道", "en": "Channel", "grants": {"account": {"read": "team"}}}
    role = given(ROLE).when("DefineRole", body).then(DEFINED)
    assert ROLE.document(role.state)["name"] == "渠道 · Channel"


def test_nobody_defines_or_widens_a_role_beyond_their_own_rights() -> None:
    mine = Role("m", "m", "m", {"role": {"*": Level.ALL}, "account": {"read": Level.TEAM}})
    access = Access("t1", ME, (mine,))
    wide = {"account": {"read": "all"}}
    given(ROLE).when("DefineRole", {"zh": "a", "en": "a", "grants": wide}, access=access).then_rejected(Forbidden)
    given(ROLE, DEFINED).when("ChangeRole", {"grants": wide}, access=access).then_rejected(Forbidden)
    given(ROLE, DEFINED).when("ChangeRole", {"en": "Partner"}, access=access).and_so()
    strong = events.RoleDefined("强", "Strong", "", wide, {}, {})
    given(ROLE, strong).when("ChangeRole", {"grants": {}}, access=access).then_rejected(Forbidden)


def test_a_changed_role_is_not_undone_behind_that_rule() -> None:
    changed = given(ROLE, DEFINED).when("ChangeRole", {"grants": {}}).and_so()
    changed.when("UndoRoleChange", {"version": 2}).then_rejected(Rejected, code="not-undoable")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"grants": {"acount": {"read": "all"}}}, "grants.acount", "unknown-resource"),
        ({"grants": {"account": {"red": "all"}}}, "grants.account.red", "unknown-action"),
        ({"hidden": {"acount": ["name"]}}, "hidden.acount", "unknown-resource"),
        ({"hidden": {"account": ["nmae"]}}, "hidden.account", "unknown-field"),
        ({"hidden": {"account": ["archived"]}}, "hidden.account", "not-hideable"),
        ({"read_only": {"account": ["tax_id", "nmae"]}}, "read_only.account", "unknown-field"),
    ],
)
async def test_a_role_names_only_what_there_is(body: dict[str, Any], field: str, code: str) -> None:
    lookups: Any = SimpleNamespace(catalogue=CATALOGUE)
    for model in (DefineRole, ChangeRole):
        command = model.model_validate({"zh": "a", "en": "a", **body})
        with pytest.raises(Invalid) as caught:
            await names_are_known(command, lookups)
        assert [(e.field, e.code) for e in caught.value.errors] == [(field, code)]
    fine = {"grants": {"*": {"*": "own"}, "analytics": {"read": "all"}}, "hidden": {"account": ["tax_id", "custom.x"]}}
    await names_are_known(DefineRole.model_validate({"zh": "a", "en": "a", **fine}), lookups)


def test_a_level_that_does_not_exist_is_refused() -> None:
    body = {"zh": "a", "en": "a", "grants": {"account": {"read": "everything"}}}
    given(ROLE).when("DefineRole", body).then_rejected(Invalid, "grants.account.read")
