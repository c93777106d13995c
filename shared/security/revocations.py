"""Access tokens that the log has made void, though the views may not show it yet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from shared.clock import Micros
from shared.events.envelope import Stored
from shared.events.identity import ACCESS_ENDINGS, SESSION_ENDINGS
from shared.events.registry import names_of
from shared.security.tokens import LIFETIME

KEPT: Micros = 2 * LIFETIME * 1_000_000  # no access token lives longer
_ACCESS_ENDINGS, _SESSION_ENDINGS = names_of(*ACCESS_ENDINGS), names_of(*SESSION_ENDINGS)
_Key = tuple[str, str]  # tenant, id


class Revocations:
    """Keeps which sessions ended and which users lost access within the last 20 minutes. A listener of the log."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[_Key, Micros] = OrderedDict()  # → recorded_at
        self._users: OrderedDict[_Key, tuple[Micros, tuple[int, ...]]] = OrderedDict()  # → recorded_at, versions

    def on_events(self, events: Sequence[Stored]) -> None:
        """Take in events of the log, in its order."""
        for one in events:
            key = one.tenant, one.id
            if one.type in _SESSION_ENDINGS:
                self._sessions[key] = one.recorded_at
                self._sessions.move_to_end(key)
            elif one.type in _ACCESS_ENDINGS:
                _, versions = self._users.get(key, (0, ()))
                self._users[key] = one.recorded_at, (*versions, one.version)
                self._users.move_to_end(key)
        if events:
            self._drop_before(events[-1].recorded_at - KEPT)

    def forget_all(self) -> None:
        """Keep everything: what ended stays ended, and the follower of the log skips no event."""

    def is_ended(self, tenant: str, session: str) -> bool:
        """Whether a session ended."""
        return (tenant, session) in self._sessions

    def endings_after(self, tenant: str, user: str, version: int) -> int:
        """How often all access tokens of a user became void after a version of the user's record."""
        _, versions = self._users.get((tenant, user), (0, ()))
        return sum(one > version for one in versions)

    def _drop_before(self, moment: Micros) -> None:
        while self._sessions and next(iter(self._sessions.values())) < moment:
            self._sessions.popitem(last=False)
        while self._users and next(iter(self._users.values()))[0] < moment:
            self._users.popitem(last=False)
