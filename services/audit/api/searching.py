"""What a search of the log asks: its conditions as HTTP gives them, and who may ask."""

from __future__ import annotations

import re

from fastapi import Request

from services.audit.api.events import carried
from services.audit.api.explorer_docs import TERMS
from services.audit.heads import Heads
from shared.errors import Invalid, NotFound, Unavailable
from shared.events.envelope import Stored, id_of
from shared.explorer.explorer import LATEST, Explorer, Judge, Search
from shared.explorer.terms import YES, Kind
from shared.http import params
from shared.http.auth import Authenticator
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.texts import fold

PARAMETERS = (*TERMS, "reason", "since", "until", "limit", "cursor")
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
    terms: list[tuple[Kind, str]] = [(kind, given[name]) for name, (kind, _) in TERMS.items() if given.get(name)]
    for name in (*TERMS, "reason"):
        if given.get(name) and not _TEXT.fullmatch(given[name]):
            raise Invalid.field(name, "bad-query", "a text of at most 200 characters is needed")
    if given.get("reason"):
        terms.append(("reason", YES))
    since = params.beginning("since", given["since"], calendar) if given.get("since") else None
    until = params.instant("until", given["until"], calendar) if given.get("until") else None
    return Search(tuple(terms), since, until)


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


def judge_of(heads: Heads, access: Access, given: dict[str, str]) -> Judge | None:
    """What the index does not know: what the caller may learn of an event, and its reason."""
    about, wanted = given.get("about", ""), given.get("reason", "")

    async def judge(event: Stored) -> bool:
        if about and not _tells(event, about, access):
            return False
        if not wanted:
            return True
        reason = (await heads.metadata(event)).reason
        return fold(wanted) in fold(reason) and event.stream in await heads.readable([event])

    return judge if about or wanted else None


def _tells(event: Stored, about: str, access: Access) -> bool:
    """Whether the caller may learn that an event names a record: not where fields are hidden that may name it."""
    return id_of(event.stream) == about or not any(access.masks(resource) for resource in carried(event))
