"""Adapters are chosen by URL; what there is not is refused with the names of those there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.blobs import open_blobs
from crm.settings import (
    ADAPTERS,
    MONGODB,
    WrongSetting,
    check_adapters,
    clickhouse_address,
    eventstore_address,
    jobs_folder,
    mongodb_of,
    past_address,
    root_key_file,
    setting,
    warehouse_address,
)
from crm.topics import kafka_of


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


def test_the_warehouse_may_be_on_a_server(tmp_path: Path) -> None:
    given = {"CRM_WAREHOUSE": "clickhouses://crm@host/crm"}
    check_adapters(given)
    assert clickhouse_address(given) == "clickhouses://crm@host/crm"
    assert warehouse_address(given) is None
    (tmp_path / "url").write_text("clickhouse://crm:secret@host/crm\n")
    assert clickhouse_address({"CRM_WAREHOUSE_FILE": str(tmp_path / "url")}) == "clickhouse://crm:secret@host/crm"
    assert clickhouse_address({"CRM_WAREHOUSE": "chdb://host:1"}) is None
    assert clickhouse_address({}) is None


@pytest.mark.parametrize("url", ["chdb:/var/data", "chdb://warehouse", "chdb://host:99/path", "chdb://user@host:1"])
def test_another_form_of_its_address_is_refused(url: str) -> None:
    with pytest.raises(WrongSetting, match=r"CRM_WAREHOUSE: chdb: takes no path, .* or the address of the process"):
        check_adapters({"CRM_WAREHOUSE": url})


def test_the_past_of_another_process_goes_with_servers() -> None:
    servers = {"CRM_EVENTSTORE": "esdb://host:2113", "CRM_VIEWS": "mongodb://host/crm"}
    given = {"CRM_PAST": "past://past.crm.svc:8000", **servers}
    check_adapters(given)
    assert past_address(given) == "http://past.crm.svc:8000/past"
    assert past_address(servers) is None
    with pytest.raises(WrongSetting, match="CRM_PAST goes with events and views on servers"):
        check_adapters({"CRM_PAST": "past://host:1"})
    for url in ("past:", "past://host", "http://host:1", "past://host:1/x", "past://user:secret@host:1"):
        with pytest.raises(WrongSetting, match="past://HOST:PORT") as refused:
            check_adapters({"CRM_PAST": url, **servers})
        assert "secret" not in str(refused.value)


def test_a_setting_may_be_the_text_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("mongodb://crm:secret@host/crm\n")
    assert setting("CRM_VIEWS", "sqlite:", {"CRM_VIEWS_FILE": str(file)}) == "mongodb://crm:secret@host/crm"
    assert mongodb_of("CRM_KEYS", {"CRM_KEYS_FILE": str(file)}) == "mongodb://crm:secret@host/crm"
    file.write_text("esdb://crm:secret@host:2113")
    assert eventstore_address({"CRM_EVENTSTORE_FILE": str(file)}) == "esdb://crm:secret@host:2113"
    file.write_text("kafka://127.0.0.1:9092")
    assert str(kafka_of({"CRM_KAFKA_FILE": str(file)})) == "kafka://127.0.0.1:9092"
    assert setting("CRM_VIEWS", "sqlite:", {}) == "sqlite:"
    file.write_text("mysql:secret")
    with pytest.raises(WrongSetting, match=r"^CRM_VIEWS: no adapter for mysql:") as error:
        check_adapters({"CRM_VIEWS_FILE": str(file)})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("views", "keys"),
    [
        ("mongodb://host/crm", "mongodb://host/crm"),
        ("mongodb://host", "mongodb://host/?tls=true"),  # neither names one: it is the same
        ("mongodb://crm:a@one:1,two:2/x?replicaSet=rs", "mongodb://keys:b@TWO:2,one:1/x"),
        ("mongodb://one,two/x?replicaSet=rs", "mongodb://two:27017/x?replicaSet=rs"),  # of one and the same set
    ],
)
def test_keys_do_not_lie_with_views_that_may_be_dropped(views: str, keys: str) -> None:
    with pytest.raises(WrongSetting, match=r"^CRM_KEYS names the database of CRM_VIEWS"):
        check_adapters({"CRM_VIEWS": views, "CRM_KEYS": keys})
    check_adapters({"CRM_VIEWS": views, "CRM_KEYS": "mongodb://host/crm_keys", "CRM_LIMITS": views})
    check_adapters({"CRM_VIEWS": views, "CRM_KEYS": "mongodb://elsewhere/crm"})


def test_a_setting_is_given_once_and_its_file_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="CRM_VIEWS and CRM_VIEWS_FILE are both set: keep one"):
        check_adapters({"CRM_VIEWS": "sqlite:", "CRM_VIEWS_FILE": str(tmp_path)})
    for file, content in ((tmp_path / "missing", None), (tmp_path / "binary", b"\xff\xfe")):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(WrongSetting, match=f"^CRM_VIEWS_FILE: {file} cannot be read: "):
            check_adapters({"CRM_VIEWS_FILE": str(file)})


def test_processes_share_folders_and_the_root_key_where_the_ring_is_on_a_server() -> None:
    data, there = Path("/data"), {"CRM_KEYS": "mongodb://host/keys", "CRM_ROOT_KEY": "/run/root.key"}
    assert root_key_file(data, {}) == data / "keys" / "root.key"
    assert root_key_file(data, there) == Path("/run/root.key")
    with pytest.raises(WrongSetting, match="CRM_ROOT_KEY goes with CRM_KEYS=mongodb"):
        root_key_file(data, {"CRM_ROOT_KEY": "/run/root.key"})
    assert jobs_folder(data, {}) == data / "imports"
    assert jobs_folder(data, {"CRM_IMPORTS": "/shared/imports"}) == Path("/shared/imports")


async def test_files_lie_in_the_data_directory_or_in_a_shared_folder(tmp_path: Path) -> None:
    await open_blobs(tmp_path / "data", {}).put("a/b", b"here")
    assert (tmp_path / "data" / "files" / "a" / "b").read_bytes() == b"here"
    await open_blobs(tmp_path / "data", {"CRM_FILES": f"folder://{tmp_path}/shared"}).put("a/b", b"there")
    assert (tmp_path / "shared" / "a" / "b").read_bytes() == b"there"
    with pytest.raises(WrongSetting, match=r"^CRM_FILES: no adapter for folder:shared"):
        open_blobs(tmp_path, {"CRM_FILES": "folder:shared"})
