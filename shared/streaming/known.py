"""Which events of a log belong to records of this program, and which it cannot know."""

from __future__ import annotations

from shared.events.envelope import Stored, category_of
from shared.kernel.catalogue import Catalogue
from shared.kernel.uniqueness import RESERVATION
from shared.readlog.readlog import CATEGORY as READS


class UnknownRecordType(Exception):
    """The catalogue of this process lacks a record type of the log: it may not project."""


def has_type(catalogue: Catalogue, one: Stored) -> bool:
    """Whether it is an event of a record. Raises UnknownRecordType: no position may pass events that another program
    would show.
    """
    category = category_of(one.stream)
    if category not in catalogue and category not in (RESERVATION, READS, *catalogue.streams):
        raise UnknownRecordType(f"event {one.position}: this program has no record type {category!r}")
    return category in catalogue
