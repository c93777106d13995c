"""Price book: what products cost certain buyers, from which day on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from pydantic import Field as F

from services.sales.shapes import PriceEntry
from services.sales.values import Day
from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.money import written
from shared.domain.record import Record
from shared.domain.types import Currency, Custom, Reference
from shared.domain.types import Price as UnitPrice
from shared.domain.undo import Reverse, Step
from shared.errors import Invalid
from shared.events import sales_products as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.permissions import Level
from shared.security.roles import SEEN_BY_ALL, grant
from shared.views.port import Collection, Field, Kind

Price = dict[str, str]  # price, valid_from
Description = Annotated[str, VERBATIM, F(max_length=2000)]

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class PriceBook(Record):
    """`entries`: by product the prices in the order of the days they begin on."""

    name: Annotated[
        str,
        F(min_length=1, max_length=200),
        plain(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True),
    ] = ""
    currency: Annotated[Currency, displayed(Kind.KEYWORD, "币种", "Currency", indexed=True, required=True)] = ""
    description: Annotated[Description, plain(Kind.TEXT, "说明", "Description", searchable=True)] = ""
    entries: Annotated[
        dict[str, list[Price]],
        displayed(Kind.JSON, "价格", "Prices", writable=False, shape=dict[str, list[PriceEntry]]),
    ] = field(default_factory=dict)

    def price_on(self, product: str, day: str) -> Price | None:
        """The entry that holds on a day; None before the first one."""
        past = [p for p in self.entries.get(product, []) if p["valid_from"] <= day]
        return past[-1] if past else None


def evolve(state: PriceBook, event: Event) -> None:
    match event:
        case events.PriceBookCreated(name=name, currency=currency, description=description, custom=custom):
            state.name, state.currency, state.description, state.custom = name, currency, description, custom
        case events.PriceSet(product=product, price=price, valid_from=valid_from):
            kept = _without(state, product, valid_from)
            entries = sorted([*kept, {"price": price, "valid_from": valid_from}], key=lambda p: p["valid_from"])
            state.entries = {**state.entries, product: entries}
        case events.PriceRemoved(product=product, valid_from=valid_from):
            entries = _without(state, product, valid_from)
            others = {p: e for p, e in state.entries.items() if p != product}
            state.entries = {**others, product: entries} if entries else others


def _without(state: PriceBook, product: str, valid_from: str) -> list[Price]:
    return [p for p in state.entries.get(product, []) if p["valid_from"] != valid_from]


PRICE_BOOK = Aggregate(
    name="price_book",
    service="sales",
    noun="price-books",
    looks_up=("product",),
    state=PriceBook,
    evolve=evolve,
    grants={**SEEN_BY_ALL, "sales_manager": grant(Level.ALL, "read", "create", "edit", "archive", "export")},
    collection=Collection(
        "price_books",
        1,
        record_fields(
            PriceBook,
            Field(
                "products",
                Kind.KEYWORDS,
                "产品",
                "Products",
                indexed=True,
                writable=False,
                types=("product",),
                technical=True,
            ),
            owned=False,
            sources={"products": ("entries",)},
        ),
        owner=None,
    ),
    not_undoable=frozenset({"sales.PriceBookArchived", "sales.PriceBookRestored"}),
    shown=lambda b: {"products": sorted(b.entries)},
)


def entries_back(back: Changes, state: PriceBook) -> Iterator[Step]:
    """The prices that have to be set or removed."""
    now, wanted = _prices(back["entries"]["from"]), _prices(back["entries"]["to"])
    for product, day in sorted(now.keys() | wanted.keys()):
        place, price = {"product": product, "valid_from": day}, wanted.get((product, day))
        if price is None:
            yield "RemovePrice", place
        elif price != now.get((product, day)):
            yield "SetPrice", {**place, "price": price}


def _prices(entries: dict[str, list[Price]]) -> dict[tuple[str, str], str]:
    return {(product, p["valid_from"]): p["price"] for product, prices in entries.items() for p in prices}


add_lifecycle(
    PRICE_BOOK,
    "PriceBook",
    Lifecycle(
        None,
        events.PriceBookTagsChanged,
        events.PriceBookArchived,
        events.PriceBookRestored,
        events.PriceBookChangeUndone,
    ),
    reverses=(Reverse(("entries",), entries_back),),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class CreatePriceBook(CommandModel, plain=PriceBook, also=("currency",), required=("name", "currency")):
    custom: Custom = F(default_factory=dict)

    model_config = {"json_schema_extra": {"examples": [{"name": "Partners 2027", "currency": "CNY"}]}}


@PRICE_BOOK.command("CreatePriceBook", action="create", verb="", creates=True)
def create(cmd: CreatePriceBook, state: PriceBook, ctx: Context) -> list[Event]:
    new = cmd.onto(PriceBook())
    return [events.PriceBookCreated(new.name, new.currency, new.description, cmd.custom)]


class ChangePriceBookDetails(CommandModel, plain=PriceBook):
    """The currency of a book never changes: its prices would mean something else."""

    custom: Custom = F(default_factory=dict)


@PRICE_BOOK.command("ChangePriceBookDetails", action="edit", verb="PATCH")
def change_details(cmd: ChangePriceBookDetails, state: PriceBook, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.PriceBookDetailsChanged(changes)] if changes else []


class SetPrice(CommandModel):
    """From `valid_from` on the product costs this, until a later entry begins; the same day again replaces it."""

    product: Reference
    price: UnitPrice
    valid_from: Day


async def product_exists(cmd: SetPrice, lookups: Lookups) -> None:
    await lookups.exists("product", "product", cmd.product)


@PRICE_BOOK.command("SetPrice", action="edit", verb="prices", prepare=product_exists, sets=("entries",))
def set_price(cmd: SetPrice, state: PriceBook, ctx: Context) -> list[Event]:
    require_live(state)
    previous = _entry(state, cmd.product, cmd.valid_from)
    price = written(Decimal(cmd.price), state.currency)
    if previous == price:
        return []
    return [events.PriceSet(cmd.product, price, cmd.valid_from, previous)]


def _entry(state: PriceBook, product: str, valid_from: str) -> str | None:
    return next((p["price"] for p in state.entries.get(product, []) if p["valid_from"] == valid_from), None)


class RemovePrice(CommandModel):
    product: Reference
    valid_from: Day


@PRICE_BOOK.command("RemovePrice", action="edit", verb="remove-price", sets=("entries",))
def remove_price(cmd: RemovePrice, state: PriceBook, ctx: Context) -> list[Event]:
    require_live(state)
    price = _entry(state, cmd.product, cmd.valid_from)
    if price is None:
        raise Invalid.field("valid_from", "unknown-price", "the book has no price of this product from that day on")
    return [events.PriceRemoved(cmd.product, price, cmd.valid_from)]
