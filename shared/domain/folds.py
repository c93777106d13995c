"""How an aggregate folds each class of event: as all records do, in its own way, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from shared.domain.record import Fold, Record, shared_fold
from shared.events.common import Erased
from shared.events.sealing import ERASED
from shared.views.port import Collection, Kind

if TYPE_CHECKING:
    from shared.domain.aggregate import Aggregate


class Folds(dict[type[Any], Fold]):
    """Event class → how the aggregate folds it; filled as classes are met, so that a fold need not ask each time."""

    def __init__(self, aggregate: Aggregate[Any]) -> None:
        super().__init__()
        self._aggregate = aggregate

    def __missing__(self, kind: type[Any]) -> Fold:
        shared, own = shared_fold(kind), self._aggregate.evolve
        steps = [shared] if shared else []
        if shared is None or self._aggregate.evolves_shared:
            steps.append(own)
        if issubclass(kind, Erased):
            steps.append(self._mask)
        self[kind] = steps[0] if len(steps) == 1 else _one_after_the_other(steps)
        return self[kind]

    def _mask(self, state: Record, event: Erased) -> None:
        state.custom, state.tags = {}, []
        if self._aggregate.forget is not None:
            self._aggregate.forget(state)
        for name, mask in _masks(self._aggregate.state, self._aggregate.collection):
            setattr(state, name, mask())


def _one_after_the_other(steps: Sequence[Fold]) -> Fold:
    def fold(state: Any, event: Any) -> None:
        for step in steps:
            step(state, event)

    return fold


def _masks(state: type[Record], collection: Collection) -> Iterable[tuple[str, Callable[[], Any]]]:
    """What stands in each personal field of an erased person: the mask in a text, nothing in all else."""
    for f in fields(state):
        declared = collection.field(f.name)
        if declared is None or not declared.personal:
            continue
        if declared.kind is Kind.TEXT:
            yield f.name, lambda: ERASED
        elif f.default_factory is not MISSING:
            yield f.name, f.default_factory
        else:
            yield f.name, lambda default=f.default: default  # type: ignore[misc]
