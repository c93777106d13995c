"""What a job remembers between two batches, and the ids it gives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.integration.imports.lookup import record_id
from services.integration.jobs import claims
from services.integration.jobs.job_store import ClaimLost, FaultyRow, JobFile, JobStoreBusy, Mark, Touched
from shared.clock import Micros, SystemClock, SystemIds

IMPORT = SystemIds().new()
IDS = st.tuples(st.integers(0, 49), st.integers(1, 2**31))


@given(IDS, IDS)
def test_ids_differ_and_are_ordered_as_steps_and_rows_are(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = record_id(IMPORT, *one), record_id(IMPORT, *other)
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)
    assert first[14] == "7"
    assert record_id(SystemIds().new(), *one) != first


def test_a_mark_comes_back_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    file = JobFile(tmp_path / "job.db", b"secret")
    assert file.mark() == Mark()
    row = FaultyRow(1, 7, 9, ["a", "b"], [{"field": "x", "code": "c", "message": "m"}])
    file.save(Mark(1, 512, [{"created": 3}], {"x: missing": 2}), [(1, file.key_of("acme"), "r1")], [row], [row])
    file.close()
    again = JobFile(tmp_path / "job.db", b"secret")
    assert again.mark() == Mark(1, 512, [{"created": 3}], {"x: missing": 2})
    assert list(again.rejected()) == list(again.warned()) == [row]
    assert again.steps_with_rejected() == [1]
    assert again.made([0, 1], [file.key_of("acme"), file.key_of("beta")]) == {file.key_of("acme"): "r1"}
    assert again.made([0], [file.key_of("acme")]) == {}


def test_a_revert_begins_with_what_was_touched_last(tmp_path: Path) -> None:
    file = JobFile(tmp_path / "job.db")
    file.touch(
        [
            ("account", "a", 1, "import"),
            ("account", "b", 4, "import"),
            ("account", "x", 1, "other"),
            ("account", "a", 2, "import"),
            ("account", "b", 5, "other"),
            ("account", "b", 6, "import"),
            ("account", "a", 3, "revert"),
        ]
    )
    assert file.to_do(10) == [
        Touched(2, "account", "b", False, [4, 6], 6, True),
        Touched(1, "account", "a", True, [1], 3, False),
    ]
    file.done([("left", "changed", 2)])
    assert [t.id for t in file.to_do(10)] == ["a"]
    assert file.outcomes() == {"": 1, "left": 1}
    assert list(file.left()) == [{"resource": "account", "id": "b", "reason": "changed"}]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["import", "other"])), max_size=30))
def test_touched_records_are_what_the_log_says(log: list[tuple[str, str]]) -> None:
    """Against a naive reading of the same events."""
    versions: dict[str, int] = {}
    events = []
    for id, whose in log:
        versions[id] = versions.get(id, 0) + 1
        events.append(("account", id, versions[id], whose))
    file = JobFile(Path(":memory:"))
    file.touch(events)
    for touched in file.to_do(10):
        own = [v for _, id, v, whose in events if id == touched.id and whose == "import"]
        after = [v for _, id, v, whose in events if id == touched.id and whose == "other" and v > own[0]]
        assert touched.created == (own[0] == 1)
        assert touched.last == own[-1]
        assert touched.foreigner == bool(after)
        assert touched.created or touched.versions == own
    assert {t.id for t in file.to_do(10)} == {id for _, id, _, whose in events if whose == "import"}


def test_one_holder_at_a_time_has_the_claim(tmp_path: Path) -> None:
    one, other = JobFile(tmp_path / "job.db"), JobFile(tmp_path / "job.db")
    assert one.claim("one", now=0, until=10)
    assert not other.claim("other", now=9, until=19)
    assert one.renew("one", until=20)
    assert other.claimed() == ("one", 20)
    assert other.claim("other", now=20, until=30)
    assert not one.renew("one", until=31)
    other.release("one")  # it is not that holder's any more
    assert not one.claim("one", now=22, until=32)
    other.release("other")
    assert one.claim("one", now=22, until=32)


def test_who_lost_the_claim_writes_nothing_more(tmp_path: Path) -> None:
    one, other = JobFile(tmp_path / "job.db", b"secret"), JobFile(tmp_path / "job.db")
    assert one.claim("one", now=0, until=10)
    one.save(Mark(row=512))
    assert other.claim("other", now=10, until=20)
    writes = (
        lambda: one.save(Mark(row=1024), [(0, b"key", "record")]),
        lambda: one.report_progress({"done": 1024}),
        lambda: one.touch([("account", "a", 1, "import")]),
        lambda: one.done([("left", "changed", 1)]),
        one.forget_touched,
        one.restart,
    )
    for write in writes:
        with pytest.raises(ClaimLost):
            write()
    assert (other.mark(), other.progress(), other.to_do(10)) == (Mark(row=512), None, [])
    other.save(Mark(row=600))
    assert one.mark() == Mark(row=600)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(1, 5)), max_size=30))
def test_claims_never_overlap(steps: list[tuple[str, int, int]]) -> None:
    """Holders ask at any time, for any length: the claim passes on only once it expired."""
    file, now, holder, until = JobFile(Path(":memory:")), 0, "", 0
    for name, passed, length in steps:
        now += passed
        expected = name == holder or now >= until
        assert file.claim(name, now, now + length) == expected
        if expected:
            holder, until = name, now + length
        assert file.claimed() == (holder, until)


class Behind:
    """A clock that is an hour behind that of the others."""

    def now(self) -> Micros:
        return SystemClock().now() - 3_600_000_000


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "EXPIRES", 200_000)
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.005)


async def test_a_claim_of_a_killed_process_ends_whatever_its_clock_was(tmp_path: Path, quickly: None) -> None:
    killed, other, now = JobFile(tmp_path / "job.db"), JobFile(tmp_path / "job.db"), SystemClock().now()
    assert killed.claim("killed", now, now + claims.EXPIRES)
    async with claims.claimed(other, "other", Behind()) as ours:
        assert ours
        with pytest.raises(ClaimLost):
            killed.save(Mark(row=1))


async def test_a_process_whose_clock_is_behind_waits_for_one_that_works(tmp_path: Path, quickly: None) -> None:
    one, other = JobFile(tmp_path / "job.db"), JobFile(tmp_path / "job.db")
    async with claims.claimed(one, "one", SystemClock()) as first, claims.claimed(other, "other", Behind()) as second:
        assert (first, second) == (True, False)
        one.save(Mark(row=1))


async def test_a_process_that_stood_still_takes_no_claim_back(tmp_path: Path, quickly: None) -> None:
    """Another one has gone on meanwhile: what the first knows of the job is old."""
    one, other, now = JobFile(tmp_path / "job.db"), JobFile(tmp_path / "job.db"), SystemClock().now()
    async with claims.claimed(one, "one", SystemClock()):
        assert other.claim("other", now + 10 * claims.EXPIRES, now + 20 * claims.EXPIRES)
        other.save(Mark(row=2))
        other.release("other")
        for _ in range(5):
            await asyncio.sleep(claims.RENEW_SECONDS)
        with pytest.raises(ClaimLost):
            one.save(Mark(row=1))


def test_a_slow_reader_keeps_no_erasure_waiting(tmp_path: Path) -> None:
    """A download of rejected rows may take minutes; they are emptied from all files meanwhile."""
    file, other = JobFile(tmp_path / "job.db", b"secret"), JobFile(tmp_path / "job.db")
    rows = [FaultyRow(0, n, n, [f"Zephyrine {n}"], []) for n in range(1_200)]
    file.save(Mark(), rejected=rows, warned=rows)
    assert list(other.rejected()) == rows
    file.touch([("account", f"a{n}", 1, "import") for n in range(1_200)])
    file.done([("left", "changed", n + 1) for n in range(1_200)])
    assert [left["id"] for left in other.left()] == [f"a{n}" for n in range(1_200)]
    rejected, left = other.rejected(), other.left()
    assert (next(rejected), next(left)["id"]) == (rows[0], "a0")
    file.forget_rejected(1)
    assert b"Zephyrine" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(list(rejected)) < len(rows) - 1


def test_a_reader_in_the_middle_of_a_look_is_named(tmp_path: Path) -> None:
    file, other = JobFile(tmp_path / "job.db", b"secret"), JobFile(tmp_path / "job.db")
    file.save(Mark(), rejected=[FaultyRow(0, 1, 1, ["Zephyrine"], [])])
    other._db.execute("BEGIN")
    other.mark()
    file._db.execute("PRAGMA busy_timeout=0")
    with pytest.raises(JobStoreBusy):
        file.forget_rejected(1)
    other._db.execute("COMMIT")
    file.forget_rejected(1)
