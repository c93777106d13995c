"""Filters of `$all`: which events a reader or a subscription wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.events.envelope import Stored
from shared.eventstore.protocol.messages import streams, which

MAX_PATTERN, MAX_PREFIXES = 1_000, 1_000


class Filter(NamedTuple):
    """by_type: judges the event's type, else its stream. window: events looked at between two checkpoints."""

    by_type: bool
    pattern: re.Pattern[str] | None
    prefixes: tuple[str, ...]
    window: int

    @property
    def categories(self) -> Sequence[str] | None:
        """The categories that the filter names, where it names nothing else: the store has an index of them."""
        names = [prefix[:-1] for prefix in self.prefixes if prefix.endswith("-") and prefix.count("-") == 1]
        return names if names and len(names) == len(self.prefixes) and not self.by_type else None

    def wants(self, event: Stored) -> bool:
        name = event.type if self.by_type else event.stream
        return self.pattern.search(name) is not None if self.pattern else name.startswith(self.prefixes)


def parse_filter(options: streams.ReadReqOptions) -> Filter | None:
    """Raises ValueError for a filter that cannot be used."""
    if which(options, "filter_option")[0] != "filter":
        return None
    given = options.filter
    kind, expression = which(given, "filter")
    if kind not in ("event_type", "stream_identifier"):
        raise ValueError("a filter is by event type or by stream")
    window = given.max or 32
    window *= max(1, given.checkpoint_interval_multiplier)
    if expression.prefix:
        return Filter(kind == "event_type", None, _prefixes(expression.prefix), window)
    return Filter(kind == "event_type", _pattern(expression.regex), (), window)


def _prefixes(given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > MAX_PREFIXES:
        raise ValueError(f"a filter has at most {MAX_PREFIXES} prefixes")
    return tuple(given)


def _pattern(regex: str) -> re.Pattern[str]:
    if not regex or len(regex) > MAX_PATTERN:
        raise ValueError(f"a filter has prefixes or a pattern of at most {MAX_PATTERN} characters")
    try:
        return re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern of the filter cannot be used: {error}") from error
