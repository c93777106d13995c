"""Events of the sales domain: products and price books. A landed version is never edited (see registry)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import event
from shared.events.sealing import Sealed

# --- Product ----------------------------------------------------------------------------------------------------------


@event("sales.ProductAdded")
@dataclass(frozen=True, slots=True)
class ProductAdded:
    """`details`: every plain field that was given."""

    details: Annotated[dict[str, Any], common.Notes]


@event("sales.ListPriceSet")
@dataclass(frozen=True, slots=True)
class ListPriceSet:
    list_price: str | None
    currency: str
    previous: str | None


@event("sales.ProductDetailsChanged")
@dataclass(frozen=True, slots=True)
class ProductDetailsChanged(common.DetailsChanged):
    pass


@event("sales.ProductTagsChanged")
@dataclass(frozen=True, slots=True)
class ProductTagsChanged(common.TagsChanged):
    pass


@event("sales.ProductRetired")
@dataclass(frozen=True, slots=True)
class ProductRetired(common.Archived):
    pass


@event("sales.ProductRestored")
@dataclass(frozen=True, slots=True)
class ProductRestored(common.Restored):
    pass


@event("sales.ProductChangeUndone")
@dataclass(frozen=True, slots=True)
class ProductChangeUndone(common.ChangeUndone):
    pass


# --- PriceBook --------------------------------------------------------------------------------------------------------


@event("sales.PriceBookCreated")
@dataclass(frozen=True, slots=True)
class PriceBookCreated:
    name: str
    currency: str
    description: Annotated[str, Sealed()]
    custom: Annotated[dict[str, Any], Sealed()]


@event("sales.PriceSet")
@dataclass(frozen=True, slots=True)
class PriceSet:
    """The product's price from the day `valid_from` on, until a later one begins."""

    product: str
    price: str
    valid_from: str
    previous: str | None


@event("sales.PriceRemoved")
@dataclass(frozen=True, slots=True)
class PriceRemoved:
    product: str
    price: str
    valid_from: str


@event("sales.PriceBookDetailsChanged")
@dataclass(frozen=True, slots=True)
class PriceBookDetailsChanged(common.DetailsChanged):
    pass


@event("sales.PriceBookTagsChanged")
@dataclass(frozen=True, slots=True)
class PriceBookTagsChanged(common.TagsChanged):
    pass


@event("sales.PriceBookArchived")
@dataclass(frozen=True, slots=True)
class PriceBookArchived(common.Archived):
    pass


@event("sales.PriceBookRestored")
@dataclass(frozen=True, slots=True)
class PriceBookRestored(common.Restored):
    pass


@event("sales.PriceBookChangeUndone")
@dataclass(frozen=True, slots=True)
class PriceBookChangeUndone(common.ChangeUndone):
    pass
