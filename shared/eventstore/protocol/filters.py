"""Filters of `$all`: which events a reader or a subscription wants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from re import _parser  # type: ignore[attr-defined]  # the tree of a pattern, to judge it
from typing import Any, NamedTuple

from shared.events.envelope import Stored
from shared.eventstore.protocol.messages import streams, which

MAX_PATTERN, MAX_PREFIXES = 1_000, 1_000
_REPEATS = {_parser.MAX_REPEAT, _parser.MIN_REPEAT}


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
        if _repeats_repeated(_parser.parse(regex)):
            raise ValueError("a filter's pattern repeats nothing that repeats: it might never end")
        return re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern of the filter cannot be used: {error}") from error


def _repeats_repeated(parsed: Any, inside: bool = False) -> bool:
    """Whether a repetition stands in a repetition: only such a pattern doubles its work with each character."""
    for operator, argument in parsed:
        repeats = operator in _REPEATS and argument[1] != 1
        if repeats and inside:
            return True
        if any(_repeats_repeated(part, inside or repeats) for part in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    """The patterns in an operator's argument, at any depth."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _parts(one)
