"""The mapping that is proposed for a file: its record type, the field of each column, values, and the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from random import Random
from typing import Any

import pytest
import yaml

from crm.roles import SERVICES, catalogue_of
from services.integration.mapping.prepared import check_columns, prepare
from services.integration.mapping.spec import parse_mapping
from services.integration.suggestion.assignment import assign
from services.integration.suggestion.columns import is_credit_code, profiles
from services.integration.suggestion.draft import draft
from services.integration.suggestion.further import Sample
from services.integration.suggestion.headings import words
from services.integration.suggestion.inspection import RECORD_TYPES, likeliest
from services.integration.suggestion.matching import Choice, match
from services.integration.suggestion.targets import Targets, targets_of
from services.integration.suggestion.value_maps import stage_map, value_map
from shared.security.permissions import Access, Role, system_access
from tests.support.exports import SYSTEMS, Export

CATALOGUE = catalogue_of(SERVICES)
ANYONE = system_access("t", "u")
EVERY = [targets_of(CATALOGUE[name], ANYONE) for name in RECORD_TYPES]
STAGES = [
    {"key": "prospecting", "zh": "初步接洽", "en": "Prospecting", "probability": 10},
    {"key": "qualification", "zh": "需求确认", "en": "Qualification", "probability": 20},
    {"key": "proposal", "zh": "方案报价", "en": "Proposal", "probability": 50},
    {"key": "negotiation", "zh": "商务谈判", "en": "Negotiation", "probability": 80},
]
EXPORTS = [pytest.param(e, id=f"{system}-{e.name}") for system, exports in SYSTEMS.items() for e in exports]


def targets(resource: str) -> Targets:
    return targets_of(CATALOGUE[resource], ANYONE)


def chosen(resource: str, columns: Sequence[str], *rows: Sequence[str]) -> dict[str, str]:
    """Column → field, for those that are not left out."""
    return {c.column: c.field for c in match(targets(resource), profiles(columns, rows)) if c.field}


def of_export(export: Export) -> tuple[list[Choice], Sample]:
    headers, table = [c.header for c in export.columns], export.table()
    found = profiles(headers, table)
    rows = [dict(zip(headers, row, strict=True)) for row in table]
    return match(targets(export.resource), found), Sample(export.name, found, rows, date(2026, 11, 20))


def proposed(export: Export) -> dict[str, Any]:
    choices, sample = of_export(export)
    return draft(targets(export.resource), sample, choices, STAGES)


# --- the exports of eight systems -------------------------------------------------------------------------------------


@pytest.mark.parametrize("export", EXPORTS)
def test_nine_of_ten_columns_are_right(export: Export) -> None:
    choices, _ = of_export(export)
    right = export.right({c.column: c.field.partition("#")[0] for c in choices})
    wrong = [c for c in choices if c.column not in right]
    assert len(right) >= 0.9 * len(choices), wrong
    assert all(0 <= c.confidence <= 1 and c.reason for c in choices)


@pytest.mark.parametrize("export", EXPORTS)
def test_the_record_type_is_told_by_the_columns_alone(export: Export) -> None:
    headers, table = [c.header for c in export.columns], export.table()
    rows = [dict(zip(headers, row, strict=True)) for row in table]
    assert likeliest(EVERY, profiles(headers, table), rows, "export.csv") == export.resource


@pytest.mark.parametrize(
    ("rows", "resource"),
    [
        ([("Anna Schmidt", "anna@web.example"), ("Jürgen Meyer", "j.meyer@post.example")], "contact"),
        ([("Anna Schmidt", "anna@web.example"), ("Peter Ek", "pe@post.example")], "contact"),
        ([("Alpine Tools", "info@alpine-tools.example"), ("Müller Bau", "mail@mueller.example")], "account"),
        ([("Anna Schmidt", ""), ("Peter Ek", "")], "account"),
        ([("Schmidt Bau", "schmidt@schmidt-bau.example"), ("Ek Mode", "kontakt@ek.example")], "account"),
    ],
)
def test_addresses_that_begin_with_names_tell_persons(rows: list[tuple[str, str]], resource: str) -> None:
    headers = ["Name", "Mail"]
    given = [dict(zip(headers, row, strict=True)) for row in rows]
    assert likeliest(EVERY, profiles(headers, rows), given, "list.csv") == resource


@pytest.mark.parametrize("export", EXPORTS)
def test_the_proposal_is_a_mapping_that_fits_catalogue_and_file(export: Export) -> None:
    mapping, lines = parse_mapping(yaml.safe_dump(proposed(export), allow_unicode=True, sort_keys=False))
    steps = prepare(mapping, lines, CATALOGUE)
    check_columns(steps, {export.name: tuple(c.header for c in export.columns)}, lines)
    assert export.resource in [step.spec.resource for step in steps]


# --- columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "columns", "row", "wanted"),
    [
        ("account", ["公司名称", "行业", "E-Mail", "Year established"], [], ["name", "industry", "email", "founded"]),
        ("account", ["客戶名稱", "統一編號", "電話", "郵遞區號"], [], ["name", "tax_id", "phone", "postcode"]),
        ("account", ["Firma", "PLZ", "Straße", "USt-IdNr."], [], ["name", "postcode", "address", "tax_id"]),
        ("account", ["Raison sociale", "Code postal", "Ville", "Pays"], [], ["name", "postcode", "city", "country"]),
        ("account", ["Empresa", "Código postal", "País", "Teléfono"], [], ["name", "postcode", "country", "phone"]),
        ("contact", ["Vorname", "Firma", "Funktion"], [], ["given_name", "account.name", "title"]),
        ("contact", ["Prénom", "Nom de famille", "Poste"], [], ["given_name", "family_name", "title"]),
        ("contact", ["Nombre de pila", "Apellidos", "Cargo"], [], ["given_name", "family_name", "title"]),
        ("contact", ["Company", "Contact"], ["Acme Inc.", "Ada Lovelace"], ["account.name", "name"]),
        ("contact", ["Title", "Name"], ["Dr.", "Ada Lovelace"], ["salutation", "name"]),
        ("contact", ["Title", "Name"], ["CFO", "Ada Lovelace"], ["title", "name"]),
        ("contact", ["Home Phone", "Mobile", "Phone"], [], ["phones.private", "phones.mobile", "phone"]),
        ("opportunity", ["opportunity_id", "close_value", "close_date"], [], ["external_id", "amount", "close_date"]),
        ("opportunity", ["Title", "Value", "Currency"], ["40 seats", "900", "EUR"], ["name", "amount", "currency"]),
        ("account", ["X", "Y"], ["91350100M000100Y43", "星河科技有限公司"], ["tax_id", "name"]),
        ("contact", ["A", "B", "C"], ["a@b.example", "Acme GmbH", "Ada Lovelace"], ["email", "account.name", "name"]),
        ("account", ["Compnay Name", "Adress"], [], ["name", "address"]),
    ],
)  # fmt: skip
def test_headings_in_six_languages_and_values(
    resource: str, columns: list[str], row: list[str], wanted: list[str]
) -> None:
    assert list(chosen(resource, columns, *([row] if row else [])).values()) == wanted


OUTLOOK = "given_name family_name account.name department title addresses.work.street addresses.work.city phone email"


@pytest.mark.parametrize(
    ("resource", "columns", "wanted"),
    [
        (
            "contact",
            "Prénom, Nom, Société, Service, Titre, Rue (bureau), Ville (bureau), Téléphone (bureau), "
            "Adresse de messagerie",
            OUTLOOK,
        ),
        (
            "contact",
            "Nombre, Apellidos, Organización, Departamento, Puesto, Calle del trabajo, Ciudad de trabajo, "
            "Teléfono del trabajo, Dirección de correo electrónico",
            OUTLOOK,
        ),
        ("contact", "Name, Vorname, Handy, Bemerkungen", "family_name given_name phones.mobile description"),
        ("contact", "名稱, 公司, 職稱, 行動電話, 電子郵件", "name account.name title phones.mobile email"),
        ("account", "Firmenname, Kundennummer, Umsatz, Kundenbetreuer", "name external_id annual_revenue owner"),
        ("account", "Razón social, NIF, Facturación anual, Empleados", "name tax_id annual_revenue employees"),
        ("account", "公司名稱, 產業別, 員工人數, 縣市, 負責業務", "name industry employees city owner"),
        (
            "opportunity",
            "Affaire, Client, Montant, Étape, Date de clôture prévue",
            "name account amount stage close_date",
        ),
        ("opportunity", "商機名稱, 客戶名稱, 金額, 幣別, 成交機率", "name account amount currency probability"),
        ("activity", "Asunto, Vencimiento, Prioridad, Estado, Cliente", "subject due priority done links.account"),
        ("lead", "线索名称, 公司名称, 手机号码, 跟进状态", "name company mobile status"),
    ],
)
def test_lists_in_other_languages(resource: str, columns: str, wanted: str) -> None:
    assert list(chosen(resource, columns.split(", ")).values()) == wanted.split()


def test_one_field_is_taken_by_one_column() -> None:
    found = match(targets("account"), profiles(["Company", "Account Name"], [["", "Acme"], ["", "Beta"]]))
    assert [c.field for c in found] == ["", "name"]
    assert "Account Name" in found[0].reason


def test_values_that_do_not_fit_speak_against_a_heading() -> None:
    assert chosen("account", ["E-mail", "Founded"], ["not at all", "later"], ["neither", "soon"]) == {}


def test_what_the_caller_may_not_fill_is_left_out() -> None:
    masked = Role("m", "m", "m", {}, {"account": frozenset({"industry", "tags"})}, {"account": frozenset({"email"})})
    limited = targets_of(CATALOGUE["account"], Access("t", "u", (masked,)))
    found = match(limited, profiles(["Name", "Industry", "E-mail", "Tags"], []))
    assert [c.field for c in found] == ["name", "", "", ""]
    assert {"name", "owner", "type"} <= set(limited.fields)


def test_custom_fields_are_known_by_name_and_titles() -> None:
    custom = [("tier", ["级别代码", "Service tier"]), ("risk", ["", ""])]
    found = match(targets("account"), profiles(["Name", "Service Tier", "custom.risk"], []), custom)
    assert [c.field for c in found] == ["name", "custom.tier", "custom.risk"]


def test_every_concept_of_the_words_is_used() -> None:
    known = set(words().concepts) and {c for concepts in words().concepts.values() for c in concepts}
    fields = {concept for own in words().fields.values() for concept in own}
    assert fields <= known
    assert known - fields == {"kept", "foreign", "chat"}


@pytest.mark.parametrize(
    ("code", "right"),
    [("91350100M000100Y43", True), ("91350100M000100Y34", False), ("91350100m000100y43", False), ("913501", False)],
)
def test_a_social_credit_code_has_a_check_sign(code: str, right: bool) -> None:
    assert is_credit_code(code) is right


# --- value maps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("account.type", "Customer - Direct", "customer"),
        ("account.type", "Channel Partner / Reseller", "partner"),
        ("account.type", "潜在客户", "prospect"),
        ("account.type", "Zulieferer", "other"),
        ("account.grade", "重点客户", "A"),
        ("lead.status", "Open - Not Contacted", "new"),
        ("lead.status", "Working - Contacted", "working"),
        ("lead.status", "Junk Lead", "disqualified"),
        ("deal.outcome", "Closed Won (Sales Pipeline)", "won"),
        ("deal.outcome", "输单", "lost"),
        ("activity.status", "Not Started", "false"),
        ("activity.priority", "Highest", "high"),
        ("boolean", "ja", "true"),
        ("boolean", "0", "false"),
    ],
)
def test_closed_sets(name: str, text: str, value: str) -> None:
    assert value_map(name, [text]) == {text: value}


def test_stages_by_name_and_by_their_usual_place() -> None:
    theirs = ["初步接洽", "Qualified To Buy", "Proposal/Price Quote", "Contract Sent", "Closed Won", "Nobody knows"]
    ours = ["prospecting", "qualification", "proposal", "negotiation", "negotiation", "prospecting"]
    assert stage_map(theirs, STAGES) == dict(zip(theirs, ours, strict=True))


@pytest.mark.parametrize(
    ("texts", "form", "unclear"),
    [
        (["3/4/2026", "12/31/2026"], "%m/%d/%Y", False),
        (["31/12/2026", "3/4/2026"], "%d/%m/%Y", False),
        (["3/4/2026", "5/6/2026"], "%m/%d/%Y", True),
        (["2026-03-04 08:30"], "%Y-%m-%d %H:%M", False),
        (["2026年3月4日"], "%Y年%m月%d日", False),
        (["24. Dezember"], "", False),
        (["4711", "4712"], "", False),
    ],
)
def test_the_form_of_days(texts: list[str], form: str, unclear: bool) -> None:
    [profile] = profiles(["Date"], [[text] for text in texts])
    assert (profile.date_form, profile.unclear) == (form, unclear)
    profile.put_day_first()
    assert profile.date_form == ("%d/%m/%Y" if unclear else form)


def test_an_unclear_order_of_day_and_month_is_said() -> None:
    found = match(targets("opportunity"), profiles(["Close date"], [["3/4/2026"]]))
    assert "the month comes first here" in found[0].reason


# --- the whole --------------------------------------------------------------------------------------------------------


def whole(resource: str, columns: list[str], *rows: list[str]) -> list[dict[str, Any]]:
    found = profiles(columns, rows)
    sample = Sample("f.csv", found, [dict(zip(columns, row, strict=True)) for row in rows], date(2026, 11, 20))
    steps: list[dict[str, Any]] = draft(targets(resource), sample, match(targets(resource), found), STAGES)["steps"]
    return steps


def test_a_company_is_made_and_looked_up_by_its_name() -> None:
    company, person = whole("contact", ["Name", "Company"], ["Ada Lovelace", "Acme"], ["Bob Gray", "Acme"])
    assert (company["resource"], company["mode"], company["key"]) == ("account", "ensure", "name")
    assert company["unless"] == {"Company": ""}
    assert person["fields"]["account"] == {"column": "Company", "lookup": "account.name", "on_error": "warn"}


@pytest.mark.parametrize(("ids", "key"), [(["1", "2"], "external_id"), (["1", "1"], "name"), (["1", ""], "name")])
def test_the_key_is_a_column_whose_values_differ(ids: list[str], key: str) -> None:
    [step] = whole("account", ["ID", "Name"], *([i, n] for i, n in zip(ids, ("Acme", "Beta"), strict=True)))
    assert (step["mode"], step["key"]) == ("upsert", key)


def test_an_address_is_the_key_if_every_row_has_a_right_one() -> None:
    columns = ["Name", "E-mail"]
    [step] = whole("contact", columns, ["Ada Lovelace", "a@b.example"], ["Bob Gray", "c@d.example"])
    assert (step["mode"], step["key"], step["fields"]["email"]) == ("upsert", "email", "E-mail")
    [step] = whole("contact", columns, *([f"Ada L{n}", f"a{n}@b.example"] for n in range(9)), ["Bob Gray", "none"])
    assert (step["mode"], step["fields"]["email"]) == ("create", {"column": "E-mail", "on_error": "warn"})


@pytest.mark.parametrize(
    ("column", "command", "field", "values"),
    [
        ("E-mail 1 - Value", "AddContactEmail", "email", "a@b.example ::: c@d.example"),
        ("E-mail", "AddContactEmail", "email", "a@b.example; c@d.example"),
        ("E-mail", "AddContactEmail", "email", "a@b.example, c@d.example"),
        ("Phone", "AddContactPhone", "phone", "+49 30 901820 ::: +49 30 901821"),
        ("Phone", "AddContactPhone", "phone", "+49 30 901820; +49 30 901821"),
    ],
)
def test_of_several_values_in_a_cell_the_first_is_the_main_one(
    column: str, command: str, field: str, values: str
) -> None:
    [step] = whole("contact", ["Name", column], ["Ada Lovelace", values])
    sign = next(sign for sign in (" ::: ", ";", ",") if sign in values)
    several = {"column": column, "split": sign, "on_error": "warn"}
    assert step["fields"][field] == {**several, "part": 1}
    [second] = step["then"]
    assert second["command"] == f"customer.{command}"
    assert second["fields"] == {field: {**several, "part": 2}, "kind": {"constant": "other"}}


def test_several_values_of_a_kind_stay_of_that_kind() -> None:
    columns = ["Name", "Phone", "Mobile Phone"]
    [step] = whole("contact", columns, ["Ada Lovelace", "+49 30 901820", "+49 170 1234567 ::: +49 171 7654321"])
    added = [(c["fields"]["phone"]["part"], c["fields"]["kind"]["constant"]) for c in step["then"]]
    assert added == [(1, "mobile"), (2, "mobile")]


def test_texts_that_stand_for_nothing_are_no_values() -> None:
    [step] = whole("contact", ["Name", "Birthday"], ["Ada Lovelace", "12/10/1985"], ["Bob Gray", "0/0/00"])
    born = {"column": "Birthday", "date": "%m/%d/%Y", "replace": {"0/0/00": ""}, "on_error": "warn"}
    assert step["fields"]["birthday"] == born


def test_two_columns_are_joined_for_one_address() -> None:
    [step] = whole("account", ["客户名称", "区", "详细地址"], ["星河", "高新区", "科技园路 3"])
    assert step["fields"]["address"] == {"concat": ["区", "详细地址"], "separator": ""}
    [step] = whole("account", ["Name", "Street", "Street 2"], ["Acme", "Main Street 3", "Floor 4"])
    assert step["fields"]["address"] == {"concat": ["Street", "Street 2"], "separator": ", "}
    [step] = whole("account", ["客户名称", "区"], ["星河", "高新区"])
    assert step["fields"]["address"] == "区"


def test_deals_without_a_beginning_begin_when_they_end() -> None:
    columns = ["Deal", "Stage", "Amount", "Close date"]
    rows = [["a", "Closed Won", "9", "3/31/2026"], ["b", "Proposal", "8", "12/31/2027"]]
    running, ended = whole("opportunity", columns, *rows)
    assert running["unless"] == ended["when"] == {"Stage": ["Closed Won"]}
    assert "at" not in running
    assert ended["at"] == {"column": "Close date", "date": "%m/%d/%Y"}


def test_rows_without_a_name_go_by_their_address() -> None:
    [step] = whole("contact", ["First name", "E-mail"], ["Ada", "a@b.example"], ["", "c@d.example"])
    assert step["fields"]["name"] == "E-mail"


# --- the assignment ---------------------------------------------------------------------------------------------------


def test_the_assignment_is_the_best_of_all() -> None:
    rng = Random(7)
    for _ in range(200):
        rows, columns = rng.randrange(1, 5), rng.randrange(1, 5)
        weights = [[rng.choice((0.0, 0.5, 0.9, 1.0, 1.7)) for _ in range(columns)] for _ in range(rows)]
        found = assign(weights)
        taken = [column for column in found if column >= 0]
        assert len(taken) == len(set(taken))
        total = sum(weights[row][column] for row, column in enumerate(found) if column >= 0)
        ways = permutations([*range(columns), *[-1] * rows], rows)
        best = max(sum(weights[r][c] for r, c in enumerate(way) if c >= 0) for way in ways)
        assert total == pytest.approx(best)


def test_nothing_to_assign() -> None:
    assert (assign([]), assign([[], []])) == ([], [-1, -1])
