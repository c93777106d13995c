"""An authenticator app, and users who have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pyotp

from services.identity.one_time_codes import STEP
from tests.support.identity_suite import ADMIN, PASSWORD, Suite

FACTOR = "/identity/me/second-factor"


@dataclass
class App:
    """Shows the codes of one secret by the suite's clock."""

    suite: Suite
    secret: str

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many steps later."""
        return pyotp.TOTP(self.secret).generate_otp(self.suite.clock.now() // STEP + steps)

    def fresh(self) -> str:
        """A code that nobody used: time goes on by a step and more."""
        self.suite.clock.forward(61)
        return self.code()

    def wrong(self, n: int = 0) -> str:
        """A code of six digits that none of the steps around now has."""
        good = {self.code(steps) for steps in (-2, -1, 0, 1, 2)}
        return next(code for i in range(n * 10, 10**6) if (code := f"{i:06}") not in good)


async def set_up_factor(suite: Suite, client: httpx.AsyncClient, password: str = PASSWORD) -> tuple[App, list[str]]:
    """Begin and confirm a factor as this client, which goes on with its new tokens; the app, and recovery codes."""
    begun = await client.post(FACTOR, json={"password": password})
    assert begun.status_code == 200, begun.text
    app = App(suite, begun.json()["secret"])
    done = await client.post(f"{FACTOR}/confirm", json={"code": app.code()})
    assert done.status_code == 200, done.text
    take_tokens(client, done)
    codes: list[str] = done.json()["recovery_codes"]
    return app, codes


def take_tokens(client: httpx.AsyncClient, answer: httpx.Response) -> None:
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def sign_in(
    suite: Suite, code: str = "", email: str = ADMIN, ip: str = "192.0.2.1", **more: Any
) -> httpx.Response:
    """The answer to a sign-in by the right password, unless `more` says another one."""
    body = {"email": email, "password": PASSWORD, **({"code": code} if code else {}), **more}
    return await suite.client(ip=ip).post("/identity/sessions", json=body)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem type."""
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def codes_of(answer: httpx.Response) -> list[tuple[str, str]]:
    """Field and code of each error."""
    return [(one["field"], one["code"]) for one in answer.json()["errors"]]
