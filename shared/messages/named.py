"""What people call what the API names: record types, their fields and options, in a message.

    say("another {resource} has this {field}", resource=type_named("account"), field=field_named("account", "tax_id"))

The catalogue of record types brings the words (`bring`); what nobody has brought is called as the API does.
"""

from __future__ import annotations

from typing import Protocol

from shared.messages import Message, say

Texts = tuple[str, str, str]  # en, zh-CN, zh-TW


class Words(Protocol):
    """The words for one record type, or for another thing that rights are about."""

    def one(self) -> Texts: ...
    def many(self) -> Texts: ...
    def field(self, name: str) -> Texts: ...
    def option(self, field: str, value: str) -> Texts: ...


_WORDS: dict[str, Words] = {}


def bring(resource: str, words: Words) -> None:
    """From now on messages use these words for it."""
    _WORDS[resource] = words


def type_named(resource: str) -> Message:
    """One of them: an account."""
    return _said(words.one()) if (words := _WORDS.get(resource)) else _plain(resource)


def types_named(resource: str) -> Message:
    """All of them: accounts."""
    return _said(words.many()) if (words := _WORDS.get(resource)) else _plain(resource)


def field_named(resource: str, field: str) -> Message:
    return _said(words.field(field)) if (words := _WORDS.get(resource)) else _plain(field)


def option_named(resource: str, field: str, value: str) -> Message:
    """A state, say: `won`."""
    return _said(words.option(field, value)) if (words := _WORDS.get(resource)) else _plain(value)


def _plain(name: str) -> Message:
    return _said((name, name, name))


def _said(texts: Texts) -> Message:
    """A message whose parameters are its own translations: it can be kept and revived like every other one."""
    en, zh_cn, zh_tw = texts
    return say("{en}{zh_cn:.0}{zh_tw:.0}", en=_within(en), zh_cn=zh_cn, zh_tw=zh_tw)  # .0: nothing of them in English


def _within(title: str) -> str:
    """As it stands within a sentence: `Deals` → deals, `SQL` and `VAT number` as they are."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
