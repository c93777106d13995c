"""The import's own state: given its events, when a command comes, then this event or that refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.integration.bulk_act import BULK
from services.integration.import_job import IMPORT, Import
from shared.domain.command import Context
from shared.errors import Forbidden, Rejected
from shared.events.envelope import Event
from shared.events.integration import (
    ImportCompleted,
    ImportFailed,
    ImportPaused,
    ImportResumed,
    ImportReverted,
    ImportRevertStarted,
    ImportStarted,
)
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access, system_access

STARTED = ImportStarted("Accounts", "name: x", [{"name": "a.csv"}], 3, "ann")
STEP = {"name": "a", "rows": 3, "created": 2, "updated": 0, "unchanged": 0, "passed": 0, "rejected": 1, "warnings": 0}
DONE = ImportCompleted([STEP])
FAILED = ImportFailed("no disk")
REVERTING = ImportRevertStarted("bob")
REVERTED = ImportReverted(2, 0, 0)


def state_after(*events: Event) -> Import:
    state = Import(id="i1", version=len(events))
    for event in events:
        IMPORT.evolve_all(state, event)
    return state


def decide(name: str, body: dict[str, Any], *given: Event) -> list[Event]:
    command = IMPORT.commands[f"integration.{name}"]
    context = Context("t", "i1", "bob", 1, 1, system_access("t"), lambda: "n", None)
    return command.decide(command.adapter.validate_python(body), state_after(*given), context)


@pytest.mark.parametrize(
    ("given", "name", "body", "then"),
    [
        ([STARTED], "PauseImport", {"reason": "lunch"}, [ImportPaused("lunch")]),
        ([STARTED, ImportPaused("")], "PauseImport", {}, []),
        ([STARTED, ImportPaused("")], "ResumeImport", {}, [ImportResumed()]),
        ([STARTED, FAILED], "ResumeImport", {}, [ImportResumed()]),
        ([STARTED], "ResumeImport", {}, []),
        ([STARTED], "CompleteImport", {"steps": [STEP]}, [DONE]),
        ([STARTED, DONE], "CompleteImport", {"steps": [STEP]}, []),
        ([STARTED], "FailImport", {"reason": "no disk"}, [FAILED]),
        ([STARTED, DONE], "RevertImport", {}, [REVERTING]),
        ([STARTED, FAILED], "RevertImport", {}, [REVERTING]),
        ([STARTED, ImportPaused("")], "RevertImport", {}, [REVERTING]),
        ([STARTED, DONE, REVERTING], "RevertImport", {}, []),
        ([STARTED, DONE, REVERTING], "CompleteRevert", {"archived": 2, "undone": 0, "left": 0}, [REVERTED]),
        ([STARTED, DONE, REVERTING, REVERTED], "CompleteRevert", {"archived": 2, "undone": 0, "left": 0}, []),
    ],
)
def test_decisions(given: list[Event], name: str, body: dict[str, Any], then: list[Event]) -> None:
    assert decide(name, body, *given) == then


@pytest.mark.parametrize(
    ("given", "name", "body"),
    [
        ([STARTED, DONE], "PauseImport", {}),
        ([STARTED, DONE], "ResumeImport", {}),
        ([STARTED], "RevertImport", {}),
        ([STARTED, DONE, REVERTING, REVERTED], "RevertImport", {}),
        ([STARTED, DONE], "CompleteRevert", {"archived": 0, "undone": 0, "left": 0}),
        ([STARTED, DONE, REVERTING, REVERTED], "FailImport", {"reason": "x"}),
    ],
)
def test_refusals(given: list[Event], name: str, body: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as caught:
        decide(name, body, *given)
    assert caught.value.extra["code"] == "wrong-status"


def test_a_start_belongs_to_whoever_sends_it() -> None:
    body = {"name": "Accounts", "mapping": "name: x", "files": [{"name": "a.csv"}], "total": 3}
    [started] = decide("StartImport", body)
    assert started == ImportStarted("Accounts", "name: x", [{"name": "a.csv"}], 3, "bob")


def test_the_document_adds_the_steps_up() -> None:
    document = IMPORT.document(state_after(STARTED, ImportCompleted([STEP, STEP])))
    assert (document["status"], document["created"], document["rejected"]) == ("completed", 4, 2)


@pytest.mark.parametrize("aggregate", [IMPORT, BULK], ids=lambda a: a.name)
def test_an_api_key_takes_no_job_back(aggregate: AnyAggregate) -> None:
    """The revert would run with all rights of the key's user."""
    command = next(c for c in aggregate.commands.values() if c.verb == "revert")
    state = aggregate.state()
    state.status = "completed"
    access = Access("t", "ann", key="k1")
    context = Context("t", "j1", "ann", 0, 0, access, str, None)
    with pytest.raises(Forbidden):
        command.decide(command.model(), state, context)
    assert command.decide(command.model(), state, replace(context, access=Access("t", "ann")))
