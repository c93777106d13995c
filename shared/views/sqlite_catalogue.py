"""What the file holds: its collections, who has which number, the checkpoints. Its changer holds the writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from shared.sqlitefile import transaction
from shared.views.port import Checkpoint, Collection, Lease
from shared.views.sqlite_leases import prolong
from shared.views.sqlite_table import Table
from shared.views.stored import dump, load, same_shape


class FileCatalogue:
    """tables: the live collections by name. building: unfinished rebuilds by their temporary name."""

    def __init__(self, db: sqlite3.Connection, *, indexed: bool) -> None:
        self._db, self._indexed = db, indexed
        self.tables: dict[str, Table] = {}
        self.building: dict[str, Table] = {}
        self.numbers: dict[str, int] = {name: id for id, name in db.execute("SELECT id, name FROM names")}
        self._drop_dead()

    def number(self, name: str) -> int:
        """A tenant's or owner's number, given one if it is new."""
        found = self.numbers.get(name)
        if found is None:
            found = self._db.execute("INSERT INTO names(name) VALUES(?)", (name,)).lastrowid
            assert found is not None
            self.numbers[name] = found
        return found

    def table(self, name: str) -> Table:
        """A live collection or an unfinished rebuild. Raises KeyError."""
        return self.building[name] if name in self.building else self.tables[name]

    def declare(self, collections: Sequence[Collection]) -> list[str]:
        """See Views.declare."""
        with transaction(self._db):
            found = [(self._declare(c), c.name) for c in collections]
        for (table, _), _ in found:
            for statement in table.probes():
                self._db.execute(statement)
        self.tables.update((name, table) for (table, _), name in found)
        return [name for (_, wanted), name in found if wanted]

    def _declare(self, declared: Collection) -> tuple[Table, bool]:
        row = self._db.execute(
            "SELECT id, wanted, declaration FROM collections WHERE name = ? AND live = 1", (declared.name,)
        ).fetchone()
        if row is None:
            return self._create(declared, live=True, wanted=self._has_history()), True
        number, wanted, stored = row
        if not same_shape(stored, declared):
            return Table(number, load(stored), ready=self._indexed, filled=self._indexed, stale=True), True
        self._db.execute("UPDATE collections SET declaration = ? WHERE id = ?", (dump(declared), number))
        return Table(number, declared, ready=self._indexed, filled=self._indexed), bool(wanted)

    def _has_history(self) -> bool:
        """Whether events were projected already, so that a new collection needs more than what is to come."""
        return self._db.execute("SELECT 1 FROM checkpoints WHERE position > 0").fetchone() is not None

    def _create(self, declared: Collection, *, live: bool, wanted: bool) -> Table:
        insert = "INSERT INTO collections(name, live, wanted, declaration) VALUES(?, ?, ?, ?)"
        number = self._db.execute(insert, (declared.name, live, wanted, dump(declared))).lastrowid
        assert number is not None
        table = Table(number, declared, ready=live and self._indexed, filled=self._indexed)
        for statement in [*table.create(), *(table.indexes() if table.ready else [])]:
            self._db.execute(statement)
        return table

    def begin_rebuild(self, declared: Collection) -> str:
        """See Views.begin_rebuild."""
        for name, table in list(self.building.items()):
            if table.declaration.name == declared.name:
                self.drop(table)
                del self.building[name]
        with transaction(self._db):
            table = self._create(declared, live=False, wanted=False)
        name = f"{declared.name}~{table.number}"
        self.building[name] = table
        return name

    def swap(self, rebuilt: str, checkpoints: Sequence[Checkpoint], lease: Lease | None) -> Table | None:
        """Make the rebuilt collection the live one; returns the old one, which nobody finds any more.

        Raises LeaseLost.
        """
        table = self.building[rebuilt]
        name = table.declaration.name
        with transaction(self._db):
            self._db.execute("UPDATE collections SET live = 0 WHERE name = ?", (name,))
            self._db.execute("UPDATE collections SET live = 1 WHERE id = ?", (table.number,))
            self.keep(checkpoints)
            if lease is not None:
                prolong(self._db, lease)
        old = self.tables.get(name)
        self.tables[name] = table
        del self.building[rebuilt]
        return old

    def keep(self, checkpoints: Sequence[Checkpoint]) -> None:
        for c in checkpoints:
            row = c.projection, c.position, c.chain_hash
            self._db.execute("INSERT OR REPLACE INTO checkpoints VALUES(?, ?, ?)", row)

    def drop(self, table: Table) -> None:
        """Give its pages back unwritten, which is quick; `purge` is what makes their content disappear."""
        self._db.execute("PRAGMA secure_delete=OFF")
        try:
            with transaction(self._db):
                for statement in table.drop():
                    self._db.execute(statement)
                self._db.execute("DELETE FROM collections WHERE id = ?", (table.number,))
        finally:
            self._db.execute("PRAGMA secure_delete=ON")

    def _drop_dead(self) -> None:
        """What a crash left of a rebuild or a swap."""
        for number, stored in self._db.execute("SELECT id, declaration FROM collections WHERE live = 0").fetchall():
            self.drop(Table(number, load(stored), ready=False, filled=False))
