"""Log lines without anybody's data: of an exception they show the frames and the types, never the message.

Each is one line in UTC, but for the frames below it: what would end or colour a line is written as an escape.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import time
import traceback
from socket import gaierror
from types import TracebackType
from typing import Any

from shared.errors import redacted

log = logging.getLogger("crm.process")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class WithoutMessages(logging.Formatter):
    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], super().formatMessage(record))

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """From the first cause to the exception itself."""
        parts: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:  # contexts may run in a circle
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{redacted(error)}")
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
    if isinstance(context.get("exception"), gaierror):
        return  # the look-up of a name took longer than who asked waited, and said
    log.error("%s", context["message"], exc_info=context.get("exception"))
