"""The file that a person is given: all that is known about them, as JSON for programs or as a page to read."""

from __future__ import annotations

from html import escape
from typing import Any

import orjson

from services.audit.inventory import Found, Inventory, Section
from shared.labels import labels_of
from shared.messages import say
from shared.messages.languages import Language, in_language
from shared.views.port import Field, Kind

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%;margin:0 0 1rem}"
    "th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:14rem;font-weight:600}@media(prefers-color-scheme:dark){body{background:#16181d;color:#e6e6e6}}"
)
_MARKS = frozenset({"archived", "erased", "custom_text", "formulas", "version"})


def as_json(inventory: Inventory, person: dict[str, str], day: str) -> bytes:
    """The person's own records whole, with what is erased with them; of others that name them title, day and field."""
    sections = [
        {
            "resource": s.aggregate.name,
            "count": s.count,
            "whole": s.whole,
            "records": [{"by": one.by, **_values(s, one)} for one in s.records],
        }
        for s in inventory.sections
    ]
    file = {
        "person": person,
        "made": day,
        "events": inventory.events,
        "sections": sections,
        "left_out": inventory.left_out,
    }
    return orjson.dumps(file, option=orjson.OPT_INDENT_2)


def as_page(inventory: Inventory, day: str, language: Language) -> bytes:
    """A page that needs nothing else: no script, no other file."""
    title = escape(in_language(say("What is known about you"), language))
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>{escape(in_language(say('made on {day}', day=day), language))}</p>",
    ]
    for section in inventory.sections:
        parts += _section(section, language)
    if inventory.left_out:
        left = in_language(say("Not in this file: {types}", types=", ".join(inventory.left_out)), language)
        parts.append(f"<p>{escape(left)}</p>")
    return "".join(parts).encode()


def _section(section: Section, language: Language) -> list[str]:
    labels, n = labels_of(section.aggregate), section.count
    said = say("{count} records", count=n) if section.personal else say("{count} records that name you", count=n)
    count = in_language(said, language)
    if not section.whole:
        count += " · " + in_language(say("not all of them are in this file"), language)
    parts = [f"<h2>{escape(labels.many.in_(language))}</h2><p>{escape(count)}</p>"]
    fields = {f.name: f for f in section.aggregate.collection.fields}
    for one in section.records:
        rows = [
            f"<tr><th>{escape(_label(section, fields.get(name), name, language))}<td>"
            f"{escape(_text(section, fields.get(name), value, language))}"
            for name, value in _values(section, one).items()
            if value not in (None, "", [], {})
        ]
        parts.append(f"<table>{''.join(rows)}</table>")
    return parts


def _values(section: Section, found: Found) -> dict[str, Any]:
    """What of a record belongs into the file: others' records are not this person's to read."""
    document, collection = found.document, section.aggregate.collection
    if found.theirs:
        names = [f.name for f in collection.fields if f.name not in _MARKS and not f.technical] + ["custom"]
    else:
        names = [collection.title, "created_at"]
    kept = {name: document[name] for name in dict.fromkeys(names) if name in document}
    return {"id": document["id"], **kept}


def _label(section: Section, field: Field | None, name: str, language: Language) -> str:
    return name if field is None else labels_of(section.aggregate).field(field).in_(language)


def _text(section: Section, field: Field | None, value: Any, language: Language) -> str:
    if field is not None and field.options and isinstance(value, str):
        return labels_of(section.aggregate).option(field.name, value).in_(language)
    if field is not None and field.kind is Kind.KEYWORDS:
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()
