"""A warehouse with the facts of two organisations, as the feed leaves them; each text of the second is a canary."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.analytics import facts
from services.analytics.sql.gateway import SqlGateway
from services.analytics.views.people import People
from services.customer.account import Account
from services.customer.activity import Activity
from services.customer.field_definition import FieldDefinition
from services.identity.team import Team
from services.identity.user import User
from services.sales.lead import Lead
from services.sales.opportunity import Opportunity
from services.sales.pipeline import Pipeline
from services.sales.product import Product
from shared.clock import start_of_day
from shared.events.envelope import Metadata, Recorded
from shared.security.permissions import Access, Role
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import Warehouse
from shared.warehouse.session import Limits
from shared.warehouse.tables import FactTable, Rows, shown_names
from tests.support.roles import BUILT_IN

OURS, THEIRS = "acme", "globex"
CANARY = "CANARY"
NAMES = {"u1": "Ann O'Hara", "u2": "王芳", "boss": 'Bo "B" Boss', "them": f"{CANARY} person"}


class Names(People):
    """In place of the identity views: everyone's names, the other organisation's never."""

    def __init__(self) -> None:
        """Nothing is looked up."""

    async def names(self, access: Access) -> tuple[list[str], list[str]]:
        seen = {id: name for id, name in NAMES.items() if id != "them"}
        return list(seen), list(seen.values())


def someone(user: str = "u1", role: str | Role = "administrator", team: tuple[str, ...] = (), **more: Any) -> Access:
    """A user of OURS with one role."""
    roles = (BUILT_IN[role] if isinstance(role, str) else role,)
    people = frozenset({user, *team})
    return Access(more.get("tenant", OURS), user, roles, people, people)


class Facts:
    """Gathers rows as the feed makes them."""

    def __init__(self) -> None:
        self.rows = Rows(facts.TABLES)
        self._position = 0

    def put(
        self, table: FactTable, tenant: str, id: str, after: Any, before: Any = None, at: str = "2017-01-05"
    ) -> None:
        """The row of the event after which a record is in this state. before None = its first event."""
        self._position += 1
        was = before if before is not None else type(after)()
        after.version = was.version + 1
        when = start_of_day(at)
        stream = f"{table.aggregates[0]}-{id}"
        one = Recorded(
            self._position, tenant, stream, after.version, "e", "T", 1, when, when, None, Metadata(actor="u1")
        )
        self.rows.add(table, table.made_of(was, one, after))


def organisation(f: Facts, tenant: str, mark: str) -> None:
    """Two agents and their manager, one account, one product, three opportunities, a lead and a call."""
    user = "u1" if tenant == OURS else "them"
    f.put(facts.TEAMS, tenant, f"{tenant}-team", Team(name=f"{mark} East"))
    for id, manager in ((user, "boss"), ("u2", "boss"), ("boss", None)):
        f.put(facts.USERS, tenant, id, User(status="active", teams=[f"{tenant}-team"], manager=manager))
    f.put(facts.ACCOUNTS, tenant, f"{tenant}-account", Account(name=mark, owner=user, industry=mark))
    f.put(facts.PRODUCTS, tenant, f"{tenant}-product", Product(name=mark, list_price="550.00", currency="USD"))
    stage = {"key": "engaging", "zh": "洽谈", "en": "Engaging", "probability": 20, "gate": None, "retired": False}
    f.put(facts.PIPELINES, tenant, f"{tenant}-pipeline", Pipeline(name=mark, stages=[stage]))
    f.put(facts.LEADS, tenant, f"{tenant}-lead", Lead(owner=user, source=mark, status="new"))
    f.put(facts.ACTIVITIES, tenant, f"{tenant}-activity", Activity(owner=user, kind="call", status="done"))
    field = FieldDefinition(resource="opportunity", name="region", kind="keyword", zh=mark, en=mark, options=[mark])
    f.put(facts.CUSTOM_FIELDS, tenant, f"{tenant}-region", field)
    for i, status in enumerate(("open", "won", "lost")):
        deal = Opportunity(
            name=mark,
            owner=user if i < 2 else "u2",
            account=f"{tenant}-account",
            product=f"{tenant}-product",
            pipeline=f"{tenant}-pipeline",
            stage="engaging",
            status=status,
            amount="10.50",
            currency="USD",
            opened_at=start_of_day("2017-01-05"),
            closed_at=start_of_day("2017-03-05") if i else 0,
            external_id=mark,
            source=mark if i < 2 else "secret",
            custom={"region": mark},
        )
        for table in (facts.OPPORTUNITIES, facts.STAGE_CHANGES):
            deal.version = 0
            f.put(table, tenant, f"{tenant}-{status}", deal)


async def make_tables(warehouse: Warehouse) -> None:
    """The fact tables, empty, shown to callers."""
    for table in (t for ft in facts.TABLES for t in ft.tables):
        await warehouse.command(table.ddl())
    await warehouse.publish(shown_names(facts.TABLES))


async def fill(warehouse: Warehouse) -> None:
    """The facts of two organisations: OURS has the texts "100" and "100 East", THEIRS the canary everywhere."""
    await make_tables(warehouse)
    f = Facts()
    organisation(f, OURS, "100")
    organisation(f, THEIRS, CANARY)
    await f.rows.insert(warehouse)


@asynccontextmanager
async def two_organisations(
    folder: Path, limits: Limits | None = None
) -> AsyncIterator[tuple[ConfinedWarehouse, SqlGateway]]:
    """See fill."""
    warehouse = await ConfinedWarehouse.open(f"chdb:{folder}", limits=limits)
    await fill(warehouse)
    try:
        yield warehouse, SqlGateway(warehouse, Names())
    finally:
        await warehouse.close()
