from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clock import SystemIds
from shared.events.asked_keys import subjects_of
from shared.events.codec import MAX_EVENT_BYTES, Codec, Undecodable
from shared.events.envelope import NewEvent, Stored, StreamSlice
from shared.events.registry import Personal, Subject, event, upcast
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing
from tests.unit.event_types import METADATA, know, own_types, stored

IDS = SystemIds()

with own_types() as TYPES:

    @event("test.Noted")
    @dataclass(frozen=True, slots=True)
    class Noted:
        text: str
        more: Any = None

    @event("test.Met", version=3)
    @dataclass(frozen=True, slots=True)
    class Met:
        subject_id: Annotated[str, Subject]
        name: Annotated[str, Personal]
        nick: Annotated[str | None, Personal]
        phones: Annotated[list[str], Personal]
        changes: Annotated[dict[str, Any], Personal]
        place: str

    @upcast("test.Met", from_version=2)
    def _(payload: dict[str, Any]) -> dict[str, Any]:
        return {**payload, "place": payload.get("place", "unknown") + "!"}


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    know(TYPES, monkeypatch)


@pytest.fixture(scope="module")
def lasting() -> Iterator[Codec]:
    """One codec for all examples of a property."""
    with TemporaryDirectory() as folder:
        ring = KeyCache(SqliteKeyRing.open(Path(folder)))
        yield Codec(ring)
        asyncio.run(ring.close())


async def encoded(codec: Codec, one: object) -> NewEvent:
    (new,) = await codec.encode("t1", "contact-1", [one], [IDS.new()], 42)
    return new


def met(subject: str = "p1", name: str = "王小明", nick: str | None = None) -> Met:
    return Met(subject, name, nick, ["123"], {"city": {"from": "", "to": "北京"}}, "fair")


text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
meetings = st.builds(
    Met,
    st.sampled_from(["", "p1", "p2", "人"]),
    text,
    st.none() | text,
    st.lists(text, max_size=3),
    st.dictionaries(text, json_values, max_size=3),
    text,
)
notes = st.builds(Noted, text, json_values)


@given(st.lists(meetings | notes, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_is_encoded_is_decoded_again(lasting: Codec, events: list[object]) -> None:
    ids = [IDS.new() for _ in events]
    new = asyncio.run(lasting.encode("t1", "contact-1", events, ids, 42))
    assert [n.event_id for n in new] == ids
    recorded = asyncio.run(lasting.decode_all([stored(n) for n in new]))
    assert [r.event for r in recorded] == events
    assert [r.type for r in recorded] == [n.type for n in new]


async def test_the_person_of_an_event_is_known_without_their_key(codec: Codec) -> None:
    one = await encoded(codec, met("p2"))
    assert subjects_of(stored(one, stream="session-1")) == {"p2"}
    assert subjects_of(stored(one, stream="session-1", data=b'{"subject_id":null}')) == set()


async def test_everything_around_the_event_is_handed_on(codec: Codec) -> None:
    new = await encoded(codec, Noted("a"))
    recorded = await codec.decode(stored(new, stream="account-x-y"))
    assert (new.type, new.schema_version, new.occurred_at) == ("test.Noted", 1, 42)
    assert (recorded.position, recorded.tenant, recorded.stream, recorded.version) == (7, "t1", "account-x-y", 2)
    assert (recorded.event_id, recorded.occurred_at, recorded.recorded_at) == (new.event_id, 42, 99)
    assert (recorded.category, recorded.id) == ("account", "x-y")
    assert recorded.metadata == METADATA


async def test_personal_fields_are_stored_as_ciphertext_only(codec: Codec) -> None:
    new = await encoded(codec, met())
    payload = orjson.loads(new.data)
    assert payload["subject_id"] == "p1"
    assert payload["place"] == "fair"
    assert all(payload[name].startswith("v1.") for name in ("name", "phones", "changes"))
    for plain in ("王小明", "123", "北京", "city"):
        assert plain.encode() not in new.data
        assert orjson.dumps(plain)[1:-1] not in new.data
    again = await encoded(codec, met())
    assert orjson.loads(again.data)["name"] != payload["name"]


async def test_nobodys_fields_are_sealed_under_the_key_of_the_day(codec: Codec, ring: KeyCache) -> None:
    (new,) = await codec.encode("t1", "signin-1", [met(subject="")], [IDS.new()], 42)
    payload = orjson.loads(new.data)
    assert payload["name"].startswith("sealed|texts-1970-01-01|v1.")
    assert payload["nick"] is None
    one = stored(new, stream="signin-1")
    assert (await codec.decode(one)).event == met(subject="")
    old = one._replace(data=orjson.dumps(asdict(met(subject=""))))  # as it was stored in clear before
    assert (await codec.decode(old)).event == met(subject="")
    await ring.destroy("t1", "texts-1970-01-01")
    gone = (await codec.decode(one)).event
    assert isinstance(gone, Met)
    assert (gone.name, gone.phones, gone.changes, gone.place) == ("[erased]", [], {}, "fair")


async def test_nothing_is_stored_in_clear(codec: Codec) -> None:
    assert orjson.loads((await encoded(codec, met(nick=None))).data)["nick"] is None


async def test_a_destroyed_key_leaves_masks_of_the_same_shape(codec: Codec, ring: KeyCache) -> None:
    mine, others = await encoded(codec, met("p1", nick="小王")), await encoded(codec, met("p2"))
    await ring.destroy("t1", "p1")
    assert (await codec.decode(stored(mine))).event == Met("p1", "[erased]", None, [], {}, "fair")
    assert (await codec.decode(stored(others))).event == met("p2")
    with pytest.raises(ValueError, match="erased"):
        await encoded(codec, met("p1"))


async def test_masks_are_not_shared_between_events(codec: Codec, ring: KeyCache) -> None:
    new = await encoded(codec, met())
    await ring.destroy("t1", "p1")
    (await codec.decode(stored(new))).event.phones.append("added by a careless reader")
    assert (await codec.decode(stored(new))).event.phones == []


async def test_an_old_version_is_brought_to_the_newest(codec: Codec) -> None:
    new = await encoded(codec, met())
    recorded = await codec.decode(stored(new, schema_version=2))
    assert recorded.event.place == "fair!"
    assert recorded.event.name == "王小明"
    assert recorded.schema_version == 3


@pytest.mark.parametrize(
    "one", [Noted("x" * MAX_EVENT_BYTES), Noted("lone \ud800"), Noted("n", 2**70), Noted("n", {1})]
)
async def test_what_cannot_be_written_is_refused(codec: Codec, one: object) -> None:
    with pytest.raises(ValueError):
        await encoded(codec, one)


async def test_a_personal_value_that_cannot_be_written_is_refused(codec: Codec) -> None:
    with pytest.raises(ValueError):
        await encoded(codec, met(name="lone \ud800"))


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "test.Unknown"},
        {"schema_version": 4},
        {"schema_version": 1},
        {"data": b""},
        {"data": b"{"},
        {"data": b"\xff\xfe"},
        {"data": b"null"},
        {"data": b"[1]"},
        {"data": b'"text"'},
        {"data": b"{}"},
        {"data": b'{"subject_id":"p1","name":null,"nick":null,"phones":null,"changes":null}'},
        {"data": b'{"subject_id":"","name":"n","nick":null,"phones":[],"changes":{},"place":"p","new":1}'},
        {"data": b'{"subject_id":"p1","name":"in clear","nick":null,"phones":null,"changes":null,"place":""}'},
        {"data": b'{"subject_id":"p1","name":5,"nick":null,"phones":null,"changes":null,"place":""}'},
        {"data": b'{"subject_id":["p1"],"name":"v1.a.b","nick":null,"phones":null,"changes":null,"place":""}'},
        {"data": b'{"subject_id":"p1","name":"v1.a.b","nick":null,"phones":null,"changes":null,"place":""}'},
    ],
)
async def test_what_is_no_event_of_this_program_is_undecodable(codec: Codec, changed: dict[str, Any]) -> None:
    new = await encoded(codec, met())
    with pytest.raises(Undecodable):
        await codec.decode(stored(new, **changed))


@pytest.mark.parametrize("metadata", [b"", b"[]", b'{"unknown":1}', b"\xff"])
async def test_broken_metadata_is_told_when_it_is_asked_for(codec: Codec, metadata: bytes) -> None:
    recorded = await codec.decode(stored(await encoded(codec, Noted("a")), metadata=metadata))
    with pytest.raises(Undecodable):
        recorded.metadata


@pytest.mark.parametrize(
    "changed",
    [
        {"data": b'{"text":"a","more":null,"ottoline":1}'},
        {"data": b'{"text":"a", ottoline'},
        {"metadata": b'{"ottoline":1}'},
        {"metadata": b"ottoline"},
    ],
)
async def test_what_cannot_be_read_is_told_without_what_it_holds(codec: Codec, changed: dict[str, Any]) -> None:
    new = await encoded(codec, Noted("a"))
    with pytest.raises(Undecodable) as raised:
        (await codec.decode(stored(new, **changed))).metadata
    assert "ottoline" not in str(raised.value)


@pytest.mark.parametrize("changed", [{"tenant": "t2"}, {"stream": "contact-2"}, {"event_id": IDS.new()}])
async def test_ciphertext_moved_to_another_place_does_not_open(
    codec: Codec, ring: KeyCache, changed: dict[str, str]
) -> None:
    await ring.ensure("t2", ["p1"])
    new = await encoded(codec, met())
    with pytest.raises(Undecodable):
        await codec.decode(stored(new, **changed))


async def test_ciphertext_moved_to_another_field_or_person_does_not_open(codec: Codec, ring: KeyCache) -> None:
    new = await encoded(codec, met())
    await ring.ensure("t1", ["p2"])
    payload = orjson.loads(new.data)
    for moved in ({"name": payload["phones"]}, {"subject_id": "p2"}):
        with pytest.raises(Undecodable):
            await codec.decode(stored(new, data=orjson.dumps({**payload, **moved})))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_flipped_bit_in_the_ciphertext_is_always_found(lasting: Codec, data: st.DataObject) -> None:
    new = asyncio.run(encoded(lasting, met()))
    cipher = orjson.loads(new.data)["changes"].encode()
    flipped = bytearray(cipher)
    flipped[data.draw(st.integers(0, len(cipher) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Undecodable):
        asyncio.run(lasting.decode(stored(new, data=new.data.replace(cipher, bytes(flipped)))))


async def test_one_id_for_each_event(codec: Codec) -> None:
    with pytest.raises(ValueError):
        await codec.encode("t1", "contact-1", [Noted("a"), Noted("b")], [IDS.new()], 1)


def part(*events: Stored, **changed: Any) -> StreamSlice:
    """The events as one part of their stream."""
    columns = [",".join(str(e[at]) for e in events) for at in (4, 5, 6)]  # event id, type, schema version
    data = b"[%b]" % b",".join(e.data for e in events)
    last = events[-1]
    return StreamSlice(last.version, last.occurred_at, last.metadata, None, *columns, data)._replace(**changed)


@given(st.lists(meetings | notes, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_slice_is_decoded_as_its_events_are_one_by_one(lasting: Codec, events: list[Any]) -> None:
    rows = [stored(asyncio.run(encoded(lasting, e)), version=n) for n, e in enumerate(events, 1)]
    together = asyncio.run(lasting.events("t1", "contact-1", part(*rows)))
    assert together == [one.event for one in asyncio.run(lasting.decode_all(rows))] == events


async def test_a_slice_holds_old_versions_and_erased_persons(codec: Codec, ring: KeyCache) -> None:
    old = await encoded(codec, met("p2"))
    payload = orjson.loads(old.data)
    del payload["place"]
    rows = [
        stored(await encoded(codec, Noted("a"))),
        stored(await encoded(codec, met("p1"))),
        stored(old, schema_version=2, data=orjson.dumps(payload)),
    ]
    await ring.destroy("t1", "p1")
    noted, erased, upcasted = await codec.events("t1", "contact-1", part(*rows))
    assert (noted, erased.name, upcasted.name, upcasted.place) == (Noted("a"), "[erased]", "王小明", "unknown!")


@pytest.mark.parametrize(
    "changed",
    [
        {"data": b'{"text":"a","more":null,"ottoline":1}'},
        {"data": b'{"text":"a", ottoline'},
        {"data": b"\xff\xfe"},
        {"data": b""},
        {"data": b'{"text":"a","more":null},{"text":"b","more":null}'},
        {"type": "test.Unknown"},
        {"schema_version": 9},
    ],
)
async def test_one_broken_event_makes_its_slice_undecodable(codec: Codec, changed: dict[str, Any]) -> None:
    good = stored(await encoded(codec, Noted("a")))
    for rows in ([good._replace(**changed), good], [good, good._replace(**changed)]):
        with pytest.raises(Undecodable) as raised:
            await codec.events("t1", "contact-1", part(*rows))
        assert "ottoline" not in str(raised.value)
