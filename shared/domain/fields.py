"""The fields every record's collection declares, beside its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.events.common import USER
from shared.views.port import Field, Key, Kind

OWNER = Field("owner", Kind.KEYWORD, "负责人", "Owner", indexed=True, writable=False, ref=USER)

_MARKS = (
    Field("tags", Kind.KEYWORDS, "标签", "Tags", indexed=True, writable=False, key=Key.TAG),
    Field("archived", Kind.BOOLEAN, "已归档", "Archived", indexed=True, writable=False),
    Field("erased", Kind.BOOLEAN, "已抹除", "Erased", writable=False),
    Field("created_at", Kind.DATETIME, "创建时间", "Created", indexed=True, writable=False),
    Field("created_by", Kind.KEYWORD, "创建人", "Created by", writable=False, ref=USER),
    Field("updated_at", Kind.DATETIME, "更新时间", "Updated", indexed=True, writable=False),
    Field("updated_by", Kind.KEYWORD, "更新人", "Updated by", writable=False, ref=USER),
    Field("custom", Kind.JSON, "自定义字段", "Custom fields"),
    Field("custom_keys", Kind.KEYWORDS, "自定义字段值", "Custom field values", indexed=True, writable=False),
    Field("custom_text", Kind.TEXT, "自定义文本", "Custom text", searchable=True, writable=False, sources=("custom",)),
)


def record_fields(
    *own: Field, owned: bool = True, sources: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Field, ...]:
    """A record's own fields, then its owner (if it has one) and the marks all records bear.

    sources: of the fields that show or tell the values of others (see Field.sources).
    """
    sources = sources or {}
    made = [replace(f, sources=sources[f.name]) if f.name in sources else f for f in own]
    return (*made, *((OWNER,) if owned else ()), *_MARKS)
