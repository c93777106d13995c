"""Who may do what: levels, field masks, and that nobody gives what they do not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from services.sales.opportunity import OPPORTUNITY
from shared.errors import Forbidden, Invalid, NotFound
from shared.security.permissions import ACTIONS, Access, Level, Role
from shared.security.sources import declare_sources
from shared.views.port import Field, Kind
from tests.support.roles import BUILT_IN


def role(id: str = "r", grants: dict | None = None, hidden: dict | None = None, read_only: dict | None = None) -> Role:  # type: ignore[type-arg]
    def fields(denied: dict | None) -> dict[str, frozenset[str]]:  # type: ignore[type-arg]
        return {resource: frozenset(names) for resource, names in (denied or {}).items()}

    return Role(id, id, id, grants or {}, fields(hidden), fields(read_only))


def caller(*roles: Role) -> Access:
    return Access("t1", "me", roles, frozenset({"me", "mate"}), frozenset({"me", "mate", "report"}))


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        (Level.OWN, {"me"}),
        (Level.TEAM, {"me", "mate"}),
        (Level.BELOW, {"me", "mate", "report"}),
    ],
)
def test_a_level_reaches_so_far_and_no_further(level: Level, seen: set[str]) -> None:
    access = caller(role(grants={"account": {"read": level}}))
    assert access.scope("account").owners == seen
    for owner in ("me", "mate", "report", "stranger", None):
        assert access.allows("account", "read", owner) is (owner in seen)


def test_all_reaches_everyone_and_what_nobody_owns() -> None:
    access = caller(role(grants={"account": {"read": Level.ALL}}))
    assert access.scope("account").owners is None
    assert access.allows("account", "read", None)


def test_nothing_granted_is_nothing_allowed() -> None:
    for action in ACTIONS:
        assert not caller().allows("account", action, "me")
    with pytest.raises(Forbidden):
        caller().scope("account")


def test_the_most_permissive_role_wins_for_each_action() -> None:
    access = caller(
        role(grants={"account": {"read": Level.ALL, "edit": Level.OWN}}), role(grants={"account": {"edit": Level.TEAM}})
    )
    assert access.level("account", "read") is Level.ALL
    assert access.level("account", "edit") is Level.TEAM
    assert access.level("account", "archive") is Level.NONE


def test_an_invisible_record_is_unknown_and_a_visible_one_is_forbidden() -> None:
    access = caller(role(grants={"account": {"read": Level.TEAM, "edit": Level.OWN}}))
    with pytest.raises(NotFound):
        access.check("account", "edit", "stranger")
    with pytest.raises(Forbidden):
        access.check("account", "edit", "mate")
    access.check("account", "edit", "me")


def test_a_denied_field_stays_denied_whatever_other_roles_grant() -> None:
    access = caller(BUILT_IN["administrator"], role(hidden={"account": ["tax_id"]}, read_only={"*": ["name"]}))
    assert access.hidden("account") == {"tax_id"}
    assert access.locked("account") == {"tax_id", "name", "match_key"}
    assert access.masked("account", {"id": "1", "tax_id": "x", "name": "y"}) == {"id": "1", "name": "y"}
    for name in ("tax_id", "name"):
        with pytest.raises(Invalid) as caught:
            access.check_fields("account", ["city", name])
        assert caught.value.errors[0].field == name
    access.check_fields("account", ["city"])


def test_one_custom_field_can_be_hidden_with_all_that_is_derived_from_it() -> None:
    access = caller(BUILT_IN["administrator"], role(hidden={"account": ["custom.margin"]}))
    document = {
        "id": "1",
        "custom": {"margin": "12", "region": "N"},
        "custom_text": "N",
    }
    assert access.masked("account", document) == {"id": "1", "custom": {"region": "N"}}
    assert document["custom"] == {"margin": "12", "region": "N"}
    assert not access.may_see("account", "custom.margin")
    assert access.may_see("account", "custom.region")
    access.check_fields("account", ["custom", "custom.region"])
    with pytest.raises(Invalid):
        access.check_fields("account", ["custom", "custom.margin"])


def test_a_field_goes_where_its_sources_go_and_no_further() -> None:
    def hidden(resource: str, name: str) -> set[str]:
        return set(caller(role(hidden={resource: [name]})).hidden(resource)) - {name}

    exchanged = {"base_amount", "weighted_base_amount", "exchange_rate"}
    assert hidden(OPPORTUNITY.name, "amount") == {"weighted_amount", "lines", *exchanged}
    assert hidden(OPPORTUNITY.name, "weighted_amount") == set()
    assert hidden(OPPORTUNITY.name, "lines") == {"products"}
    assert (
        hidden(CONTACT.name, "phone")
        == {"phones", "phone_keys"}
        == hidden(CONTACT.name, "phones") ^ {"phone", "phones"}
    )
    assert hidden(CONTACT.name, "family_name") == {"name", "match_key"}
    assert hidden(ACCOUNT.name, "email") == {"site_key"}


def test_a_path_is_seen_and_written_with_the_field_that_it_lies_in() -> None:
    access = caller(role(hidden={"opportunity": ["lines", "custom.margin"]}, read_only={"*": ["custom"]}))
    for path, seen, written in (
        ("lines", False, False),
        ("lines.0.amount", False, False),
        ("linesman", True, True),
        ("custom.margin", False, False),
        ("custom.margin.low", False, False),
        ("custom.region", True, False),
        ("products", False, False),
        ("name", True, True),
    ):
        assert access.may_see("opportunity", path) is seen, path
        assert access.may_write("opportunity", path) is written, path


def test_a_computed_field_that_names_no_source_stops_the_start() -> None:
    kept = ("name", "custom")
    with pytest.raises(TypeError, match=r"thing\.total is computed"):
        declare_sources("thing", (Field("total", Kind.DECIMAL, "", ""),), kept)
    with pytest.raises(TypeError, match="there is no field 'amount'"):
        declare_sources("thing", (Field("total", Kind.DECIMAL, "", "", sources=("amount",)),), kept)


def test_all_custom_fields_can_be_hidden_at_once() -> None:
    access = caller(BUILT_IN["administrator"], role(hidden={"account": ["custom"]}))
    assert access.hidden("account") == {"custom", "custom_text", "formulas"}
    assert not access.may_see("account", "custom.region")
    with pytest.raises(Invalid):
        access.check_fields("account", ["custom.region"])


def test_an_administrator_covers_every_built_in_role_and_nobody_else_covers_theirs() -> None:
    for id, built_in in BUILT_IN.items():
        assert caller(BUILT_IN["administrator"]).covers(built_in)
        if id != "administrator":
            assert not caller(built_in).covers(BUILT_IN["administrator"])
            assert caller(built_in).covers(built_in)


def test_a_role_that_reaches_further_or_masks_less_is_not_covered() -> None:
    access = caller(role(grants={"account": {"*": Level.TEAM}}, hidden={"account": ["tax_id"]}))
    masked = {"account": ["tax_id"]}
    assert access.covers(role(grants={"account": {"read": Level.TEAM}}, hidden=masked))
    assert access.covers(role())
    assert not access.covers(role(grants={"account": {"read": Level.ALL}}, hidden=masked))
    assert not access.covers(role(grants={"contact": {"read": Level.OWN}}))
    assert not access.covers(role(grants={"*": {"read": Level.OWN}}, hidden=masked))
    assert not access.covers(role(grants={"account": {"read": Level.TEAM}}))
    assert not access.covers(role(grants={"account": {"read": Level.TEAM}}, read_only=masked))


@pytest.mark.parametrize("shows_all", ["audit", "analytics"])
def test_a_role_that_shows_every_record_keeps_every_mask(shows_all: str) -> None:
    grants = {shows_all: {"read": Level.ALL}}
    masked = {"opportunity": ["amount"]}
    held = {**grants, "opportunity": {"read": Level.ALL}}
    access = caller(role(grants=held, hidden=masked, read_only={"account": ["tax_id"]}))
    assert not access.covers(role(grants=grants))
    assert not access.covers(role(grants=grants, read_only=masked))
    assert access.covers(role(grants=grants, hidden=masked))
    assert access.covers(role(grants={"opportunity": {"read": Level.OWN}}, hidden=masked))
    assert caller(role(grants=held)).covers(role(grants=grants))


def test_a_field_that_is_read_only_for_the_granter_stays_so_for_the_grantee() -> None:
    access = caller(role(grants={"account": {"*": Level.ALL}}, read_only={"account": ["tax_id"]}))
    assert access.covers(role(grants={"account": {"edit": Level.ALL}}, read_only={"account": ["tax_id"]}))
    assert access.covers(role(grants={"account": {"edit": Level.ALL}}, hidden={"account": ["tax_id"]}))
    assert not access.covers(role(grants={"account": {"edit": Level.ALL}}))


_RESOURCES = ("account", "contact", "*")
_GRANTS = st.dictionaries(
    st.sampled_from(_RESOURCES),
    st.dictionaries(st.sampled_from(("read", "edit", "*")), st.sampled_from(Level)),
    max_size=3,
)
_DENIED = st.dictionaries(
    st.sampled_from(_RESOURCES), st.frozensets(st.sampled_from(("a", "b", "custom.x"))), max_size=2
)
_ROLES = st.builds(Role, st.just("r"), st.just("r"), st.just("r"), _GRANTS, _DENIED, _DENIED)


@given(st.lists(_ROLES, min_size=1, max_size=3), _ROLES)
def test_what_is_covered_never_gives_more_than_is_held(held: list[Role], granted: Role) -> None:
    mine, theirs = caller(*held), caller(granted)
    if not mine.covers(granted):
        return
    for resource in ("account", "contact", "anything"):
        for action in ("read", "edit", "archive"):
            assert theirs.level(resource, action) <= mine.level(resource, action)  # type: ignore[arg-type]
        if theirs.level(resource, "read") is not Level.NONE:
            assert theirs.hidden(resource) >= mine.hidden(resource)
        if theirs.level(resource, "edit") is not Level.NONE:
            assert theirs.locked(resource) >= mine.locked(resource)
