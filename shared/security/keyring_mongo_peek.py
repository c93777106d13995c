"""A look at a key ring in MongoDB before the suite opens anything: the same that `keyring_file.RingPeek` tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from shared.mongo import Row, look
from shared.security.keyring import Checked, LogHead, subject_hash
from shared.security.keyring_mongo import check
from shared.security.rootkey import KeysUnusable, load_root_key

_ASKED = 500  # subjects looked up at once


class MongoRingPeek:
    """installation: "" for none. used: it holds a key. destroyed: how many."""

    def __init__(self, ask: Callable[[str, Row], list[Row]], meta: Row) -> None:
        self._ask = ask
        self.installation: str = meta.get("installation", "")
        self.checked = Checked(*meta.get("checked", ()))
        at = self.checked
        self.log_head = LogHead(*meta.get("log_head", (at.position, at.chain_hash)))
        self.used = bool(ask("keys_tenants", {}))
        self.destroyed = max((row["_id"] for row in ask("keys_destroyed", {})), default=0)

    def unknown(self, subjects: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Those of the (tenant, subject) pairs that have no key here and are not recorded as destroyed either."""
        rest = iter(subjects)
        while asked := {subject_hash(*one): one for one in islice(rest, _ASKED)}:
            known = {bytes(row["_id"]) for row in self._ask("keys_people", {"_id": {"$in": list(asked)}})}
            yield from (one for id, one in asked.items() if id not in known)

    def is_destroyed(self, tenant: str, subject: str) -> bool:
        return bool(self._ask("keys_destroyed", {"hash": subject_hash(tenant, subject)}))


@contextmanager
def peek(url: str, root_key_file: Path) -> Iterator[MongoRingPeek | None]:
    """None: there is no ring yet. Raises KeysUnusable, also for a server that cannot be used."""
    with look(url, "CRM_KEYS", KeysUnusable) as ask:
        meta: Row = {row["_id"]: row["value"] for row in ask("keys_meta", {})}
        if "root" not in meta:
            yield None
            return
        check("the database", meta, load_root_key(root_key_file, create=False), None)
        yield MongoRingPeek(ask, meta)
