"""What each record type leaves in the warehouse: ids and facts, never a person's name, address or free text about one.

Records of other services are named by their resource and read by their state's fields, as all services meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from services.analytics.rollups import ROLLUP
from shared.events.envelope import Recorded
from shared.warehouse.tables import Column, FactTable, day, moment, money, within

_REF = "LowCardinality(String)"


def _texts(type_: str, *names: str) -> tuple[Column, ...]:
    """Columns of the fields of these names; "" for nothing."""
    return tuple(Column(name, type_, _or_blank(attrgetter(name))) for name in names)


def _or_blank(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda state: read(state) or ""


def _made(type_: str, name: str, convert: Callable[[Any], Any], field: str = "") -> Column:
    """A column of a field (of the same name unless said), converted."""
    read = attrgetter(field or name)
    return Column(name, type_, lambda state: convert(read(state)))


def _money(name: str, type_: str = "Nullable(Decimal(18, 4))") -> Column:
    """An amount in its currency, which has four decimals at most (CLF)."""
    return _made(type_, name, money)


def _moment(name: str) -> Column:
    return _made("Nullable(DateTime64(6, 'UTC'))", name, moment)


def _entries(state: Any) -> list[tuple[str, str]]:
    """Each custom value as (name, text): a list has an entry for each of its own, money is `1054.00 CNY`."""
    found: list[tuple[str, str]] = []
    for name, value in sorted(state.custom.items()) if state.custom else ():
        found += [(name, _written(one)) for one in (value if isinstance(value, list) else [value])]
    return found


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)


# of things alone: custom values of contacts, leads, users and activities belong to persons
_CUSTOM = (
    Column("custom_names", "Array(String)", lambda state: [name for name, _ in _entries(state)]),
    Column("custom_values", "Array(String)", lambda state: [text for _, text in _entries(state)]),
)
_ARCHIVED = Column("archived", "Bool")
_CREATED_AT = _made("DateTime64(6, 'UTC')", "created_at", within)


OPPORTUNITIES = FactTable(
    facts="opportunity_facts",
    current="opportunities_now",
    version=4,
    aggregates=("opportunity",),
    columns=(
        Column("name", "String"),
        *_texts(_REF, "owner"),
        *_texts("String", "account"),
        *_texts(_REF, "product", "pipeline", "stage", "status"),
        Column("probability", "UInt8"),
        _money("amount"),
        *_texts(_REF, "currency"),
        _made("Nullable(Date32)", "close_date", day),
        _moment("opened_at"),
        _moment("closed_at"),
        *_texts(_REF, "lost_reason", "source"),
        Column("external_id", "String"),
        _ARCHIVED,
        _CREATED_AT,
        _money("base_amount"),
        *_texts(_REF, "base_currency"),
        _made("Nullable(Decimal(24, 12))", "exchange_rate", money),
        _made("Nullable(Date32)", "rate_day", day),
        *_CUSTOM,
    ),
    rollup=ROLLUP,
)


@dataclass(frozen=True, slots=True)
class _Move:
    """A deal before and after an event; `old` is None for the first one, which leaves from nothing."""

    old: Any
    new: Any


_PLACE = attrgetter("pipeline", "stage", "status")


def _moves(before: Any, recorded: Recorded, deal: Any) -> list[_Move]:
    """One for each change of pipeline, stage or status."""
    if before.version == 0:
        return [_Move(None, deal)]
    return [] if _PLACE(before) == _PLACE(deal) else [_Move(before, deal)]


STAGE_CHANGES = FactTable(
    facts="stage_change_facts",
    current="",
    version=1,
    aggregates=("opportunity",),
    columns=(
        Column("from_pipeline", _REF, lambda move: move.old.pipeline or "" if move.old else ""),
        Column("from_stage", _REF, lambda move: move.old.stage or "" if move.old else ""),
        Column("from_status", _REF, lambda move: move.old.status or "" if move.old else ""),
        Column("to_pipeline", _REF, lambda move: move.new.pipeline or ""),
        Column("to_stage", _REF, lambda move: move.new.stage or ""),
        Column("to_status", _REF, lambda move: move.new.status or ""),
    ),
    subjects=_moves,
)


ACCOUNTS = FactTable(
    facts="account_facts",
    current="accounts_now",
    version=4,
    aggregates=("account",),
    columns=(
        Column("name", "String"),
        *_texts(_REF, "owner", "type"),
        *_texts("String", "parent"),
        *_texts(_REF, "industry", "country", "city"),
        Column("employees", "Nullable(UInt32)"),
        _money("annual_revenue"),
        *_texts(_REF, "currency"),
        Column("founded", "Nullable(UInt32)"),
        *_texts("String", "merged_into"),
        _ARCHIVED,
        _CREATED_AT,
        *_texts(_REF, "region", "source"),
        *_texts("String", "postcode", "external_id"),
        _made("Array(String)", "absorbed", list),
        *_CUSTOM,
    ),
)


PRODUCTS = FactTable(
    facts="",
    current="dim_products",
    version=2,
    aggregates=("product",),
    columns=(
        Column("name", "String"),
        Column("code", "String"),
        *_texts(_REF, "series", "category"),
        _money("list_price", "Nullable(Decimal(20, 6))"),
        *_texts(_REF, "currency"),
        _ARCHIVED,
        *_CUSTOM,
    ),
)


def _of_stages(name: str, part: str) -> Column:
    """A part of each stage of a pipeline, in order."""
    return Column(name, "Array(String)", lambda pipeline: [str(stage[part]) for stage in pipeline.stages])


def _in_taiwan(stage: dict[str, Any]) -> str:
    """A stage's name in Traditional Chinese; the Simplified one where there is none."""
    return str((stage.get("titles") or {}).get("zh-TW") or stage["zh"])


PIPELINES = FactTable(
    facts="",
    current="dim_pipelines",
    version=2,
    aggregates=("pipeline",),
    columns=(
        Column("name", "String"),
        _of_stages("stages", "key"),
        _of_stages("stages_zh", "zh"),
        _of_stages("stages_en", "en"),
        _of_stages("probabilities", "probability"),
        _ARCHIVED,
        Column("stages_tw", "Array(String)", lambda pipeline: [_in_taiwan(stage) for stage in pipeline.stages]),
    ),
)


USERS = FactTable(
    facts="",
    current="dim_users",
    version=1,
    aggregates=("user",),
    columns=(
        *_texts(_REF, "status", "manager"),
        _made("Array(String)", "teams", list),
        _made("Array(String)", "roles", list),
        _ARCHIVED,
    ),
)


TEAMS = FactTable(
    facts="",
    current="dim_teams",
    version=2,
    aggregates=("team",),
    columns=(Column("name", "String"), *_texts(_REF, "parent"), _ARCHIVED, *_CUSTOM),
)


LEADS = FactTable(
    facts="lead_facts",
    current="leads_now",
    version=2,
    aggregates=("lead",),
    columns=(
        *_texts(_REF, "owner", "status", "source", "industry", "country"),
        Column("score", "Nullable(Int64)"),
        _money("amount"),
        *_texts(_REF, "currency"),
        Column("disqualified_reason", _REF, lambda lead: ""),  # text about a person
        _moment("converted_at"),
        *_texts("String", "account", "opportunity"),
        _ARCHIVED,
        _CREATED_AT,
    ),
)


def _linked(type_: str) -> Column:
    """The first record of a type that an activity is about; "" when there is none."""
    return Column(type_, "String", lambda a: next((link["id"] for link in a.linked_to if link["type"] == type_), ""))


ACTIVITIES = FactTable(
    facts="activity_facts",
    current="activities_now",
    version=2,
    aggregates=("activity",),
    columns=(
        *_texts(_REF, "owner", "kind", "status", "direction", "priority"),
        _moment("start"),
        _moment("due"),
        _moment("completed_at"),
        Column("duration", "Nullable(Int64)"),
        _linked("account"),
        _linked("opportunity"),
        _ARCHIVED,
        _CREATED_AT,
        _made("Nullable(Date32)", "due_on", day),
    ),
)

CUSTOM_FIELDS = FactTable(
    facts="",
    current="dim_custom_fields",
    version=1,
    aggregates=("field_definition",),
    columns=(
        *_texts(_REF, "resource", "name", "kind", "ref", "result"),
        *_texts("String", "zh", "en"),
        _made("Array(String)", "options", list),
        Column("required", "Bool"),
        _ARCHIVED,
    ),
)


def _main_account(contact: Any) -> str:
    """The account of a person's main role that has not ended; "" for none."""
    roles = (role["account"] for role in contact.accounts if role["active"] and role["primary"])
    return next(roles, "")


CONTACTS = FactTable(
    facts="contact_facts",
    current="contacts_now",
    version=1,
    aggregates=("contact",),
    columns=(
        *_texts(_REF, "owner"),
        Column("account", "String", _main_account),
        *_texts(_REF, "language"),
        *_texts("String", "merged_into"),
        _ARCHIVED,
        _CREATED_AT,
    ),
)

TABLES: tuple[FactTable, ...] = (
    OPPORTUNITIES,
    STAGE_CHANGES,
    ACCOUNTS,
    ACTIVITIES,
    LEADS,
    PRODUCTS,
    PIPELINES,
    USERS,
    TEAMS,
    CUSTOM_FIELDS,
    CONTACTS,
)
