"""Log lines without anybody's data: of an exception they show the frames and the types, never the message."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from shared.errors import told

log = logging.getLogger("crm.process")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class WithoutMessages(logging.Formatter):
    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """From the first cause to the exception itself."""
        parts: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:  # contexts may run in a circle
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{told(error)}")
            error = error.__cause__ or error.__context__
        return "\n".join(parts)


def start_logging() -> None:
    """Warnings and worse go to standard error; so does what ends the process."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutMessages(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.excepthook = lambda kind, error, place: log.critical("the process ends", exc_info=(kind, error, place))


def log_unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's exception handler: its own one would print the error with its message."""
    log.error("%s", context["message"], exc_info=context.get("exception"))
