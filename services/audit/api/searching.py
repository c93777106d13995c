"""What a search of the log asks: its conditions as HTTP gives them, and who may ask."""

from __future__ import annotations

import re

from fastapi import Request

from services.audit.asking import REASON, TERMS, WITHOUT, terms
from shared.errors import Invalid, NotFound, Unavailable
from shared.events.registry import is_type
from shared.explorer.explorer import LATEST, Explorer, Search
from shared.http import params
from shared.http.auth import Authenticator
from shared.kernel.kernel import Kernel
from shared.messages import say, shown
from shared.security.permissions import Access

PARAMETERS = (*TERMS, REASON, WITHOUT, "since", "until", "limit", "cursor")
_TEXT = re.compile(r"[^\x00-\x1f]{1,200}")


class Callers:
    """Who asks the explorer."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.authenticator = kernel, Authenticator(kernel)

    async def allowed(self, request: Request) -> tuple[Access, Explorer]:
        """Raises Forbidden; Unavailable where this process keeps no index."""
        access = await self.authenticator.access(request)
        access.check("audit", "read")
        if self.kernel.explorer is None:
            raise Unavailable("this process keeps no index of the log")
        return access, self.kernel.explorer


def asked(request: Request, given: dict[str, str]) -> Search:
    """given: by name of parameter. Raises Invalid."""
    calendar = params.calendar_of(request)
    for name in (*TERMS, REASON):
        if given.get(name) and not _TEXT.fullmatch(given[name]):
            raise Invalid.field(name, "bad-query", "a text of at most 200 characters is needed")
    if (without := given.get(WITHOUT)) and not is_type(without):
        raise Invalid.field(WITHOUT, "not-an-option", say("{value} is no type of event", value=shown(without)))
    since = params.beginning("since", given["since"], calendar) if given.get("since") else None
    until = params.instant("until", given["until"], calendar) if given.get("until") else None
    return Search(terms(given), since, until)


def conditions(given: dict[str, str]) -> str:
    """Of a search, whichever page of it."""
    return "&".join(f"{name}={value}" for name, value in given.items() if name not in ("cursor", "limit"))


def below(given: dict[str, str]) -> int:
    """The position that a page begins below. Raises Invalid."""
    text = given.get("cursor", "")
    if not text:
        return LATEST
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid.field("cursor", "bad-query", "this is no cursor of the same search")
    return int(text)


def id_text(value: str) -> str:
    """Raises NotFound for what no id is."""
    if not _TEXT.fullmatch(value):
        raise NotFound()
    return value
