"""Product: something we sell, with its list price. A retired (archived) product stays on the deals that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field as F

from services.sales.values import Percent
from shared.domain.aggregate import Aggregate, Unique
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.match import code_key
from shared.domain.money import written
from shared.domain.record import Record, fold_values
from shared.domain.types import Currency, Custom, Price, Text
from shared.domain.undo import Reverse, Step, restored
from shared.events import sales_products as events
from shared.events.common import Changes
from shared.events.envelope import Event
from shared.security.permissions import Level
from shared.security.roles import SEEN_BY_ALL, grant
from shared.views.port import Collection, Field, Key, Kind, Meaning

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Product(Record):
    name: Annotated[str, displayed(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True)] = ""
    code: Annotated[
        str, F(max_length=60), plain(Kind.KEYWORD, "编码", "Code", indexed=True, searchable=True, key=Key.CODE)
    ] = ""
    series: Annotated[Text, plain(Kind.TEXT, "系列", "Series", indexed=True, searchable=True)] = ""
    category: Annotated[Text, plain(Kind.TEXT, "类别", "Category", indexed=True, searchable=True)] = ""
    unit: Annotated[str, F(max_length=40), plain(Kind.TEXT, "单位", "Unit")] = ""
    list_price: Annotated[
        str | None, displayed(Kind.DECIMAL, "标价", "List price", indexed=True, currency="currency", price=True)
    ] = None
    currency: Annotated[str, displayed(Kind.KEYWORD, "币种", "Currency", indexed=True, meaning=Meaning.CURRENCY)] = ""
    tax_percent: Annotated[Percent, plain(Kind.DECIMAL, "税率 %", "Tax %")] = "0"
    description: Annotated[
        str, VERBATIM, F(max_length=10_000), plain(Kind.TEXT, "说明", "Description", searchable=True)
    ] = ""
    external_id: Annotated[
        str,
        F(max_length=100),
        plain(Kind.KEYWORD, "外部编号", "External id", indexed=True, searchable=True, key=Key.CODE),
    ] = ""


def evolve(state: Product, event: Event) -> None:
    match event:
        case events.ProductAdded(details=details):
            fold_values(state, details)
        case events.ListPriceSet(list_price=list_price, currency=currency):
            state.list_price, state.currency = list_price, currency


PRODUCT = Aggregate(
    name="product",
    service="sales",
    noun="products",
    state=Product,
    evolve=evolve,
    search_rank=50,
    grants={**SEEN_BY_ALL, "sales_manager": grant(Level.ALL, "read", "create", "edit", "archive", "export")},
    collection=Collection(
        "products",
        2,
        record_fields(
            Product,
            Field("active", Kind.BOOLEAN, "在售", "Active", indexed=True, writable=False),
            owned=False,
            sources={"active": ("archived",)},
        ),
        owner=None,
    ),
    not_undoable=frozenset({"sales.ProductRetired", "sales.ProductRestored"}),
    uniques=(
        Unique("code", lambda p: p.code, code_key),
        Unique("external_id", lambda p: p.external_id, code_key),
    ),
    shown=lambda p: {"active": not p.archived},
)


def list_price_back(back: Changes, state: Product) -> list[Step]:
    wanted = restored(back, state, "list_price", "currency")
    return [("SetListPrice", {f: v for f, v in wanted.items() if f == "list_price" or v})]


add_lifecycle(
    PRODUCT,
    "Product",
    Lifecycle(
        None,
        events.ProductTagsChanged,
        events.ProductRetired,
        events.ProductRestored,
        events.ProductChangeUndone,
    ),
    reverses=(Reverse(("list_price", "currency"), list_price_back),),
)


# --- commands and their decisions -------------------------------------------------------------------------------------


class ProductDetails(CommandModel, plain=Product):
    """The plain fields, all optional: in a PATCH only those sent change."""

    custom: Custom = F(default_factory=dict)


class AddProduct(ProductDetails):
    name: Annotated[str, F(min_length=1, max_length=200)]
    list_price: Price | None = None
    currency: Currency = ""

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "GTX Pro", "code": "GTX-PRO", "list_price": "4821.00", "currency": "CNY"}]
        }
    }


@PRODUCT.command("AddProduct", action="create", verb="", creates=True)
def add(cmd: AddProduct, state: Product, ctx: Context) -> list[Event]:
    return [events.ProductAdded(_priced(cmd.model_dump(exclude_unset=True), cmd.currency))]


def _priced(values: dict[str, Any], currency: str) -> dict[str, Any]:
    """The values with the list price as its currency writes it."""
    price = values.get("list_price")
    return values if price is None else values | {"list_price": written(Decimal(price), currency)}


class ChangeProductDetails(ProductDetails):
    name: Annotated[str, F(min_length=1, max_length=200)] = ""


@PRODUCT.command("ChangeProductDetails", action="edit", verb="PATCH")
def change_details(cmd: ChangeProductDetails, state: Product, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.ProductDetailsChanged(changes)] if changes else []


class SetListPrice(CommandModel):
    """The price of those without a price book; null = none. Deals keep the price they were made with."""

    list_price: Price | None
    currency: Currency = ""


@PRODUCT.command("SetListPrice", action="edit", verb="list-price", edits=("list_price", "currency"))
def set_list_price(cmd: SetListPrice, state: Product, ctx: Context) -> list[Event]:
    require_live(state)
    currency = cmd.currency or state.currency
    price = _priced({"list_price": cmd.list_price}, currency)["list_price"]
    if (price, currency) == (state.list_price, state.currency):
        return []
    return [events.ListPriceSet(price, currency, state.list_price)]
