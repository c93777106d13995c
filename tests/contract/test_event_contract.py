"""The topics keep their documents: every producer and every event version there ever was, and the consumer."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import orjson
import pytest

from shared.events.codec import Codec
from shared.events.registry import EventType
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyRing
from shared.streaming.kafka.contract import ENVELOPE, HEADERS, MARK, file_of
from shared.streaming.kafka.records import CHECKPOINTS, PARTITIONS, Mark, event_of, partition_of, record_of, topic_of
from tests.contract.event_contract import DOCUMENT, FOLDER, wanted, written
from tests.golden.catalogue import STREAM, TENANT, OneKey, every_type, example, stored
from tests.golden.test_golden import FILES, parts
from tests.kafka.help import TOPICS

AGAIN = "run python -m tests.golden.write"


def of_version(name: str, version: int) -> Any:
    return jsonschema_rs.validator_for(orjson.loads((FOLDER / file_of(name, version)).read_bytes()))


def errors(validator: Any, value: Any) -> list[str]:
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in validator.iter_errors(value)]


def test_the_files_are_up_to_date() -> None:
    kept = {path: path.read_bytes() if path.exists() else b"" for path in wanted()}
    assert [str(path) for path, content in wanted().items() if kept[path] != written(content)] == [], AGAIN


def test_every_version_has_its_schema_and_nothing_else_lies_there() -> None:
    versions = {FOLDER / file_of(one.name, version) for one in every_type() for version in range(1, one.version + 1)}
    assert set((FOLDER / "events").glob("*")) == versions


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
async def test_what_was_ever_stored_keeps_its_schema_and_is_read_from_its_topic(path: Path) -> None:
    name, version, golden = parts(path)
    assert errors(of_version(name, version), golden["stored"]) == []
    kept = stored(name, version, golden["stored"])
    record = record_of(kept, (topic_of(name), partition_of(kept.stream)), 7)
    assert errors(jsonschema_rs.validator_for(ENVELOPE), orjson.loads(record.value)) == []
    headers = {key: value.decode() for key, value in record.headers}
    assert errors(jsonschema_rs.validator_for(HEADERS), headers) == []
    seq, read = event_of(record.value, record.headers)
    assert (seq, read) == (7, kept)
    codec = Codec(KeyCache(cast(KeyRing, OneKey())))
    assert (await codec.decode(read)).event == (await codec.decode(kept)).event


@pytest.mark.parametrize("type_", every_type(), ids=lambda t: t.name)
async def test_what_the_codec_writes_keeps_its_schema(type_: EventType) -> None:
    codec = Codec(KeyCache(cast(KeyRing, WritingKey())))
    [new] = await codec.encode(TENANT, STREAM, [type_.cls(**example(type_))], ["e1"], 1)
    assert errors(of_version(type_.name, new.schema_version), orjson.loads(new.data)) == []


class WritingKey(OneKey):
    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        return dict.fromkeys(subjects, b"golden!!" * 4)


@pytest.mark.parametrize(
    ("value", "because"),
    [({"name": 3}, "name: 3 is not of type"), ({}, ': "name" is a required property')],
)
def test_another_payload_breaks_the_schema(value: dict[str, Any], because: str) -> None:
    assert any(because in one for one in errors(of_version("identity.OrganisationCreated", 1), value))


def test_personal_text_in_clear_breaks_the_schema() -> None:
    clear = {"details": {"name": "Ann"}, "subject_id": "s", "accounts": [], "owner": ""}
    assert [one.partition(":")[0] for one in errors(of_version("customer.ContactCreated", 1), clear)] == ["details"]


def test_the_document_has_every_topic_with_its_partitions() -> None:
    channels = orjson.loads(DOCUMENT.read_bytes())["channels"]
    found = {one["address"]: one["bindings"]["kafka"]["partitions"] for one in channels.values()}
    assert found == {one.name: one.partitions for one in TOPICS}
    assert found[CHECKPOINTS] == 1


def test_every_reference_of_the_document_is_there() -> None:
    whole = orjson.loads(DOCUMENT.read_bytes())
    for reference in references(whole):
        if not reference.startswith("#/"):
            assert (FOLDER / reference).exists(), reference
            continue
        place = whole
        for key in reference[2:].split("/"):
            place = place[key]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return [*own, *(one for part in value.values() for one in references(part))]
    return [one for part in value for one in references(part)] if isinstance(value, list) else []


def test_a_mark_keeps_its_schema() -> None:
    mark = Mark(9, "ab", {"crm.sales.events": [1] * PARTITIONS})
    assert errors(jsonschema_rs.validator_for(MARK), orjson.loads(mark.value())) == []
