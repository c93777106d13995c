"""The check of checkpoints: they sign the tree of the log, or, in places outside, were given up by a restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.blobs.port import Blobs
from shared.errors import Unavailable
from shared.ledger.ledger import Ledger
from shared.ledger.note import BadNote, Checkpoint, VerifierKey, checkpoint_in, signed_by
from shared.ledger.places import is_statement
from shared.ledger.tiles import Tiles
from shared.ledger.timeline import FIRST, Begun, Fork, Stated, Timelines, restores_of, stated_in, unsigned_among

Note = Callable[[str], None]  # is given what is wrong


def compared(tree: Tiles, checkpoint: Checkpoint, where: str) -> str:
    """What is wrong with a checkpoint of the tree; "" = nothing."""
    if checkpoint.size > tree.size:
        has = f"the ledger has {tree.size}: it was cut off"
        return f"a checkpoint in {where} is of {checkpoint.size} leaves, {has}"
    if tree.root(checkpoint.size) != checkpoint.root:
        return f"a checkpoint in {where} is of other {checkpoint.size} leaves: the log was rewritten"
    return ""


class TimelineCheck:
    """What the statements on timelines say, in the log and outside."""

    def __init__(self, ledger: Ledger, tree: Tiles, note: Note) -> None:
        self._ledger, self._tree, self._note = ledger, tree, note
        self._begun: list[Begun] = []
        self._stated: dict[int, Stated] = {}
        self.keys: list[VerifierKey] = []  # that signed statements in the log

    async def log(self) -> None:
        """Every statement in the log is about this log, and stands where it says."""
        try:
            found = await restores_of(self._ledger.store)
        except (ValueError, TypeError) as error:
            self._note(f"a restore in the log is not as restores are written: {error}")
            return
        _, position = self._ledger.file.state()
        self._begun = [one for one in found if one.position <= position]
        for one in self._begun:
            self._take(one)

    def _take(self, one: Begun) -> None:
        said = one.restored
        if not said.statement:
            return
        try:
            key = VerifierKey.parse(said.key)
            stated = stated_in(said.statement, [key])
            if stated.fork != Fork(said.timeline, said.previous, said.size, bytes.fromhex(said.root)):
                raise BadNote("it is of another restore")
        except ValueError as error:
            self._note(f"the statement on timeline {said.timeline}: {error}")
            return
        leaf, size = self._ledger.file.leaves_up_to(one.position) - 1, stated.fork.size
        if leaf != size or self._tree.root(size) != stated.fork.root:
            self._note(f"the statement on timeline {said.timeline} is of another log: what it gives up was cut off")
            return
        self._stated[said.timeline] = stated
        self.keys.append(key)

    def outside(self, where: str, content: str, keys: list[VerifierKey]) -> None:
        """A statement in a place outside is that of the log, or of a timeline that the log gave up."""
        try:
            stated = stated_in(content, keys)
        except BadNote as error:
            self._note(f"a statement in {where}: {error}")
            return
        timeline = stated.fork.timeline
        if timeline > self._current:
            self._note(f"{where} says that timeline {timeline} began, and the log has no such restore")
        elif timeline in (one.restored.timeline for one in self._begun) and self._stated.get(timeline) != stated:
            self._note(f"the statement on timeline {timeline} in {where} is not the one in the log")
        elif self._stated.setdefault(timeline, stated) != stated:
            self._note(f"the statement on timeline {timeline} in {where} is not the one in another place outside")

    @property
    def _current(self) -> int:
        return self._begun[-1].restored.timeline if self._begun else FIRST

    def result(self) -> Timelines:
        return Timelines(self._current, unsigned_among(self._begun), self._stated)


class OutsideCheck:
    """outside: checkpoints that were read; given_up: those of them that a restore gave up."""

    def __init__(self, tree: Tiles, timelines: TimelineCheck, keys: list[VerifierKey], note: Note) -> None:
        self._tree, self._timelines, self._keys, self._note = tree, timelines, keys, note
        self.outside = self.given_up = 0

    async def run(self, places: Mapping[str, Blobs], installation: str) -> None:
        """Statements first: they say what the checkpoints may be."""
        listed = dict[str, list[str]]()
        for name, place in places.items():
            try:
                listed[name] = await place.keys(installation)
                for key in filter(is_statement, listed[name]):
                    self._timelines.outside(name, (await place.get(key)).decode(errors="replace"), self._keys)
            except Unavailable as error:
                self._note(f"{name} cannot be read: {error}")
        known = self._timelines.result()
        for name, keys in listed.items():
            try:
                for key in keys:
                    if not is_statement(key):
                        self._compare((await places[name].get(key)).decode(errors="replace"), name, known)
                        self.outside += 1
            except Unavailable as error:
                self._note(f"{name} cannot be read: {error}")

    def _compare(self, note: str, where: str, known: Timelines) -> None:
        try:
            text, key = signed_by(note, self._keys)
            checkpoint = checkpoint_in(text)
        except BadNote as error:
            self._note(f"a checkpoint in {where}: {error}")
            return
        kept = known.kept(checkpoint.timeline)
        if kept is None:
            self._note(
                f"a checkpoint in {where} is of timeline {checkpoint.timeline}, and no statement says how this log, of "
                f"timeline {known.current}, came from it: it was taken back"
            )
        elif kept.leaves is not None and checkpoint.size > kept.leaves and kept.keys == {str(key)}:
            self.given_up += 1
        elif problem := compared(self._tree, checkpoint, where):
            self._note(problem)
