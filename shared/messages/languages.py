"""Messages in the caller's language: negotiation (RFC 9110 §12.5.4) and the catalogue of translations."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeGuard, get_args

import yaml

from shared.messages import Message

Language = Literal["en", "zh-CN", "zh-TW"]
ENGLISH: Final = "en"
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")
_MOST = 20  # ranges of an Accept-Language header that are looked at


def is_language(value: object) -> TypeGuard[Language]:
    return value in get_args(Language)


def negotiated(accept_language: str) -> Language | None:
    """The best language for an Accept-Language header; None where it names none that we have."""
    found: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accept_language.split(",")[:_MOST]):
        tag, _, quality = part.partition(";q=")
        language = _language(tag.strip().lower())
        if language is not None and (weight := _quality(quality)) > 0:
            found.append((-weight, place, language))
    return min(found)[2] if found else None


def _language(tag: str) -> Language | None:
    if tag.startswith(_TRADITIONAL):
        return "zh-TW"
    primary = tag.partition("-")[0]
    return "zh-CN" if primary == "zh" else ENGLISH if primary == "en" else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def in_language(message: str, language: Language) -> str:
    """The message in a language; in English where the catalogue lacks its template."""
    if language == ENGLISH:
        return str(message)
    template = message.template if isinstance(message, Message) else message
    translation = catalogue().get(template, {}).get(language)
    if translation is None:
        return str(message)
    return translation.format_map(_translated(message, language)) if isinstance(message, Message) else translation


def _translated(message: Message, language: Language) -> dict[str, Any]:
    return {n: in_language(p, language) if isinstance(p, Message) else p for n, p in message.params.items()}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Template → language → translation, of all YAML files of this folder."""
    found: dict[str, dict[str, str]] = {}
    for file in files_of_messages():
        found.update(translations(file))
    return found


def files_of_messages() -> list[str]:
    return sorted(f.name for f in files("shared.messages").iterdir() if f.name.endswith(".yaml"))


def translations(file: str) -> dict[str, dict[str, str]]:
    """Template → language → translation of one file."""
    entries: dict[str, dict[str, str]] = yaml.load(
        files("shared.messages").joinpath(file).read_bytes(), yaml.CSafeLoader
    )
    return entries
