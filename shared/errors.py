"""Every error a caller can meet, each with its own HTTP status (RFC 9457 problem details)."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.messages import part, say


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: where, a stable code, and why (see `say`)."""

    field: str
    code: str
    message: str


class CrmError(Exception):
    """Base of all expected failures. `type` never changes; `status` is the HTTP answer."""

    status = 500
    type = "internal"
    title = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = (), **extra: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.extra = extra


def redacted(error: BaseException) -> str:
    """An error without personal data, for logs, spans and dead letters: its type and place, not its message.

    Errors of our own types keep their codes; the file system's, SQLite's and our own of the inside, which quote no
    values, their messages.
    """
    kind, code = type(error).__name__, getattr(error, "code", None)
    if isinstance(error, CrmError):
        codes = ", ".join(e.code for e in error.errors)  # a field may be one that the caller made up
        return f"{error.type} ({codes})" if codes else error.type
    if isinstance(code, int):
        return f"{kind} {code}"
    is_ours = type(error).__module__.startswith("shared.") and not isinstance(error, ValueError)
    if is_ours or isinstance(error, (OSError, sqlite3.Error)):
        return f"{kind}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{kind} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else kind


class Invalid(CrmError):
    """The request is malformed or breaks a rule of a field."""

    status = 422
    type = "invalid"
    title = "The request is not valid"

    @classmethod
    def field(cls, field: str, code: str, message: str) -> Invalid:
        """The common case: one field, one reason."""
        detail = say("{field}: {message}", field=field, message=part(message))
        return cls(detail, errors=[FieldError(field, code, message)])


class Rejected(CrmError):
    """Well-formed, but the record's present state forbids it (a rule of the domain)."""

    status = 409
    type = "rejected"
    title = "The record's state does not allow this"


class NotFound(CrmError):
    """Unknown, another tenant's, or invisible to the caller: the answer is the same."""

    status = 404
    type = "not-found"
    title = "There is no such record"


class Forbidden(CrmError):
    status = 403
    type = "forbidden"
    title = "You do not have the right to do this"


class Unauthenticated(CrmError):
    status = 401
    type = "unauthenticated"
    title = "Sign in first"


class SecondFactorRequired(CrmError):
    """The password was right, and a code is asked for as well."""

    status = 401
    type = "second-factor-required"
    title = "Enter the code of your second factor as well"


class WrongCode(CrmError):
    """Wrong, malformed or used before: the answer is the same."""

    status = 401
    type = "wrong-code"
    title = "This code is not right, or it was used already"


class SecondFactorNeeded(CrmError):
    """Signed in by the password alone, where the organisation asks for a second factor: it has to be set up first."""

    status = 403
    type = "second-factor-needed"
    title = "Set up your second factor first"


class TooManyRequests(CrmError):
    """`retry_after` in seconds goes into the header."""

    status = 429
    type = "too-many-requests"
    title = "Too many attempts"

    def __init__(self, detail: str = "", *, retry_after: int = 60) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Conflict(CrmError):
    """Another writer was first and the retries are used up."""

    status = 409
    type = "conflict"
    title = "The record was changed by someone else at the same moment"


class PreconditionFailed(CrmError):
    """`If-Match` names a version that is not the current one."""

    status = 412
    type = "version-mismatch"
    title = "The record has a newer version"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            say("expected version {expected}, the record has version {actual}", expected=expected, actual=actual),
            expected=expected,
            actual=actual,
        )


class KeyReused(CrmError):
    """The same Idempotency-Key came with another body."""

    status = 422
    type = "idempotency-key-reused"
    title = "This key was used for another request"


class ProjectionBehind(CrmError):
    """The view has not reached `min_version` within two seconds."""

    status = 503
    type = "projection-behind"
    title = "The view has not caught up yet"
    retry_after = 1


class Unavailable(CrmError):
    """Storage refuses work for now (disk full, shutting down); nothing was written."""

    status = 503
    type = "unavailable"
    title = "The service cannot take this now"
    retry_after = 5


class TooSlow(CrmError):
    """The request exceeded every time limit and was ended; a repeat would be, too."""

    status = 503
    type = "too-slow"
    title = "This took too long and was ended"


class TooLarge(CrmError):
    status = 413
    type = "too-large"
    title = "The body is too large"


class UnsupportedMedia(CrmError):
    status = 415
    type = "unsupported-media-type"
    title = "This content type is not understood"


def passes(error: BaseException) -> bool:
    """Whether it is no refusal but only not now: who tries again later may succeed with the same command."""
    return isinstance(error, CrmError) and (error.status == 503 or isinstance(error, Conflict))
