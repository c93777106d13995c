"""What is no refusal but only not now: it is tried again, and no work is given up for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.sales.conversion_steps import Step
from services.sales.policies import _take_back
from shared.errors import Conflict, Forbidden, Invalid, NotFound, ProjectionBehind, Rejected, Unavailable, passes


@pytest.mark.parametrize("error", [Unavailable(), ProjectionBehind(), Conflict()])
def test_what_passes_by_itself(error: Exception) -> None:
    assert passes(error)


@pytest.mark.parametrize("error", [Rejected(), NotFound(), Forbidden(), Invalid(), OSError(), ValueError()])
def test_what_is_refused_or_broken_does_not_pass(error: Exception) -> None:
    assert not passes(error)


@pytest.mark.parametrize("error", [Unavailable(), Conflict(), Rejected(), NotFound()])
async def test_what_a_conversion_made_is_taken_back_later_where_it_cannot_be_now(error: Exception) -> None:
    async def send(*_: Any, **__: Any) -> None:
        raise error

    reaction = cast(Any, SimpleNamespace(send=send, recorded=SimpleNamespace(event_id="e1")))
    step = Step("archive-deal", "sales.ArchiveDeal", {}, "deal", "d1")
    if not passes(error):
        return await _take_back(reaction, step)
    with pytest.raises(type(error)):
        await _take_back(reaction, step)
    return None
