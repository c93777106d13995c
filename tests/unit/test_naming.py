"""Which fields may name records of some types, and which ids a document has in them."""

from __future__ import annotations

from shared.kernel.naming import named_in, naming
from shared.views.port import Field, Kind


def test_fields_that_may_name_a_record_and_that_a_query_can_ask_for() -> None:
    fields = [
        Field("lead", Kind.KEYWORD, "线索", "Lead", indexed=True, ref="lead"),
        Field("links", Kind.KEYWORDS, "关联", "Links", indexed=True, types=("contact", "lead")),
        Field("record", Kind.KEYWORD, "记录", "Record", indexed=True, mixed=True),
        Field("account", Kind.KEYWORD, "客户", "Account", indexed=True, ref="account"),
        Field("former", Kind.KEYWORD, "原线索", "Former lead", ref="lead"),
        Field("name", Kind.TEXT, "名称", "Name", indexed=True),
    ]
    assert [f.name for f in naming(fields, {"lead"})] == ["lead", "links", "record"]
    assert [f.name for f in naming(fields, {"lead", "account"})] == ["lead", "links", "record", "account"]


def test_a_document_names_one_record_several_or_none() -> None:
    document = {"lead": "l1", "links": ["l2", "l3"], "none": None, "custom": {"former": "l4"}}
    one, several, none = [Field(name, Kind.KEYWORD, name, name) for name in ("lead", "links", "none")]
    custom = Field("custom.former", Kind.KEYWORD, "原", "Former")
    assert custom.is_entry
    assert [named_in(document, f) for f in (one, several, none, custom)] == [["l1"], ["l2", "l3"], [], ["l4"]]
