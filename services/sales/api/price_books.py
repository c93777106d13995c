"""The price of a product on a day, by a price book."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import Response

from services.sales.price_book import PRICE_BOOK
from services.sales.values import Day
from shared.errors import Forbidden, Invalid, NotFound
from shared.http import params
from shared.http.answers import Answer, Date, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter, query
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.messages.findings import message_of

_DAY: TypeAdapter[str] = TypeAdapter(Day)
_PARAMETERS = frozenset({"product", "on", "as_of", "known_at"})


class Price(Answer):
    product: str
    on: Date
    price: Annotated[str, Field(examples=["1054.00"])]
    currency: str
    valid_from: Date


PRICE = operation(
    "priceInPriceBook",
    "The price of a product on a day",
    "price-books",
    {200: answer("The entry that holds on that day; 404 when the book has none", Price)},
    parameters=[
        parameter("Id"),
        query("product", "The product's id", required=True),
        query("on", "The day; today, where the organisation is, unless given", {"type": "string", "format": "date"}),
        parameter("AsOf"),
        parameter("KnownAt"),
    ],
    errors=RECORD_ERRORS,
)


def price_books_router(kernel: Kernel) -> APIRouter:
    router, access_of = DirectRouter(), Authenticator(kernel).access

    async def price(request: Request) -> Response:
        access, id = await access_of(request), path_id(request)
        given = params.only(params.pairs_of(request), _PARAMETERS)
        calendar = await kernel.directory.calendar(access.tenant)
        product, day = given.get("product", ""), _day(given.get("on") or calendar.day_of(kernel.clock.now()))
        if not product:
            raise Invalid.field("product", "required", "name the product")
        book = await kernel.queries.get(
            PRICE_BOOK, id, access, moment=params.moment(given, params.calendar_of(request))
        )
        if "entries" not in book:
            raise Forbidden("prices are hidden from you")
        entry = PRICE_BOOK.restore(book).price_on(product, day)
        if entry is None:
            raise NotFound("the book has no price of this product on that day")
        return model_answer(Price(**{**entry, "product": product, "on": day, "currency": book["currency"]}))

    router.add_api_route("/price-books/{id}/price", price, methods=["GET"], openapi_extra=PRICE)
    return router


def _day(text: str) -> str:
    try:
        return _DAY.validate_python(text)
    except ValidationError as error:
        raise Invalid.field("on", "day", message_of(error.errors()[0])) from error
