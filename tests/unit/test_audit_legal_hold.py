"""Legal hold: placed once, released once."""

from __future__ import annotations

from services.audit.legal_hold import LEGAL_HOLD
from shared.errors import Invalid
from shared.events import audit_holds as events
from tests.unit.given import given

BODY = {"resource": "contact", "record": "01936f00-0000-7000-8000-0000000000bb", "cause": "Case 12/2026"}
PLACED = events.HoldPlaced("contact", BODY["record"], "Case 12/2026")


def test_a_hold_is_placed_and_released() -> None:
    held = given(LEGAL_HOLD).when("PlaceHold", BODY).then(PLACED)
    assert not held.state.released
    freed = held.when("ReleaseHold", {"cause": "settled"}).then(events.HoldReleased("settled"))
    assert (freed.state.released, freed.state.release_cause) == (True, "settled")
    freed.when("ReleaseHold", {"cause": "again"}).then_nothing()


def test_a_hold_names_its_matter() -> None:
    given(LEGAL_HOLD).when("PlaceHold", {**BODY, "cause": ""}).then_rejected(Invalid, "cause")
