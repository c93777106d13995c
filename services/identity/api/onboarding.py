"""The route of the first-run checklist."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field as F
from starlette.responses import Response
from typing_extensions import TypedDict

from services.identity.onboarding import Done, steps_of
from shared.http.answers import json_answer, one_of
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation
from shared.http.params import only, pairs_of
from shared.http.problems import language_of
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.messages.languages import Language, in_language


class OnboardingStep(TypedDict):
    name: str
    label: str
    hint: str
    method: Annotated[str, one_of("GET", "POST", "PATCH")]
    path: Annotated[str, F(description="Of the request that does it")]
    done: bool
    at: Annotated[str | None, F(description="The moment it was done; null = it is still to do")]


class Onboarding(TypedDict):
    steps: Annotated[list[OnboardingStep], F(description="Those that you have the right to do, in order")]
    done: int
    total: int


_STEPS = operation(
    "onboarding",
    "The first steps of the organisation, and which of them are done",
    "me",
    {200: answer("The steps", Onboarding)},
    description="Found in the records, for the organisation as a whole. Labels are in the caller's language.",
)


def onboarding_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator = Authenticator(kernel)

    @router.get("/onboarding", openapi_extra=_STEPS)
    async def onboarding(request: Request) -> Response:
        access = await authenticator.access(request)
        only(pairs_of(request), ())
        language = language_of(request.scope)
        steps = [_shown(done, access.tenant, language) for done in await steps_of(kernel, access)]
        return json_answer(Onboarding(steps=steps, done=sum(s["done"] for s in steps), total=len(steps)))

    return router


def _shown(done: Done, tenant: str, language: Language) -> OnboardingStep:
    step = done.step
    return OnboardingStep(
        name=step.name,
        label=in_language(step.label, language),
        hint=in_language(step.hint, language),
        method=step.method,
        path=step.path.replace("{id}", tenant),
        done=done.at is not None,
        at=done.at,
    )
