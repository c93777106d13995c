"""Views of what an organisation keeps in fields of its own: the definitions, and the values of records of things.

A value is seen by who sees its record and its field. Which fields somebody sees is decided once, by the definitions:
without a definition that is in use and not hidden, a value has no row.
"""

from __future__ import annotations

from dataclasses import replace

from services.analytics.views.merges import living_account
from services.analytics.views.past import OPPORTUNITIES_THEN
from services.analytics.views.spec import View
from services.analytics.views.spec import ViewColumn as C

_SEEN = (
    "PREWHERE _d.tenant = {tenant:String} WHERE NOT _d.archived AND has({custom_of:Array(String)}, _d.resource) "
    "AND NOT has({custom_hidden:Array(String)}, concat(_d.resource, '.', _d.name))"
)


def _values(resource: str, rows: str) -> str:
    """The entries of the records of a type; `{rows_<type>}` takes the condition on what the caller may see."""
    return (
        f"SELECT '{resource}' AS resource, _r.id AS id, arrayJoin(arrayEnumerate(_r.custom_names)) AS place, "
        "_r.custom_names[place] AS name, _r.custom_values[place] AS value, "
        f"arrayEnumerateUniq(_r.custom_names)[place] AS number FROM {rows} AND {{rows_{resource}}}"
    )


def _now(table: str) -> str:
    return f"{table} AS _r FINAL PREWHERE _r.tenant = {{tenant:String}} WHERE notEmpty(_r.custom_names)"


def _source(values: str) -> str:
    return (
        "(SELECT _e.resource AS resource, _e.id AS id, _e.name AS name, _e.value AS value, _e.number AS number, "
        f"_f.kind AS kind, _f.ref AS ref FROM ({values}) AS _e INNER JOIN (SELECT _d.resource AS resource, "
        f"_d.name AS name, _d.kind AS kind, _d.ref AS ref FROM dim_custom_fields AS _d FINAL {_SEEN}) AS _f "
        "ON _f.resource = _e.resource AND _f.name = _e.name) AS _o"
    )


_PARTS = {"account": "_r.owner", "opportunity": "_r.owner", "product": "", "team": ""}
_VALUES = " UNION ALL ".join(
    (
        _values("account", f"{_now('accounts_now')} AND _r.merged_into = ''"),
        _values("opportunity", f"{_now('opportunities_now')} AND NOT _r.archived"),
        _values("product", _now("dim_products")),
        _values("team", _now("dim_teams")),
    )
)
_NAME = ("field_definition.resource", "field_definition.name")
_KIND = (*_NAME, "field_definition.kind")


def _of(kinds: str, sql: str) -> str:
    return f"if(_o.kind IN ({kinds}), {sql}, NULL)"


CUSTOM_VALUES = View(
    "custom_values",
    "自定义字段的值:客户、商机、产品、团队的每个值一行",
    "Values of custom fields of accounts, opportunities, products and teams as they are now, a row each; "
    "no free text, no formulas",
    (
        C("record_type", "String", "记录类型", "Record type", "_o.resource", _NAME),
        C("record_id", "String", "记录编号", "Record's id", "_o.id", _NAME),
        C("field", "String", "字段", "Field's name, without `custom.`", "_o.name", _NAME),
        C("kind", "String", "类型", "Field's kind", "_o.kind", _KIND),
        C("place", "UInt32", "次序", "Place in a list of values, from 1", "_o.number", _NAME),
        C("value", "String", "值", "The value as text; of a merged account the id of the one it went into",
          f"if(_o.ref = 'account', {living_account('_o.value')}, _o.value)", _KIND),
        C("number", "Nullable(Decimal(38, 18))", "数值", "Of whole numbers, decimals and money",
          _of("'integer', 'decimal', 'money'", "toDecimal128OrNull(splitByChar(' ', _o.value)[1], 18)"), _KIND),
        C("currency", "String", "币种", "Of money",
          "if(_o.kind = 'money', splitByChar(' ', _o.value)[2], '')", _KIND),
        C("day", "Nullable(Date32)", "日期", "Of dates",
          _of("'date'", "if(_o.value BETWEEN '1900' AND '2300', toDate32OrNull(_o.value), NULL)"), _KIND),
        C("moment", "Nullable(DateTime64(6, 'UTC'))", "时刻", "Of moments",
          _of("'datetime'", "if(_o.value BETWEEN '1900' AND '2300', "
              "parseDateTime64BestEffortOrNull(_o.value, 6, 'UTC'), NULL)"), _KIND),
        C("yes", "Nullable(Bool)", "是否", "Of booleans",
          _of("'boolean'", "CAST(_o.value = 'true' AS Nullable(Bool))"), _KIND),
    ),
    "field_definition",
    source=_source(_VALUES),
    owner="",
    parts=_PARTS,
)  # fmt: skip

CUSTOM_VALUES_AS_OF = replace(
    CUSTOM_VALUES,
    name="custom_values_as_of",
    zh="某日结束时商机的自定义字段的值:每个值一行;字段按现在",
    en="Values of custom fields of opportunities as they were at the end of a day, a row each; fields as they are now",
    source=_source(_values("opportunity", f"{OPPORTUNITIES_THEN} AS _r WHERE notEmpty(_r.custom_names)")),
    parts={"opportunity": "_r.owner_now"},
    parameters={"day": "Date32"},
)

CUSTOM_FIELDS = View(
    "custom_fields",
    "自定义字段:每个启用的字段一行",
    "Custom fields in use of accounts, opportunities, products and teams, a row each",
    (
        C("record_type", "String", "记录类型", "Record type", "_o.resource", _NAME),
        C("field", "String", "字段", "Field's name, without `custom.`", "_o.name", _NAME),
        C("kind", "String", "类型", "Field's kind", "_o.kind", _KIND),
        C("zh", "String", "中文名", "Chinese label", "_o.zh", ("field_definition.zh",)),
        C("en", "String", "英文名", "English label", "_o.en", ("field_definition.en",)),
        C("options", "Array(String)", "选项", "The values allowed; empty for any", "_o.options",
          ("field_definition.options",)),
        C("required", "Bool", "必填", "Whether new records need it", "_o.required", ("field_definition.required",)),
        C("ref", "String", "引用类型", "Record type that a reference names", "_o.ref", ("field_definition.ref",)),
        C("result", "String", "结果类型", "Kind of a formula's result", "_o.result", ("field_definition.result",)),
    ),
    "field_definition",
    source=f"(SELECT _d.* FROM dim_custom_fields AS _d FINAL {_SEEN}) AS _o",
    owner="",
    parts=_PARTS,
)  # fmt: skip

CUSTOM: tuple[View, ...] = (CUSTOM_FIELDS, CUSTOM_VALUES, CUSTOM_VALUES_AS_OF)
