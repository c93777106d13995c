"""What a conversion carries from the lead in addition: custom fields of the same name, tags, the description; and what
an existing account or contact lacks. Only names are kept in the plan: the values are the lead's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.sales.lead import Lead
from shared.domain.custom_values import BadValue, normal, path
from shared.domain.match import tag_key
from shared.domain.record import Record
from shared.errors import Invalid
from shared.kernel.lookups import Lookups
from shared.views.port import Document

ACCOUNT_FIELDS = (
    *("website", "industry", "country", "region", "city", "postcode", "address"),
    *("employees", "annual_revenue", "source"),
)  # that a new account takes from the lead, and an existing one where it has nothing
CONTACT_LACKS = ("salutation", "title", "department", "wechat", "source", "description")
DESCRIBED = "contact"  # the description may name the person, so it goes where the person is erased
Fills = dict[str, list[str]]  # record type → fields that it takes from the lead


async def carried(lead: Lead, chosen: Mapping[str, str | None], created: list[str], lookups: Lookups) -> Fills:
    """The fields of each record of a conversion that the lead fills, as far as the caller may set them.

    chosen: record type → id, None where there is none.
    """
    found: Fills = {}
    own = await lookups.defined("lead")
    for resource, id in chosen.items():
        if id is None:
            continue
        new = resource in created
        record = lookups.catalogue[resource].state() if new else await lookups.record(resource, id)
        if not new and not lookups.access.allows(resource, "edit", record.owner):
            continue
        custom = [name async for name in _custom(lead, own, resource, record, lookups)]
        names = [*(_new(resource, lead) if new else _lacking(resource, lead, record)), *custom]
        if fields := [n for n in names if lookups.access.may_write(resource, n)]:
            found[resource] = fields
    return found


async def _custom(lead: Lead, own: Mapping[str, Document], resource: str, record: Record, lookups: Lookups) -> Any:
    """The custom fields that are defined alike for both, with values that both take."""
    defined = await lookups.defined(resource)
    for name, value in lead.custom.items():
        mine, theirs = own.get(name), defined.get(name)
        if value is None or mine is None or theirs is None or record.custom.get(name) is not None:
            continue
        if (mine["kind"], mine.get("ref")) == (theirs["kind"], theirs.get("ref")) and await _fits(
            theirs, value, lookups
        ):
            yield path(name)


async def _fits(definition: Document, value: Any, lookups: Lookups) -> bool:
    try:
        if normal(definition, value) and definition["kind"] == "reference":
            await lookups.named(path(definition["name"]), definition["ref"], value)
    except (BadValue, Invalid):
        return False
    return True


def _new(resource: str, lead: Lead) -> Iterator[str]:
    """In addition to what the step that creates the record always takes."""
    if resource == DESCRIBED and lead.description:
        yield "description"
    if lead.tags:
        yield "tags"


def _lacking(resource: str, lead: Lead, record: Any) -> Iterator[str]:
    plain = {"account": ACCOUNT_FIELDS, "contact": CONTACT_LACKS}.get(resource, ())
    for name in plain:
        if getattr(lead, name) and not getattr(record, name) and (name != "annual_revenue" or _adds_up(lead, record)):
            yield name
    if resource == "contact":
        if lead.email and not record.emails:
            yield "email"
        if (lead.phone or lead.mobile) and not record.phones:
            yield "phone"
    if plain and missing_tags(lead, record):
        yield "tags"


def _adds_up(lead: Lead, record: Any) -> bool:
    return record.currency in (None, "", lead.currency)


def missing_tags(lead: Lead, record: Record) -> list[str]:
    here = {tag_key(tag) for tag in record.tags}
    return [tag for tag in lead.tags if tag_key(tag) not in here]


def body_of(lead: Lead, fields: list[str]) -> dict[str, Any]:
    """The plain and custom fields as a command takes them."""
    custom = {n.partition(".")[2] for n in fields if n.startswith("custom.")}
    body: dict[str, Any] = {n: getattr(lead, n) for n in fields if n in ACCOUNT_FIELDS or n in CONTACT_LACKS}
    if "annual_revenue" in body:
        body["currency"] = lead.currency
    if kept := {n: v for n, v in lead.custom.items() if n in custom}:
        body["custom"] = kept
    return body
