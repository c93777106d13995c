"""Signed notes as C2SP writes them, and leaves as ADR 36 does."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import Stored
from shared.ledger.leaf import leaf_of, leaves_of
from shared.ledger.note import BadNote, Checkpoint, VerifierKey, checkpoint_in, sign, signed_by, verified
from shared.ledger.timeline import Fork, Stated, Timelines, stated_in

# The example of Go's package `note`, whose form C2SP wrote down.
KNOWN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KNOWN = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NAME = "crm-ledger/0b9a5f0e-3d0c-4f55-8f5e-2f1b6b0c7d11"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(NAME, PRIVATE.public_key())
CHECKPOINT = Checkpoint(NAME, 1042, sha256(b"root").digest())
NOTE = sign(CHECKPOINT.text, NAME, PRIVATE)


def test_a_note_of_another_implementation_opens() -> None:
    key = VerifierKey.parse(KNOWN_KEY)
    assert str(key) == KNOWN_KEY
    assert signed_by(KNOWN, [key]) == (KNOWN.rpartition("\n\n")[0] + "\n", key)


def test_a_signed_checkpoint_opens_with_its_key_alone() -> None:
    assert verified(NOTE, [KEY]) == CHECKPOINT
    other = VerifierKey(NAME, Ed25519PrivateKey.generate().public_key())
    for keys in ([], [other], [VerifierKey("crm-ledger/another", PRIVATE.public_key())]):
        with pytest.raises(BadNote):
            verified(NOTE, keys)
    assert verified(NOTE + f"— witness {b64encode(bytes(68)).decode()}\n", [KEY]) == CHECKPOINT


@given(st.data())
def test_a_changed_note_never_opens(data: st.DataObject) -> None:
    note = NOTE.encode()
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + bytes([data.draw(st.integers(0, 127).filter(lambda b: b != note[at]))]) + note[at + 1 :]
    with pytest.raises((BadNote, UnicodeDecodeError)):
        assert verified(changed.decode(), [KEY]) != CHECKPOINT


@pytest.mark.parametrize("ending", ["", "\r", "\v", "\n\n", " \n", "=\n"])
def test_a_note_ends_as_it_is_written(ending: str) -> None:
    with pytest.raises(BadNote):
        verified(NOTE.rstrip("\n") + ending, [KEY])


def test_a_timeline_but_the_first_stands_in_a_line_of_its_own() -> None:
    """Notes from before there were timelines are of the first one, byte for byte."""
    later = replace(CHECKPOINT, timeline=2)
    assert later.text == CHECKPOINT.text + "timeline 2\n"
    assert checkpoint_in(later.text) == later
    for more in ("timeline 1\n", "timeline 02\n", "timeline 2\n\n", "timeline 2\ntimeline 3\n", "2\n", "timeline -2\n"):
        with pytest.raises(BadNote):
            checkpoint_in(CHECKPOINT.text + more)


def test_what_is_no_statement_is_refused() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, fork = VerifierKey("ledger", private.public_key()), Fork(3, 1, 80, bytes(32))
    assert stated_in(sign(fork.text("ledger"), "ledger", private), [key]) == Stated(fork, str(key))
    for bad in (Fork(1, 1, 80, bytes(32)), Fork(2, 0, 80, bytes(32)), Fork(2, 1, -1, bytes(32))):
        with pytest.raises(BadNote):
            stated_in(sign(bad.text("ledger"), "ledger", private), [key])
    for text in (fork.text("another"), fork.text("ledger") + "more\n", CHECKPOINT.text, "a\n"):
        with pytest.raises(BadNote):
            stated_in(sign(text, "ledger", private), [key])


def stated(*forks: tuple[int, int, int], current: int, unsigned: Sequence[tuple[int, int]] = ()) -> Timelines:
    return Timelines(current, dict(unsigned), {one[0]: Stated(Fork(*one, b""), "key") for one in forks})


@pytest.mark.parametrize(
    ("timelines", "of", "leaves"),
    [
        (stated(current=1), 1, None),
        (stated(current=1), 2, -1),  # taken back
        (stated((2, 1, 80), current=2), 1, 80),
        (stated((2, 1, 80), current=2), 2, None),
        (stated((2, 1, 80), (3, 2, 200), current=3), 1, 80),
        (stated((2, 1, 80), (3, 2, 50), current=3), 1, 50),
        (stated((2, 1, 80), (3, 1, 120), current=3), 2, 80),  # given up for the one before it
        (stated((3, 1, 120), current=3), 2, -1),  # nothing says how that one began
        (stated(current=2, unsigned=[(2, 1)]), 1, None),  # a restore from before there were statements gives nothing up
        (stated((3, 2, 90), current=3, unsigned=[(2, 1)]), 1, 90),
        (stated((2, 1, 80), (3, 2, 200), current=4, unsigned=[(4, 3)]), 3, None),
        (stated((2, 1, 80), (3, 2, 200), current=4, unsigned=[(4, 3)]), 2, 200),
        (stated((2, 1, 80), current=9, unsigned=[(9, 1)]), 2, -1),  # nor does one that somebody wrote into the log
    ],
)
def test_statements_say_what_a_log_has_of_each_timeline(timelines: Timelines, of: int, leaves: int | None) -> None:
    kept = timelines.kept(of)
    assert (-1 if kept is None else kept.leaves) == leaves


def test_base64_has_one_form() -> None:
    last = NOTE[-3]
    other = chr(ord(last) + 1)  # differs in bits that no byte holds
    assert b64decode(NOTE[-5:-3] + other + "=") == b64decode(NOTE[-5:-1])
    with pytest.raises(BadNote):
        verified(NOTE[:-3] + other + "=\n", [KEY])


@pytest.mark.parametrize("text", ["", "a\n", "a\n1\n", "a\n01\nAA==\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        checkpoint_in(text)


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AAAA", KNOWN_KEY.replace("c74f", "c74e")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        VerifierKey.parse(text)


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
SECOND = FIRST._replace(version=2, event_id="é", type="customer.AccountArchived", occurred_at=-1, metadata=b"")


def by_hand(event: Stored) -> bytes:
    """The same written down once more, as somebody else's program would do it."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "big", signed=value < 0)

    def text(value: str) -> bytes:
        return number(len(value.encode()), 4) + value.encode()

    parts = [b"\0\1", text(event.tenant), text(event.stream), number(event.version, 8), text(event.event_id)]
    parts += [text(event.type), number(event.schema_version, 4)]
    parts += [number(event.occurred_at, 8), number(event.recorded_at, 8)]
    parts += [sha256(event.data).digest(), sha256(event.metadata).digest()]
    return sha256(b"".join(parts)).digest()


def test_a_leaf_is_what_the_decision_says() -> None:
    assert leaves_of([FIRST, FIRST, SECOND]) == [by_hand(FIRST), by_hand(FIRST), by_hand(SECOND)]
    assert b64encode(leaf_of(FIRST)).decode() == "ArCygssxgZfujs2xhbMnLy6Np1cgxMBmx6JOHMERhUE="


@pytest.mark.parametrize("field", Stored._fields[1:])
def test_every_field_but_the_position_is_in_the_leaf(field: str) -> None:
    value = getattr(FIRST, field)
    other = value + 1 if isinstance(value, int) else value + value[:1]
    assert leaf_of(FIRST._replace(**{field: other})) != leaf_of(FIRST)
    assert leaf_of(FIRST._replace(position=9)) == leaf_of(FIRST)


def test_the_known_signature_is_of_that_length() -> None:
    assert len(b64decode(KNOWN.rpartition(" ")[2])) == 4 + 64
