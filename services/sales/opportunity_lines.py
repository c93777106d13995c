"""An opportunity's parts: its line items, and the people who have a role in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field as F

from services.sales.exchange import its_rate
from services.sales.opportunity import OPEN, OPPORTUNITY, Opportunity, require_open
from services.sales.price_book import PRICE_BOOK, PriceBook
from services.sales.product import PRODUCT, Product
from services.sales.shapes import ContactRole
from services.sales.values import Percent, Quantity, fits, line_amount, total
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.exchange import Rate, exchanged
from shared.domain.money import written
from shared.domain.types import Price, Reference
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.messages import say

COMMANDS = Commands(OPPORTUNITY, __name__)

MAX_LINES = 200
MAX_ROLES = 100

# --- line items -------------------------------------------------------------------------------------------------------

LineName = Annotated[str, F(min_length=1, max_length=200)]


class AddLineItem(CommandModel):
    """unit_price null = the price of the day in `price_book`, else in the deal's book, else the list price.

    name and tax_percent: null = the product's.
    """

    product: Reference
    name: LineName | None = None
    quantity: Quantity = "1"
    unit_price: Price | None = None
    price_book: Reference | None = None
    discount_percent: Percent = "0"
    tax_percent: Percent | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The product and the book that its price may come from."""

    product: Product
    book: PriceBook | None
    rate: Rate | None = None


async def before_add(cmd: AddLineItem, lookups: Lookups) -> Offer:
    await lookups.exists("product", "product", cmd.product)
    await lookups.exists("price_book", "price_book", cmd.price_book)
    product = await lookups.state(PRODUCT, cmd.product)
    rate = await its_rate(cmd, lookups)
    if cmd.unit_price is not None:
        return Offer(product, None, rate)
    book = cmd.price_book or (await lookups.state(OPPORTUNITY, lookups.id)).price_book
    return Offer(product, await lookups.state(PRICE_BOOK, book) if book else None, rate)


@COMMANDS.command("AddLineItem", action="edit", verb="lines", prepare=before_add, sets=("lines",), when=OPEN)
def add_line(cmd: AddLineItem, state: Opportunity, ctx: Context[Offer]) -> list[Event]:
    require_open(state)
    if len(state.lines) >= MAX_LINES:
        raise Rejected(say("a deal has {most} line items at most", most=MAX_LINES), code="too-many-lines")
    offer = ctx.facts
    price = cmd.unit_price or _price(offer, state, ctx.calendar.day_of(ctx.occurred_at))
    price = written(Decimal(price), state.currency)
    line = {
        "id": ctx.new_id(),
        "product": cmd.product,
        "name": cmd.name or offer.product.name,
        "quantity": cmd.quantity,
        "unit_price": price,
        "discount_percent": cmd.discount_percent,
        "tax_percent": cmd.tax_percent or offer.product.tax_percent,
        "amount": line_amount(cmd.quantity, price, cmd.discount_percent, state.currency),
    }
    return [events.OpportunityLineItemAdded(line, _exchanged(state, [*state.lines, line], offer.rate))]


def _exchanged(state: Opportunity, lines: list[dict[str, Any]], rate: Rate | None) -> dict[str, str]:
    """The exchange of the sum of a deal's lines. Raises Invalid when that exceeds the limit of an amount."""
    amount = total((line["amount"] for line in lines), state.currency)
    if not fits(amount):
        raise Invalid.field("quantity", "amount", "the lines of a deal come to less than 10^14")
    return exchanged(amount, state.currency, rate) if lines else {}


def _price(offer: Offer, state: Opportunity, day: str) -> str:
    """The product's price on a day. Raises Invalid when there is none, or none in the deal's currency."""
    if offer.book is not None:
        entry = offer.book.price_on(offer.product.id, day)
        price, currency = entry["price"] if entry else None, offer.book.currency
    else:
        price, currency = offer.product.list_price, offer.product.currency
    if price is None:
        raise Invalid.field("unit_price", "no-price", "the product has no price on this day; give one")
    if currency and state.currency and currency != state.currency:
        message = say(
            "the product's price is in {currency}, the deal in {of_deal}; give one",
            currency=currency,
            of_deal=state.currency,
        )
        raise Invalid.field("unit_price", "other-currency", message)
    return price


class ChangeLineItem(CommandModel):
    """What is null stays as it is."""

    line: Reference
    name: LineName | None = None
    quantity: Quantity | None = None
    unit_price: Price | None = None
    discount_percent: Percent | None = None
    tax_percent: Percent | None = None


@COMMANDS.command("ChangeLineItem", action="edit", verb="change-line", prepare=its_rate, sets=("lines",), when=OPEN)
def change_line(cmd: ChangeLineItem, state: Opportunity, ctx: Context[Rate | None]) -> list[Event]:
    require_open(state)
    before = _line(state, cmd.line)
    after = {**before, **cmd.model_dump(exclude_none=True, exclude={"line"})}
    if cmd.unit_price is not None:
        after["unit_price"] = written(Decimal(cmd.unit_price), state.currency)
    parts = (after["quantity"], after["unit_price"], after["discount_percent"])
    if parts != (before["quantity"], before["unit_price"], before["discount_percent"]):
        after["amount"] = line_amount(*parts, state.currency)
    exchange = _exchanged(state, [*(line for line in state.lines if line["id"] != cmd.line), after], ctx.facts)
    return [] if after == before else [events.OpportunityLineItemChanged(after, before, exchange)]


def _line(state: Opportunity, id: str) -> dict[str, Any]:
    line = next((line for line in state.lines if line["id"] == id), None)
    if line is None:
        raise Invalid.field("line", "unknown-line", "the deal has no such line item")
    return line


class RemoveLineItem(CommandModel):
    line: Reference


@COMMANDS.command("RemoveLineItem", action="edit", verb="remove-line", prepare=its_rate, sets=("lines",), when=OPEN)
def remove_line(cmd: RemoveLineItem, state: Opportunity, ctx: Context[Rate | None]) -> list[Event]:
    """With the last line the amount is open again."""
    require_open(state)
    line = _line(state, cmd.line)
    rest = [other for other in state.lines if other["id"] != cmd.line]
    return [events.OpportunityLineItemRemoved(line, _exchanged(state, rest, ctx.facts))]


# --- contact roles ----------------------------------------------------------------------------------------------------


class SetContactRole(CommandModel):
    """Who the contact is in this deal: one role each."""

    contact: Reference
    role: ContactRole


async def contact_exists(cmd: SetContactRole, lookups: Lookups) -> None:
    await lookups.exists("contact", "contact", cmd.contact)


@COMMANDS.command(
    "SetContactRole", action="edit", verb="contact-role", prepare=contact_exists, sets=("contact_roles",), when=OPEN
)
def set_contact_role(cmd: SetContactRole, state: Opportunity, ctx: Context) -> list[Event]:
    require_open(state)
    previous = _role(state, cmd.contact)
    if previous == cmd.role:
        return []
    if previous is None and len(state.contact_roles) >= MAX_ROLES:
        raise Rejected(say("a deal has {most} contacts at most", most=MAX_ROLES), code="too-many-contacts")
    return [events.OpportunityContactRoleSet(cmd.contact, cmd.role, previous)]


def _role(state: Opportunity, contact: str) -> str | None:
    return next((r["role"] for r in state.contact_roles if r["contact"] == contact), None)


class RemoveContactRole(CommandModel):
    contact: Reference


@COMMANDS.command("RemoveContactRole", action="edit", verb="remove-contact-role", sets=("contact_roles",), when=OPEN)
def remove_contact_role(cmd: RemoveContactRole, state: Opportunity, ctx: Context) -> list[Event]:
    require_open(state)
    role = _role(state, cmd.contact)
    return [] if role is None else [events.OpportunityContactRoleRemoved(cmd.contact, role)]
