"""Messages as a job store keeps them, so that each reader gets them in their own language."""

from __future__ import annotations

from typing import Any

from shared.messages import Message
from shared.messages.languages import Language, in_language


def kept(message: object) -> Any:
    """JSON values; a message with its template and parameters."""
    if isinstance(message, Message):
        return {"template": message.template, "params": {name: kept(p) for name, p in message.params.items()}}
    return message if isinstance(message, int) else str(message)


def revived(value: Any) -> str:
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]
    return Message(value["template"], {name: revived(param) for name, param in value["params"].items()})


def said_in(value: Any, language: Language) -> str:
    """A kept message in a language."""
    return in_language(revived(value), language)
