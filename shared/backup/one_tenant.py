"""One organisation out of a log of many: its events, and its reservations of values that are unique over all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from shared.backup.problems import BackupProblem
from shared.blobs.sealed import FILES
from shared.events.envelope import Stored
from shared.kernel.uniqueness import EVERYWHERE, RESERVATION


@dataclass(slots=True)
class Extract:
    """What is put back of one organisation. It becomes a system of its own, with a ledger of its own."""

    tenant: str
    _versions: dict[str, int] = field(default_factory=dict)  # of streams that organisations share

    @staticmethod
    def names_in(events: Iterable[Stored], category: str) -> dict[str, str]:
        """tenant → the organisation's name, as these events give it. category: of the streams that hold the names."""
        found = {}
        for event in events:
            if event.category != category:
                continue
            data = orjson.loads(event.data)
            name = data.get("name") or (data.get("changes") or {}).get("name", {}).get("to")
            if name:
                found[event.tenant] = name
        return found

    @classmethod
    def of(cls, wanted: str, names: Mapping[str, str]) -> Extract:
        """wanted: a name or an id. Raises BackupProblem, which names those there are."""
        found = [tenant for tenant, name in names.items() if wanted in (tenant, name)]
        if len(found) != 1:
            known = ", ".join(f"{name} ({tenant})" for tenant, name in sorted(names.items()))
            raise BackupProblem(f"the backup has {len(found)} organisations {wanted!r}; it has {known or 'none'}")
        return cls(found[0])

    def events(self, events: Sequence[Stored]) -> list[Stored]:
        """Those of the organisation. Shared streams are numbered again: others' events in them are left out."""
        found = []
        for event in events:
            if event.tenant == self.tenant:
                found.append(event)
            elif event.tenant == EVERYWHERE and event.category == RESERVATION and self._reserved(event):
                version = self._versions[event.stream] = self._versions.get(event.stream, 0) + 1
                found.append(event._replace(version=version))
        return found

    def _reserved(self, event: Stored) -> bool:
        holder: str = orjson.loads(event.data)["holder"]
        return holder.startswith(f"{self.tenant}/")

    def has_file(self, name: str) -> bool:
        """Whether a file of the store is attached to one of its records."""
        return name.startswith(f"{FILES}/{self.tenant}/")
