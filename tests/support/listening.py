"""A listener of a projection that keeps what it was notified of."""

from __future__ import annotations

from collections.abc import Sequence

from shared.events.envelope import Stored


class Heard:
    """events: in the order in which they came. forgot: how often everything was to be dropped."""

    def __init__(self) -> None:
        self.events: list[Stored] = []
        self.forgot = 0

    @property
    def versions(self) -> list[tuple[str, int]]:
        """Streams and versions of the events."""
        return [(one.stream, one.version) for one in self.events]

    def on_events(self, events: Sequence[Stored]) -> None:
        self.events += events

    def forget_all(self) -> None:
        self.forgot += 1
