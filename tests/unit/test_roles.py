"""What `crm serve --role` accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.roles import ALL, LOOPS, SERVICES, Roles, parse_roles
from crm.settings import WrongSetting
from crm.target import roles_on


def test_roles_add_up() -> None:
    assert parse_roles(["projector"]) == Roles(loops=frozenset({"projector"}))
    assert parse_roles(["api:sales,customer", "policies", "api:audit"]) == Roles(
        frozenset({"sales", "customer", "audit"}), frozenset({"policies"})
    )
    everything = [f"api:{','.join(s.name for s in SERVICES)}", *LOOPS]
    assert parse_roles(["all"]) == parse_roles(everything) == parse_roles(["projector", "all"]) == ALL


@pytest.mark.parametrize("wrong", ["", "api", "api:", "api:crm", "api:sales,", "Projector", "relays", "sales"])
def test_an_unknown_role_or_service_is_refused_with_the_legal_ones(wrong: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        parse_roles(["projector", wrong])
    for legal in ("all", *LOOPS, "api:SERVICE", *(s.name for s in SERVICES)):
        assert legal in str(refused.value)


def test_roles_are_written_as_they_are_given() -> None:
    roles = parse_roles(["policies", "api:sales,customer", "projector"])
    assert str(roles) == "api:customer,sales projector policies"
    assert parse_roles(str(roles).split()) == roles


def test_the_warehouse_is_opened_for_its_loop_and_for_questions() -> None:
    opened = {
        name for name in ("all", *LOOPS, *(f"api:{s.name}" for s in SERVICES)) if parse_roles([name]).needs_warehouse
    }
    assert opened == {"all", "warehouse", "api:analytics"}


def test_routes_and_policies_may_ask_about_the_past() -> None:
    asking = {name for name in ("all", *LOOPS, *(f"api:{s.name}" for s in SERVICES)) if parse_roles([name]).asks_past}
    assert asking == {"policies", *(f"api:{s.name}" for s in SERVICES)}


def test_a_command_is_not_what_one_process_of_a_cluster_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert roles_on(tmp_path) == ALL
    monkeypatch.setenv("CRM_EVENTSTORE", "esdb://host")
    monkeypatch.setenv("CRM_WAREHOUSE", "chdb://host:8000")
    assert roles_on(tmp_path) == Roles(ALL.apis, frozenset({"projector", "policies", "imports"}))
    for folder in ("keys", "warehouse"):
        (tmp_path / folder).mkdir()
    (tmp_path / "keys" / "notary.key").touch()
    assert roles_on(tmp_path) == Roles(ALL.apis, ALL.loops - {"relay", "past"})
    monkeypatch.setenv("CRM_WAREHOUSE", "clickhouses://host/crm")  # which every process may feed, one at a time
    assert "warehouse" in roles_on(tmp_path / "empty").loops
