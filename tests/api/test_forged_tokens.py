"""No forged, altered, expired or foreign token is answered with anything but a 401, at any kind of route."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.security.base64url import decode, encode
from shared.security.signingkeys import PURPOSE, SigningKeys
from tests.api.problems import refused
from tests.support.suite import PATHS, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATE = 4_000_000_000
ROUTES = (PATHS["account"], f"{PATHS['account']}/export", "/identity/me", "/search?q=a", "/meta", "/audit/events")


@pytest_asyncio.fixture(loop_scope="module")
async def http(whole: Whole) -> AsyncIterator[httpx.AsyncClient]:
    yield whole.stranger()


def forged(token: str, keys: SigningKeys) -> Iterator[str]:
    head, payload, signature = token.split(".")
    claims, kid = orjson.loads(decode(payload)), orjson.loads(decode(head))["kid"]
    own, evil = keys.current().private, Ed25519PrivateKey.generate()

    def signed(key: Ed25519PrivateKey, changed: dict[str, Any], **header: Any) -> str:
        first = encode(orjson.dumps({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, **header}))
        text = f"{first}.{encode(orjson.dumps({**claims, **changed}))}"
        return f"{text}.{encode(key.sign(text.encode()))}"

    for alg in ("none", "None", ""):
        first = encode(orjson.dumps({"alg": alg, "typ": "at+jwt", "kid": kid}))
        yield from (f"{first}.{payload}.", f"{first}.{payload}", f"{first}.{payload}.{signature}")
    public = own.public_key().public_bytes_raw()
    first = encode(orjson.dumps({"alg": "HS256", "typ": "at+jwt", "kid": kid}))
    yield f"{first}.{payload}.{encode(hmac.digest(public, f'{first}.{payload}'.encode(), hashlib.sha256))}"
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode(evil.public_key().public_bytes_raw())}
    foreign: list[dict[str, Any]] = [{}, {"jwk": jwk}, {"jku": "https://x.example/"}, {"x5u": "https://x.example/"}]
    yield from (signed(evil, {}, **header) for header in (*foreign, {"kid": "x"}))
    wrong: list[dict[str, Any]] = [{"exp": 1}, {"exp": None}, {"iss": "x"}, {"aud": "x"}, {"nbf": LATE}, {"iat": LATE}]
    yield from (signed(own, claims) for claims in wrong)
    strange: list[dict[str, Any]] = [{"typ": "JWT"}, {"typ": "rt+jwt"}, {"kid": "../root.key"}, {"kid": None}]
    yield from (signed(own, {}, **header) for header in (*strange, {"crit": ["exp"]}))
    yield signed(evil, {"sub": claims["sub"], "tenant": "x"})


def altered(token: str) -> Iterator[str]:
    """Cut, prolonged, with a character changed, or no token at all."""
    dice = random.Random(7)
    yield from ("", " ", ".", "..", "a.b.c", "é.é.é", token[:-1], token + "A", token + ".x", token.replace(".", " ", 1))
    for _ in range(200):
        at = dice.randrange(len(token))
        other = dice.choice([c for c in "abcXYZ019-_." if c != token[at]])
        yield token[:at] + other + token[at + 1 :]
        yield token[: dice.randrange(len(token))]


async def test_nothing_forged_or_altered_is_let_in(whole: Whole, http: httpx.AsyncClient) -> None:
    wrapper = await whole.kernel.keys.wrapper(PURPOSE)
    keys = SigningKeys.open(whole.suite.settings.data / "keys" / "signing.keys", wrapper, whole.kernel.clock)
    token = whole.token()
    for path in ROUTES:
        good = await http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert good.status_code == 200, path  # what is altered below does let in
    made = [*forged(token, keys), *altered(token)]
    for n, bad in enumerate(made):
        answer = await http.get(ROUTES[n % len(ROUTES)], headers=[(b"Authorization", b"Bearer " + bad.encode())])
        refused(answer, 401, "unauthenticated")
    assert len(made) > 400


async def test_a_token_stands_in_the_one_header_alone(whole: Whole, http: httpx.AsyncClient) -> None:
    """Not in the URL, where it would be logged, not in a cookie, which other sites could send along."""
    token, path = whole.token(), PATHS["account"]
    for sent in (
        {"params": {"access_token": token}},
        {"headers": {"Cookie": f"crm_session={token}; access_token={token}; Authorization=Bearer {token}"}},
        {"headers": {"Authorization": f"Basic {token}"}},
        {"headers": {"Authorization": token}},
        {"headers": {"X-Authorization": f"Bearer {token}"}},
    ):
        refused(await http.get(path, **sent), 401, "unauthenticated")  # type: ignore[arg-type]
    two = [("Authorization", "Bearer x"), ("Authorization", f"Bearer {token}")]
    assert (await http.get(path, headers=two)).status_code in (400, 401)


async def test_a_token_of_one_installation_is_none_of_another(whole: Whole, http: httpx.AsyncClient) -> None:
    """The organisation is taken from the token, so what the token says must be true of its user."""
    signer, ours, theirs = whole.kernel.signer, whole.ours, whole.theirs
    assert signer is not None
    for user, tenant in ((ours.users["administrator"], theirs.tenant), (theirs.users["administrator"], ours.tenant)):
        mixed = signer.issue(user, tenant, "session", 9)[0]
        refused(await http.get("/identity/me", headers={"Authorization": f"Bearer {mixed}"}), 401, "unauthenticated")
