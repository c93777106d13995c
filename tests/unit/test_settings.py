"""Adapters are chosen by URL; what there is not is refused with the names of those there are."""

from __future__ import annotations

import pytest

from crm.settings import ADAPTERS, MONGODB, WrongSetting, check_adapters, mongodb_of, warehouse_address


def test_every_adapter_that_is_named_is_accepted() -> None:
    check_adapters({})
    for name, schemes in ADAPTERS.items():
        for scheme in schemes:
            check_adapters({name: f"{scheme}//host/crm" if scheme in MONGODB else scheme})


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("url", ["", "chbd:", "sqlite", "mysql://admin:secret@example/crm"])
def test_another_scheme_is_refused_with_those_there_are(name: str, url: str) -> None:
    with pytest.raises(
        WrongSetting, match=f"^{name}: no adapter for .*, this version knows {ADAPTERS[name][0]}"
    ) as error:
        check_adapters({name: url})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("url", ["mongodb:", "mongodb://", "mongodb:views.db", "mongodb+srv:host"])
def test_a_server_is_named_by_its_hosts(url: str) -> None:
    with pytest.raises(WrongSetting, match=r"CRM_VIEWS: an address is mongodb(\+srv)?://HOST:PORT/DATABASE"):
        check_adapters({"CRM_VIEWS": url})
    assert mongodb_of("CRM_VIEWS", {"CRM_VIEWS": "mongodb://host/crm"}) == "mongodb://host/crm"
    assert mongodb_of("CRM_VIEWS", {"CRM_VIEWS": "sqlite:"}) is None


def test_files_of_the_embedded_adapters_lie_in_the_data_directory() -> None:
    with pytest.raises(WrongSetting, match="CRM_VIEWS: sqlite: takes no path, its files are in the data directory"):
        check_adapters({"CRM_VIEWS": "sqlite:/tmp/views.db"})


def test_the_warehouse_of_another_process_is_named_by_its_address() -> None:
    given = {"CRM_WAREHOUSE": "chdb://warehouse.crm.svc:8000"}
    check_adapters(given)
    assert warehouse_address(given) == "http://warehouse.crm.svc:8000/warehouse"
    assert warehouse_address({"CRM_WAREHOUSE": "chdb:"}) is None
    assert warehouse_address({}) is None


@pytest.mark.parametrize("url", ["chdb:/var/data", "chdb://warehouse", "chdb://host:99/path", "chdb://user@host:1"])
def test_another_form_of_its_address_is_refused(url: str) -> None:
    with pytest.raises(WrongSetting, match=r"CRM_WAREHOUSE: chdb: takes no path, .* or the address of the process"):
        check_adapters({"CRM_WAREHOUSE": url})
