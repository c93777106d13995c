"""Text in events that are not about a person: sealed in every marked place, masked once its key is gone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

import orjson
import pytest

from shared.clock import Micros, SystemIds
from shared.events.asked_keys import subjects_of
from shared.events.codec import Codec, Undecodable
from shared.events.decoding import Decoder
from shared.events.envelope import NewEvent, Stored, StreamSlice
from shared.events.registry import event
from shared.events.sealing import Sealed
from shared.security.keycache import KeyCache
from shared.security.keyring import Subject
from tests.unit.event_types import METADATA, know, own_types, stored

IDS = SystemIds()
DAY: Micros = 86_400_000_000

with own_types() as TYPES:

    @event("test.Noted")
    @dataclass(frozen=True, slots=True)
    class Noted:
        text: str

    @event("test.Described")
    @dataclass(frozen=True, slots=True)
    class Described:
        words: Annotated[list[str], Sealed()]
        role: Annotated[str, Sealed()]
        details: Annotated[dict[str, Any], Sealed("description", gone=("custom", "custom."))]
        accounts: Annotated[list[dict[str, Any]], Sealed("role")]
        changes: Annotated[dict[str, Any], Sealed("description", gone=("custom", "custom."))]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    know(TYPES, monkeypatch)


def tagged(*words: str) -> Described:
    details = {"name": "plain", "description": words[0], "custom": {"x": words[0]}, "custom.y": 7}
    changes = {"description": {"from": "", "to": words[0]}, "custom.z": {"from": None, "to": 7}, "city": {"from": 1}}
    return Described(
        list(words), words[0], details, [{"account": "a", "role": words[0]}, {"account": "b", "role": ""}], changes
    )


async def encoded(codec: Codec, stream: str, event: Described) -> Stored:
    (new,) = await codec.encode("t1", stream, [event], [IDS.new()], 1_795_910_400_000_000)  # 2026-11-29
    return stored(new, stream=stream)


@pytest.mark.parametrize("stream", ["contact-p1", "account-a1"])
async def test_whose_keys_an_event_is_read_with_is_known_without_them(codec: Codec, stream: str) -> None:
    one = await encoded(codec, stream, tagged("marzipan"))
    reason = await codec.seal_reason(
        "t1", "account-a1", replace(METADATA, reason="asked by phone"), one.occurred_at + DAY
    )
    asked: set[str] = set()

    def noted(subject: Subject) -> bytes | None:
        asked.add(subject[1])
        return codec.keys.cached(subject)

    both = one._replace(metadata=orjson.dumps(asdict(reason)))
    Decoder(noted).metadata("t1", "account-a1", both.metadata)
    Decoder(noted).event(one)
    assert len(asked) == 2
    assert subjects_of(both) == asked
    assert subjects_of(both._replace(type="test.Unheard", data=b"{")) <= asked, "no key reads it"


@pytest.mark.parametrize("stream", ["contact-p1", "account-a1"])
async def test_text_is_sealed_in_every_place_that_is_marked_and_nowhere_else(codec: Codec, stream: str) -> None:
    one = await encoded(codec, stream, tagged("marzipan", "fountain"))
    assert b"marzipan" not in one.data
    assert b"fountain" not in one.data
    payload = orjson.loads(one.data)
    assert (payload["details"]["name"], payload["changes"]["city"]) == ("plain", {"from": 1})
    assert payload["accounts"][1] == {"account": "b", "role": ""}
    assert (await codec.decode(one)).event == tagged("marzipan", "fountain")
    assert await sliced(codec, one) == [tagged("marzipan", "fountain")]


async def sliced(codec: Codec, one: Stored) -> list[object]:
    head = (one.version, one.occurred_at, one.metadata, None, one.event_id, one.type, str(one.schema_version))
    return await codec.events(one.tenant, one.stream, StreamSlice(*head, b"[%b]" % one.data))


async def masked(codec: Codec, one: Stored) -> None:
    for read in ((await codec.decode(one)).event, *await sliced(codec, one)):
        assert isinstance(read, Described)
        assert (read.words, read.role) == ([], "[erased]")
        assert read.details == {"name": "plain", "description": "[erased]"}
        assert [e["role"] for e in read.accounts] == ["[erased]", ""]
        assert read.changes == {"description": {"from": "[erased]", "to": "[erased]"}, "city": {"from": 1}}


async def test_what_is_sealed_dies_with_the_person(codec: Codec, ring: KeyCache) -> None:
    one = await encoded(codec, "contact-p1", tagged("marzipan"))
    await ring.destroy("t1", "p1")
    await masked(codec, one)
    with pytest.raises(ValueError, match="erased"):
        await encoded(codec, "contact-p1", tagged("marzipan"))


async def test_text_about_nobody_dies_with_the_key_of_its_day_and_the_next_one_is_used(
    codec: Codec, ring: KeyCache
) -> None:
    one = await encoded(codec, "account-a1", tagged("marzipan"))
    await ring.destroy("t1", "texts-2026-11-29")
    await masked(codec, one)
    again = await encoded(codec, "account-a1", tagged("marzipan"))
    assert (await codec.decode(again)).event == tagged("marzipan")
    assert b"texts-2026-11-29.1|" in again.data


async def test_clear_text_of_older_programs_is_masked_for_the_erased_and_read_for_all_others(
    codec: Codec, ring: KeyCache
) -> None:
    old = tagged("marzipan")
    data = orjson.dumps({name: getattr(old, name) for name in ("words", "role", "details", "accounts", "changes")})
    await ring.ensure("t1", ["p1"])
    for stream in ("contact-p1", "account-a1"):
        one = stored(NewEvent(IDS.new(), "test.Described", 1, 42, data), stream=stream)
        assert (await codec.decode(one)).event == old
        assert await sliced(codec, one) == [old]
    await ring.destroy("t1", "p1")
    await masked(codec, stored(NewEvent(IDS.new(), "test.Described", 1, 42, data), stream="contact-p1"))


async def test_a_sealed_value_that_was_moved_or_changed_is_not_opened(codec: Codec) -> None:
    one = await encoded(codec, "contact-p1", tagged("marzipan"))
    for changed in (
        one._replace(stream="contact-p2"),
        one._replace(event_id=IDS.new()),
        one._replace(data=one.data.replace(b'"role":"sealed|p1|v1.', b'"role":"sealed|p1|v1.A', 1)),
    ):
        with pytest.raises(Undecodable):
            await codec.decode(changed)


@pytest.mark.parametrize(("stream", "subject"), [("contact-p1", "p1"), ("account-a1", "texts-1970-01-01")])
async def test_a_reason_is_sealed_and_dies_with_its_subject(
    codec: Codec, ring: KeyCache, stream: str, subject: str
) -> None:
    (new,) = await codec.encode("t1", stream, [Noted("a")], [IDS.new()], 42)
    sealed = await codec.seal_reason("t1", stream, METADATA, 42)
    raw = orjson.dumps(sealed)
    assert "因为".encode() not in raw
    assert (await codec.decode(stored(new, stream=stream, metadata=raw))).metadata == METADATA
    old = stored(new, stream=stream)
    assert (await codec.decode(old)).metadata.reason == "因为"
    await ring.destroy("t1", subject)
    assert (await codec.decode(stored(new, stream=stream, metadata=raw))).metadata.reason == "[erased]"
    assert (await codec.decode(old)).metadata.reason == ("[erased]" if stream == "contact-p1" else "因为")
    late = await codec.seal_reason("t1", stream, METADATA, 42)
    assert late.reason == "" if stream == "contact-p1" else late.reason.startswith(f"sealed|{subject}.1|")
