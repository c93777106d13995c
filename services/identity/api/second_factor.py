"""The caller's own second factor: set up, confirmed, its recovery codes, removed. No API key may do any of it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from pydantic import TypeAdapter
from starlette.responses import Response

from services.identity.api.common import Code, SessionTokens, device_of, token_fields, tokens_answer
from services.identity.authentication import Authentication
from services.identity.one_time_codes import RECOVERY_CODES
from services.identity.own_factor import OwnFactor
from services.identity.second_factor import Factor
from shared.clock import to_rfc3339
from shared.domain.command import VERBATIM, CommandModel
from shared.http.answers import Answer, model_answer
from shared.http.auth import Authenticator
from shared.http.body import parse
from shared.http.openapi import WRITE_ERRORS, answer, body_of, operation
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.apikeys import require_person
from shared.security.permissions import Access

Password = Annotated[str, VERBATIM, F(min_length=1, max_length=1024)]
NeededCode = Annotated[Code, F(min_length=1)]
_PASSWORD, _CODE = "correct horse battery", "123456"


class OwnPassword(CommandModel):
    password: Password

    model_config = {"str_strip_whitespace": False, "json_schema_extra": {"examples": [{"password": _PASSWORD}]}}


class FirstCode(CommandModel):
    """cookie: as at a sign-in."""

    code: NeededCode
    cookie: bool = False

    model_config = {"json_schema_extra": {"examples": [{"code": _CODE}]}}


class PasswordAndCode(CommandModel):
    """code: of the app, or a recovery code."""

    password: Password
    code: NeededCode

    model_config = {
        "str_strip_whitespace": False,
        "json_schema_extra": {"examples": [{"password": _PASSWORD, "code": _CODE}]},
    }


class RemoveOwnFactor(PasswordAndCode):
    """code: of the app, or a recovery code. cookie: as at a sign-in."""

    cookie: bool = False


class OwnSecondFactor(Answer):
    enabled: bool
    since: str | None
    recovery_codes_left: int
    required: Annotated[bool, F(description="Whether the organisation asks you for one")]


class BegunSecondFactor(Answer):
    secret: Annotated[str, F(description="In base32, for an app that reads no QR code; shown this once")]
    uri: Annotated[str, F(description="`otpauth://totp/…`, for a QR code; good for 15 minutes")]


class RecoveryCodes(Answer):
    recovery_codes: Annotated[
        list[str],
        F(
            description="Each good for one sign-in; only their hashes are kept",
            min_length=RECOVERY_CODES,
            max_length=RECOVERY_CODES,
        ),
    ]


class ConfirmedSecondFactor(SessionTokens, RecoveryCodes):
    pass


_BEGIN: TypeAdapter[OwnPassword] = TypeAdapter(OwnPassword)
_CONFIRM: TypeAdapter[FirstCode] = TypeAdapter(FirstCode)
_REPLACE: TypeAdapter[PasswordAndCode] = TypeAdapter(PasswordAndCode)
_REMOVE: TypeAdapter[RemoveOwnFactor] = TypeAdapter(RemoveOwnFactor)
_NEW_SESSION = "Every session ended; this is a new one"

_READ = operation("ownSecondFactor", "Your second factor", "me", {200: answer("Its state", OwnSecondFactor)})
_BEGINNING = operation(
    "beginSecondFactor",
    "Begin to set up a second factor",
    "me",
    {200: answer("A secret for an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds)", BegunSecondFactor)},
    description="It counts once `confirm` has got a code of it. Beginning again makes an earlier secret void.",
    body=body_of(OwnPassword),
    errors=WRITE_ERRORS,
)
_CONFIRMING = operation(
    "confirmSecondFactor",
    "Confirm the second factor by its first code",
    "me",
    {200: answer(_NEW_SESSION, ConfirmedSecondFactor)},
    description="From now on each sign-in asks for a code as well.",
    body=body_of(FirstCode),
    errors=WRITE_ERRORS,
)
_REPLACING = operation(
    "replaceRecoveryCodes",
    "Get new recovery codes",
    "me",
    {200: answer("Those from before are void", RecoveryCodes)},
    body=body_of(PasswordAndCode),
    errors=WRITE_ERRORS,
)
_REMOVING = operation(
    "removeSecondFactor",
    "Remove your second factor",
    "me",
    {200: answer(_NEW_SESSION, SessionTokens)},
    description="Refused with `second-factor-needed` where the organisation asks you for one.",
    body=body_of(RemoveOwnFactor),
    errors=WRITE_ERRORS,
)


def second_factor_router(kernel: Kernel, authentication: Authentication) -> APIRouter:
    router = DirectRouter()
    authenticator, own = Authenticator(kernel), OwnFactor(kernel, authentication)
    person = partial(_person, authenticator)

    @router.get("/me/second-factor", openapi_extra=_READ)
    async def read(request: Request) -> Response:
        access = await person(request)
        return model_answer(_shown(await own.of(access), required=await own.is_asked(access)))

    @router.post("/me/second-factor", openapi_extra=_BEGINNING)
    async def begin(request: Request) -> Response:
        access, body = await person(request), await parse(request, _BEGIN)
        begun = await own.begin(access, body.password, device_of(request))
        return model_answer(BegunSecondFactor(secret=begun.secret, uri=begun.uri))

    @router.post("/me/second-factor/confirm", openapi_extra=_CONFIRMING)
    async def confirm(request: Request) -> Response:
        access, body = await person(request), await parse(request, _CONFIRM)
        tokens, codes = await own.confirm(access, body.code, device_of(request))
        shown = ConfirmedSecondFactor(**token_fields(tokens), recovery_codes=codes)
        return tokens_answer(request, tokens, by_cookie=body.cookie, body=shown)

    @router.post("/me/second-factor/recovery-codes", openapi_extra=_REPLACING)
    async def replace(request: Request) -> Response:
        access, body = await person(request), await parse(request, _REPLACE)
        codes = await own.replace_codes(access, body.password, body.code, device_of(request))
        return model_answer(RecoveryCodes(recovery_codes=codes))

    @router.post("/me/second-factor/remove", openapi_extra=_REMOVING)
    async def remove(request: Request) -> Response:
        access, body = await person(request), await parse(request, _REMOVE)
        tokens = await own.remove(access, body.password, body.code, device_of(request))
        return tokens_answer(request, tokens, by_cookie=body.cookie)

    return router


async def _person(authenticator: Authenticator, request: Request) -> Access:
    return require_person(await authenticator.access(request, setting_up=True))


def _shown(factor: Factor, *, required: bool) -> OwnSecondFactor:
    on = bool(factor.secret)
    since = to_rfc3339(factor.since) if on else None
    return OwnSecondFactor(enabled=on, since=since, recovery_codes_left=len(factor.codes), required=required)
