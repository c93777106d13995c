"""From the versions of a record to its rows in the past."""

from __future__ import annotations

import random

from shared.past.layout import Layout
from shared.past.runs import Held, runs_of
from tests.contract.past_histories import DEALS, Histories

LAYOUT = Layout(1, DEALS)


def test_a_record_has_the_runs_of_its_first_version_until_a_value_changes() -> None:
    histories = Histories(random.Random(5))
    for _ in range(300):
        cells = LAYOUT.cells(histories.happen().versions[0].document)
        first, same = Held(1, 1, 10, cells), Held(2, 2, 20, cells)
        runs = [*runs_of(LAYOUT, [first])]
        assert runs == [*runs_of(LAYOUT, [first, same])]
        assert {run.place for run in runs} >= {*LAYOUT.places.values()}
