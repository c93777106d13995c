"""What `/meta` says of a record type follows from its declaration."""

from __future__ import annotations

from typing import Any

import pytest

from shared.descriptions.describe import Description
from shared.descriptions.inputs import inputs_of
from shared.kernel.catalogue import AnyAggregate
from shared.messages.languages import Language
from shared.security.permissions import Access, Level, Role, system_access
from shared.views.port import PLAIN
from tests.support.roles import CATALOGUE
from tests.support.workshop.repair import REPAIR

AGGREGATES = tuple(CATALOGUE)
FREE = {("bulk", "body"), ("bulk", "filters"), ("preferences", "values")}  # hold what somebody else means
MADE_ONCE = {("price_book", "currency"): "prices are in it"}  # given at creation, never changed; and why


def described(aggregate: AnyAggregate, language: Language | None = "en", access: Access | None = None) -> Any:
    return Description(aggregate, access or system_access("t1"), language, CATALOGUE).type([])


def field(type_: Any, name: str) -> Any:
    return next(f for f in type_["fields"] if f["name"] == name)


def command(type_: Any, name: str) -> Any:
    return next(c for c in type_["commands"] if c["name"] == name)


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_a_field_that_a_caller_may_change_is_patched_or_has_its_command(aggregate: AnyAggregate) -> None:
    said = described(aggregate)
    declared = {f.name for f in aggregate.collection.fields if f.writable}
    changed = {f["name"] for f in said["fields"] if f.get("writable") or "edited_by" in f}
    assert {(aggregate.name, n) for n in declared - changed} <= MADE_ONCE.keys() | {(aggregate.name, "custom")}
    patched = next((c["fields"] for c in said["commands"] if c["method"] == "PATCH"), {})
    assert {f["name"] for f in said["fields"] if f.get("writable")} <= patched.keys()


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_the_command_that_edits_a_field_takes_its_value(aggregate: AnyAggregate) -> None:
    said = described(aggregate)
    for one in (f for f in said["fields"] if "edited_by" in f):
        taken = command(said, one["edited_by"])
        by_another_name = [i for i in taken.get("inputs", {}).values() if i.get("field") == one["name"]]
        assert one["name"] in taken["fields"] or by_another_name or taken["path"].endswith("/tags"), one["name"]


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_every_part_of_a_body_is_a_field_or_described(aggregate: AnyAggregate) -> None:
    said = described(aggregate)
    known = {f["name"] for f in said["fields"]}
    for one in said["commands"]:
        assert one["fields"].keys() == known & one["fields"].keys() | one.get("inputs", {}).keys()


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_a_json_value_has_a_shape(aggregate: AnyAggregate) -> None:
    held = [f for f in described(aggregate)["fields"] if f["kind"] == "json" and not f.get("technical")]
    held = [f for f in held if f.get("meaning") != "conditions"]  # the guide and OpenAPI have its shape
    bare = [
        f for f in held if not f["shape"].keys() & {"items", "values", "parts"} and f["shape"]["kind"] != "keywords"
    ]
    assert {(aggregate.name, f["name"]) for f in bare} <= FREE


@pytest.mark.parametrize(
    ("type_", "name", "meaning"),
    [
        ("account", "annual_revenue", "money"),
        ("account", "website", "url"),
        ("account", "country", "country"),
        ("account", "description", "multiline"),
        ("account", "type", "option"),
        ("account", "founded", "year"),
        ("contact", "phone", "phone"),
        ("contact", "language", "language"),
        ("activity", "duration", "minutes"),
        ("activity", "recipients", "email"),
        ("activity", "links", "reference"),
        ("opportunity", "probability", "percent"),
        ("opportunity", "close_date", "day"),
        ("opportunity", "opened_at", "moment"),
        ("opportunity", "cycle_days", "days"),
        ("opportunity", "currency", "currency"),
        ("opportunity", "lines", "structure"),
        ("organisation", "time_zone", "time_zone"),
        ("organisation", "fiscal_year_start", "month"),
    ],
)
def test_a_field_says_what_its_value_means(type_: str, name: str, meaning: str) -> None:
    declared = CATALOGUE[type_].collection.field(name)
    assert declared is not None
    assert declared.means == meaning
    said = field(described(CATALOGUE[type_]), name).get("meaning")
    assert said == (None if declared.means in PLAIN else meaning), "left out where kind, options and types say it"


def test_an_amount_is_edited_by_its_command_and_not_by_patch() -> None:
    deal = described(CATALOGUE["opportunity"])
    amount = field(deal, "amount")
    assert (amount.get("writable"), amount["edited_by"], amount["currency"]) == (None, "sales.ChangeAmount", "currency")
    forecast = command(deal, field(deal, "forecast_category")["edited_by"])
    assert forecast["inputs"]["category"]["field"] == "forecast_category"
    assert forecast["inputs"]["category"]["option_labels"]["best_case"] == "Best case"


def test_references_name_their_types() -> None:
    activity = described(CATALOGUE["activity"])
    assert field(activity, "links")["types"] == ["account", "contact", "lead", "opportunity"]
    lines = field(described(CATALOGUE["opportunity"]), "lines")["shape"]["items"]["parts"]
    assert (lines["product"]["types"], lines["unit_price"]["meaning"]) == (["product"], "money")
    assert field(described(CATALOGUE["account"]), "absorbed")["technical"] is True


def test_a_locked_field_is_edited_by_nothing() -> None:
    """The command stays: the caller may still change the currency by it."""
    role = Role("r", "角色", "Role", {"*": {"*": Level.ALL}}, read_only={"opportunity": frozenset({"amount"})})
    deal = described(CATALOGUE["opportunity"], access=Access("t1", "me", (role,)))
    assert "edited_by" not in field(deal, "amount")
    assert field(deal, "currency")["edited_by"] == "sales.ChangeAmount"


@pytest.mark.parametrize(("language", "label"), [("en", "Deals"), ("zh-CN", "商机"), ("zh-TW", "商機")])
def test_labels_are_in_one_language(language: Language, label: str) -> None:
    said = described(CATALOGUE["opportunity"], language)
    assert (said["plural"], "zh" in field(said, "name")) == (label, False)
    assert field(described(CATALOGUE["opportunity"], None), "name")["zh"] == "名称"


def test_bodies_show_meanings_in_their_schemas() -> None:
    schema = CATALOGUE["lead"].commands["sales.CaptureLead"].model.model_json_schema()
    assert schema["properties"]["email"]["x-meaning"] == "email"
    book = inputs_of(REPAIR.commands["workshop.BookRepair"])
    assert (book["depth"].options, book["name"].meaning.value) == (("inspection", "overhaul"), "text")


def test_a_deal_says_when_it_may_be_won_and_where_it_goes() -> None:
    deal = described(CATALOGUE["opportunity"])
    assert command(deal, "sales.WinOpportunity")["when"] == {"archived": [False], "status": ["open"]}
    assert "when" not in command(deal, "sales.OpenOpportunity")
    assert (deal["board"], deal["stages"]["type"], deal["subtitle"]) == ("stage", "pipeline", ["account"])
    assert deal["layouts"]["list_small"] == ["name", "account", "stage"]
    assert deal["layouts"]["create_small"] == ["name"]


def test_related_lists_are_what_names_the_record() -> None:
    related = described(CATALOGUE["account"])["related"]
    found = {(r["type"], r["field"]): r["label"] for r in related}
    assert found["opportunity", "account"] == "Deals"
    assert found["contact", "account_ids"] == "Contacts"
    assert found["activity", "links"] == "Activities"
    assert ("contact", "account") not in found, "the list of all its accounts covers the primary one"
    by_user = {(r["type"], r["field"]): r["label"] for r in described(CATALOGUE["user"])["related"]}
    assert by_user["user", "manager"] == "Users"


def test_what_a_caller_may_not_read_is_no_related_list() -> None:
    role = Role("r", "角色", "Role", {"account": {"read": Level.ALL}})
    assert described(CATALOGUE["account"], access=Access("t1", "me", (role,)))["related"] == [
        {"type": "account", "field": "parent", "label": "Accounts"}
    ]


def test_hidden_fields_are_in_no_layout() -> None:
    role = Role("r", "角色", "Role", {"*": {"*": Level.ALL}}, hidden={"opportunity": frozenset({"amount", "status"})})
    deal = described(CATALOGUE["opportunity"], access=Access("t1", "me", (role,)))
    assert "amount" not in str(deal["layouts"])
    assert "status" not in command(deal, "sales.WinOpportunity")["when"]


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_every_field_for_people_is_on_the_page_once(aggregate: AnyAggregate) -> None:
    said = described(aggregate)
    placed = [name for section in said["layouts"]["detail"] for name in section["fields"]]
    assert sorted(placed) == sorted(f["name"] for f in said["fields"] if not f.get("technical"))


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_a_record_type_that_nobody_laid_out_is_described_whole(language: Language) -> None:
    """Without a label and without a layout: from its declaration alone."""
    said = described(REPAIR, language)
    assert (said["label"], said["board"], said["group"]) == ("Repair", "depth", "other")
    assert said["layouts"]["list"] == ["name", "depth", "account", "follows", "at", "updated_at"]
    assert said["layouts"]["create"][0] == "name"
    assert said["layouts"]["create_small"] == ["name"]
    assert command(said, "workshop.BookRepair")["label"] == "Book repair"
    assert command(said, "workshop.ArchiveRepair")["when"] == {"archived": [False]}
    assert field(said, "depth")["option_labels"]["overhaul"] == "Overhaul"
    assert field(said, "account")["label"] == {"en": "Account"}.get(language, "客户" if language == "zh-CN" else "客戶")


@pytest.mark.parametrize(
    ("language", "label", "option"), [("en", "Tier", "Best"), ("zh-CN", "级别", "A"), ("zh-TW", "等級", "最佳")]
)
def test_a_custom_field_is_a_field_with_labels_in_each_language(language: Language, label: str, option: str) -> None:
    definition = {"name": "tier", "kind": "keyword", "zh": "级别", "en": "Tier", "options": ["A"], "required": False}
    definition |= {"titles": {"zh-TW": "等級"}, "option_titles": {"A": {"en": "Best", "zh-TW": "最佳"}}}
    said: Any = Description(CATALOGUE["account"], system_access("t1"), language).type([definition])
    tier = field(said, "custom.tier")
    assert (tier["label"], tier["option_labels"], tier["writable"]) == (label, {"A": option}, True)
    assert said["layouts"]["detail"][-1]["fields"] == ["custom.tier"]
