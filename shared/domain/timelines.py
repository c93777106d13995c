"""How records of a type appear on the timelines of the records that they are linked to."""

from __future__ import annotations

from dataclasses import dataclass

from shared.views.port import Condition


@dataclass(frozen=True, slots=True)
class OnTimelines:
    """Names of indexed fields of the record type.

    links: the ids of the records on whose timelines it appears. at: its moment there. kind: a field whose options
    callers may choose entries by; "" = none. contact: what makes a record a contact with the people in question, as
    a call that was made; () = none of them is one.
    """

    links: str
    at: str
    kind: str = ""
    contact: tuple[Condition, ...] = ()
