"""What services grant to the built-in roles by default."""

from __future__ import annotations

import pytest

from shared.kernel.catalogue import Catalogue
from shared.security.permissions import Level, Role
from shared.security.roles import EVERY_ROLE, SEEN_BY_ALL, DefaultGrants, Resource, grant, with_grants
from tests.support.roles import BUILT_IN
from tests.support.toys import TOY

ALL = Role("all", "", "", {"*": {"*": Level.ALL}})
SELLER = Role("seller", "", "", {})
GUEST = Role("guest", "", "", {})


def granted(**by_resource: DefaultGrants) -> dict[str, dict[str, dict[str, Level]]]:
    """The grants of each role after services granted these."""
    made = with_grants([ALL, SELLER, GUEST], by_resource.items())
    return {id: {name: dict(actions) for name, actions in role.grants.items()} for id, role in made.items()}


def test_a_role_has_what_is_granted_to_it_and_nothing_else() -> None:
    assert granted(toy={"seller": grant(Level.OWN, "read", "edit")}) == {
        "all": {"*": {"*": Level.ALL}},
        "seller": {"toy": {"read": Level.OWN, "edit": Level.OWN}},
        "guest": {},
    }


def test_a_grant_of_its_own_replaces_that_to_every_role() -> None:
    found = granted(toy={**SEEN_BY_ALL, "seller": grant(Level.TEAM, "edit")}, box=SEEN_BY_ALL)
    assert found["guest"] == {"toy": {"read": Level.ALL}, "box": {"read": Level.ALL}}
    assert found["seller"] == {"toy": {"edit": Level.TEAM}, "box": {"read": Level.ALL}}
    assert found["all"] == {"*": {"*": Level.ALL}}


def test_a_grant_to_an_unknown_role_stops_the_start() -> None:
    with pytest.raises(ValueError, match="toy is granted to 'buyer'"):
        granted(toy={"buyer": grant(Level.OWN, "read"), EVERY_ROLE: {}})
    with pytest.raises(ValueError, match="reports is granted to 'buyer'"):
        Catalogue(
            [TOY], [SELLER], [Resource("reports", ("Reports", "报表", "報表"), {"buyer": grant(Level.OWN, "read")})]
        )


def test_a_record_type_without_grants_is_the_administrators_alone() -> None:
    roles = Catalogue([TOY], [ALL, SELLER]).roles
    assert [id for id, role in roles.items() if "toy" in role.grants or "*" in role.grants] == ["all"]


def test_the_suite_has_six_roles_and_one_of_them_may_do_everything() -> None:
    assert [*BUILT_IN] == [
        "administrator", "sales_manager", "sales_representative", "marketing", "service_agent", "read_only",
    ]  # fmt: skip
    assert [id for id, role in BUILT_IN.items() if "*" in role.grants] == ["administrator"]
