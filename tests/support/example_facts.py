"""The small organisation of the analysts' guide: three people, two teams, eight deals of 2017."""

from __future__ import annotations

from copy import copy

from services.analytics import facts
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
from shared.security.permissions import Access
from tests.support.facts import OURS, Facts

NAMES = {"ann": "Ann Lee", "wang": "王芳", "bo": "Bo Berg"}

# name, owner, account, product, amount, opened, second stage on, won or lost on
DEALS = (
    ("Acme 40 seats", "ann", "acme", "pro", "4800.00", "2017-01-10", "2017-01-20", "won", "2017-03-01"),
    ("Acme upgrade", "ann", "acme", "basic", "550.00", "2017-02-01", "2017-02-11", "won", "2017-03-15"),
    ("Acme support", "ann", "acme", "basic", "600.00", "2017-04-01", "2017-04-15", "lost", "2017-05-31"),
    ("Acme renewal", "ann", "acme", "pro", "5200.00", "2017-05-20", "2017-06-10", "open", ""),
    ("华夏 首单", "wang", "huaxia", "pro", "9000.00", "2017-01-15", "2017-02-01", "won", "2017-04-20"),
    ("华夏 二期", "wang", "huaxia", "pro", "7500.00", "2017-03-10", "2017-03-30", "lost", "2017-06-05"),
    ("华夏 培训", "wang", "huaxia", "basic", "300.00", "2017-05-01", "2017-05-08", "won", "2017-06-12"),
    ("New lead deal", "wang", "", "basic", "450.00", "2017-06-20", "", "open", ""),
)


class ExampleNames(People):
    def __init__(self) -> None:
        """Nothing is looked up."""

    async def names(self, access: Access) -> tuple[list[str], list[str]]:
        return list(NAMES), list(NAMES.values())


def example(f: Facts) -> None:
    for id, name in (("east", "East"), ("west", "West")):
        f.put(facts.TEAMS, OURS, id, Team(name=name))
    for id, team in (("ann", "east"), ("wang", "west"), ("bo", "east")):
        manager = None if id == "bo" else "bo"
        f.put(facts.USERS, OURS, id, User(status="active", teams=[team], manager=manager))
    for name, kind, options in (("tier", "keyword", ["A", "B"]), ("seats", "integer", [])):
        field = FieldDefinition(resource="account", name=name, kind=kind, options=options)
        f.put(facts.CUSTOM_FIELDS, OURS, name, field)
    small, large = {"tier": "B", "seats": 40}, {"tier": "A", "seats": 120}
    acme = Account(name="Acme", owner="ann", industry="retail", country="US", custom=small)
    huaxia = Account(name="华夏科技", owner="wang", industry="software", country="CN", custom=large)
    f.put(facts.ACCOUNTS, OURS, "acme", acme)
    f.put(facts.ACCOUNTS, OURS, "huaxia", huaxia)
    f.put(facts.PRODUCTS, OURS, "pro", Product(name="GTX Pro", list_price="4821.00", currency="USD"))
    f.put(facts.PRODUCTS, OURS, "basic", Product(name="GTX Basic", list_price="550.00", currency="USD"))
    stages = [
        {"key": key, "zh": zh, "en": key.title(), "titles": titles, "probability": p, "gate": None, "retired": False}
        for key, zh, titles, p in (("prospecting", "初步接洽", {"zh-TW": "開發"}, 10), ("proposal", "方案报价", {}, 50))
    ]
    f.put(facts.PIPELINES, OURS, "standard", Pipeline(name="Standard", stages=stages))
    for id, source, owner in (("l1", "web", "ann"), ("l2", "web", "wang"), ("l3", "fair", "wang")):
        f.put(facts.LEADS, OURS, id, Lead(source=source, owner=owner, status="new"))
    for id, kind in (("a1", "call"), ("a2", "call"), ("a3", "meeting")):
        f.put(facts.ACTIVITIES, OURS, id, Activity(owner="ann", kind=kind, status="done"))
    for number, row in enumerate(DEALS):
        _deal(f, f"deal-{number}", *row)


def _deal(
    f: Facts,
    id: str,
    name: str,
    owner: str,
    account: str,
    product: str,
    amount: str,
    opened: str,
    moved: str,
    status: str,
    closed: str,
) -> None:
    deal = Opportunity(
        name=name,
        owner=owner,
        account=account or None,
        product=product,
        pipeline="standard",
        stage="prospecting",
        amount=amount,
        currency="USD",
        opened_at=start_of_day(opened),
    )
    _put(f, id, Opportunity(), deal, opened)
    if moved:
        was, deal = deal, copy(deal)
        deal.stage = "proposal"
        _put(f, id, was, deal, moved)
    if closed:
        was, deal = deal, copy(deal)
        deal.status, deal.closed_at = status, start_of_day(closed)
        _put(f, id, was, deal, closed)


def _put(f: Facts, id: str, was: Opportunity, deal: Opportunity, day: str) -> None:
    version = was.version
    for table in (facts.OPPORTUNITIES, facts.STAGE_CHANGES):
        was.version = version
        f.put(table, OURS, id, deal, was, day)
