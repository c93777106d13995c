"""The canonical form of the log's running hash, byte by byte. What stands in docs/reliability.md is checked here."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from shared.events.envelope import Stored
from shared.eventstore.chain import chain_hashes, genesis, leaf, link

DOC = Path(__file__).parents[2] / "docs" / "reliability.md"
FIRST = Stored(
    1,
    "5b0e6a52-7f3c-4c6e-9a55-0d6f6f1f2a10",
    "account-01980000-0000-7000-8000-000000000001",
    1,
    "01980000-0000-7000-8000-000000000002",
    "customer.AccountCreated",
    1,
    1_760_000_000_000_000,
    1_760_000_000_000_123,
    b'{"name":"Acme"}',
    b'{"actor":"ada"}',
)
SECOND = FIRST._replace(
    position=2, version=2, event_id="é", type="customer.AccountArchived", occurred_at=-1, data=b"{}", metadata=b""
)
INSTALLATION = "0b9a5f0e-3d0c-4f55-8f5e-2f1b6b0c7d11"


def by_hand(event: Stored) -> bytes:
    """The same written down once more, as somebody else's program would do it."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "big", signed=value < 0)

    def text(value: str) -> bytes:
        return number(len(value.encode()), 4) + value.encode()

    parts = [b"\0", number(event.position, 8), text(event.tenant), text(event.stream), number(event.version, 8)]
    parts += [text(event.event_id), text(event.type), number(event.schema_version, 4)]
    parts += [number(event.occurred_at, 8), number(event.recorded_at, 8)]
    parts += [sha256(event.data).digest(), sha256(event.metadata).digest()]
    return sha256(b"".join(parts)).digest()


def test_a_leaf_is_what_the_document_says() -> None:
    assert [leaf(FIRST), leaf(SECOND)] == [by_hand(FIRST), by_hand(SECOND)]


def test_every_field_of_an_event_is_in_its_leaf() -> None:
    others = [
        FIRST._replace(**{name: value + 1 if isinstance(value, int) else value + value[:1]})
        for name, value in FIRST._asdict().items()
    ]
    assert len({leaf(FIRST), *map(leaf, others)}) == len(Stored._fields) + 1


def test_texts_that_are_cut_elsewhere_are_other_texts() -> None:
    assert leaf(FIRST) != leaf(FIRST._replace(tenant=FIRST.tenant + "a", stream=FIRST.stream[1:]))


def test_a_chain_hash_is_made_of_the_one_before_and_the_leaf() -> None:
    start = genesis(INSTALLATION)
    first = sha256(b"\x01" + start + leaf(FIRST)).digest()
    second = sha256(b"\x01" + first + leaf(SECOND)).digest()
    assert chain_hashes(start, [FIRST, SECOND]) == [(1, first), (2, second)]
    assert link(link(start, FIRST), SECOND) == second
    assert genesis(INSTALLATION) == sha256(b"crm.log.v1" + INSTALLATION.encode()).digest() != genesis("")


def test_the_vectors_in_the_document_are_these() -> None:
    documented = re.findall(r"`([0-9a-f]{64})`", DOC.read_text())
    start = genesis(INSTALLATION)
    (_, first), (_, second) = chain_hashes(start, [FIRST, SECOND])
    assert documented == [h.hex() for h in (start, leaf(FIRST), first, leaf(SECOND), second)]
