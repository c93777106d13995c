"""The file that a person is given: all that is known about them, as JSON for programs or as a page to read."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import orjson

from services.audit.inventory import Found, Inventory, Section
from services.audit.person_values import Values, day_in_words, listed
from services.audit.person_words import Words
from shared.messages import Message, say
from shared.messages.languages import Language, in_language

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


def as_page(inventory: Inventory, day: str, words: Words) -> bytes:
    """A page that needs nothing else: no script, no other file. day: YYYY-MM-DD."""
    language = words.language
    title = escape(in_language(say("What is known about you"), language))
    made = say("made on {day}", day=day_in_words(date.fromisoformat(day), language))
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>{escape(in_language(made, language))}</p>",
        _paragraph(say("times are those of {zone}", zone=words.zone), language),
    ]
    for section in inventory.sections:
        parts += _section(section, words)
    if inventory.left_out:
        types = dict.fromkeys(words.types[name] for name in inventory.left_out)
        left = say("Not in this file: {types}", types=listed(types, language))
        parts.append(_paragraph(left, language))
    return "".join(parts).encode()


def _paragraph(message: Message, language: Language) -> str:
    return f"<p>{escape(in_language(message, language))}</p>"


def _counted(count: int, *, personal: bool) -> Message:
    if count == 1:
        return say("1 record") if personal else say("1 record that names you")
    return say("{count} records", count=count) if personal else say("{count} records that name you", count=count)


def _section(section: Section, words: Words) -> list[str]:
    language, n = words.language, section.count
    count = in_language(_counted(n, personal=section.personal), language)
    if not section.whole:
        count += " · " + in_language(say("not all of them are in this file"), language)
    parts = [f"<h2>{escape(words.types[section.aggregate.name])}</h2><p>{escape(count)}</p>"]
    if section.aggregate.belongs_to is not None:
        parts.append(_paragraph(say("Attached files are described here; you are given them separately."), language))
    values = Values(section.aggregate, words)
    for one in section.records:
        rows = (
            f"<tr><th>{escape(title)}<td>{'<br>'.join(map(escape, lines))}"
            for title, lines in values.rows(_values(section, one))
        )
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
