"""Access tokens: what is issued verifies; nothing forged, foreign, early, late or altered does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.clock import SystemIds
from shared.errors import Unauthenticated
from shared.security.base64url import decode, encode
from shared.security.rootkey import KeysUnusable, RootKey
from shared.security.signingkeys import PURPOSE, ROTATE_AFTER, SigningKeys
from shared.security.tokens import LIFETIME, TokenSigner, TokenVerifier

ISSUER = "https://crm.example"
START = 1_790_000_000


class HandClock:
    def __init__(self) -> None:
        self.seconds = START

    def now(self) -> int:
        return self.seconds * 1_000_000


class Desk:
    """A signer, a verifier and the means to forge."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.file = folder / "signing-keys"
        self.wrapper = RootKey(bytes(range(32))).wrapper(PURPOSE)
        self.keys = SigningKeys.open(self.file, self.wrapper, self.clock)
        self.signer = TokenSigner(self.keys, ISSUER, self.clock, SystemIds())
        self.verifier = self.new_verifier()

    def new_verifier(self) -> TokenVerifier:
        return TokenVerifier(self.signer.jwks, ISSUER, self.clock)

    def token(self) -> str:
        return self.signer.issue("u1", "t1", "s1", 3)[0]

    def forge(
        self, claims: dict[str, Any] | None = None, *, key: Ed25519PrivateKey | None = None, **header: Any
    ) -> str:
        """A token with changed claims or headers; rightly signed with our own key unless another is given."""
        mine = self.keys.current()
        real = orjson.loads(decode(self.token().split(".")[1]))
        head = {"alg": "EdDSA", "typ": "at+jwt", "kid": mine.kid, **header}
        signed = f"{encode(orjson.dumps(head))}.{encode(orjson.dumps({**real, **(claims or {})}))}"
        return f"{signed}.{encode((key or mine.private).sign(signed.encode()))}"

    def refuses(self, token: str) -> None:
        with pytest.raises(Unauthenticated) as caught:
            self.new_verifier().verify(token)
        assert caught.value.detail == Unauthenticated.title
        assert not caught.value.extra


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_issued_token_verifies_and_says_who(desk: Desk) -> None:
    token, seconds = desk.signer.issue("u1", "t1", "s1", 3)
    claims = desk.verifier.verify(token)
    assert (claims.user, claims.tenant, claims.session, claims.epoch) == ("u1", "t1", "s1", 3)
    assert claims.expires_at == START + LIFETIME == START + seconds
    assert desk.verifier.verify(token) is claims


def test_the_same_forge_without_changes_is_taken(desk: Desk) -> None:
    desk.new_verifier().verify(desk.forge())


def test_alg_none_is_refused(desk: Desk) -> None:
    for alg in ("none", "None", "NONE", ""):
        head = encode(orjson.dumps({"alg": alg, "typ": "at+jwt", "kid": desk.keys.current().kid}))
        payload = desk.token().split(".")[1]
        desk.refuses(f"{head}.{payload}.")
        desk.refuses(f"{head}.{payload}")
        desk.refuses(f"{head}.{desk.token().split('.', 1)[1]}")


def test_hs256_with_the_public_key_as_secret_is_refused(desk: Desk) -> None:
    for jwk in desk.signer.jwks()["keys"]:
        for secret in (decode(jwk["x"]), jwk["x"].encode(), orjson.dumps(jwk)):
            head = encode(orjson.dumps({"alg": "HS256", "typ": "at+jwt", "kid": jwk["kid"]}))
            signed = f"{head}.{desk.token().split('.')[1]}"
            desk.refuses(f"{signed}.{encode(hmac.digest(secret, signed.encode(), hashlib.sha256))}")


def test_a_swapped_or_foreign_kid_is_refused(desk: Desk) -> None:
    other = desk.keys.public()[-1][0]
    for kid in (other, "unknown", "", "../../root.key", None, ["a"], {"kid": 1}):
        desk.refuses(desk.forge(kid=kid))


def test_another_key_under_our_kid_is_refused(desk: Desk) -> None:
    desk.refuses(desk.forge(key=Ed25519PrivateKey.generate()))


def test_keys_that_come_with_the_token_are_never_used(desk: Desk) -> None:
    evil = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode(evil.public_key().public_bytes_raw())}
    for header in (
        {"jwk": jwk},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"b64": False},
    ):
        desk.refuses(desk.forge(key=evil, **header))
        desk.refuses(desk.forge(key=evil, kid="evil", **header))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["crm", "other"]},
        {"exp": START - 31},
        {"exp": "soon"},
        {"exp": None},
        {"nbf": START + 120},
        {"iat": START + 120},
        {"iat": None},
        {"exp": True},
        {"exp": [START + 60]},
        {"nbf": "soon"},
        {"sub": None},
        {"sub": 7},
        {"tenant": ""},
        {"sid": None},
        {"jti": 7},
    ],
)
def test_wrong_claims_are_refused_though_rightly_signed(desk: Desk, claims: dict[str, Any]) -> None:
    desk.refuses(desk.forge(claims))


def test_a_number_that_is_no_json_never_keeps_a_token_alive(desk: Desk) -> None:
    mine = desk.keys.current()
    head, payload, _ = desk.token().split(".")
    for number in (b"NaN", b"Infinity", b"1e999"):
        claims = re.sub(rb'"exp":\d+', b'"exp":' + number, decode(payload))
        signed = f"{head}.{encode(claims)}"
        desk.refuses(f"{signed}.{encode(mine.private.sign(signed.encode()))}")


def test_a_header_of_many_levels_is_refused(desk: Desk) -> None:
    for text in (b"[" * 300, b'{"a":' * 70, b"[" * 3_000):
        desk.refuses(f"{encode(text)}.{desk.token().split('.', 1)[1]}")


def test_an_extra_header_is_refused(desk: Desk) -> None:
    for header in ({"cty": "JWT"}, {"b64": True}, {"x": 1}):
        desk.refuses(desk.forge(**header))


def test_another_type_of_token_is_refused(desk: Desk) -> None:
    for typ in ("JWT", "rt+jwt", "AT+JWT", "at+jwt ", None):
        desk.refuses(desk.forge(typ=typ))


def test_a_refresh_token_is_no_access_token(desk: Desk) -> None:
    desk.refuses(base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("="))


def test_a_token_ends_and_the_cache_does_not_prolong_it(desk: Desk) -> None:
    token = desk.token()
    desk.verifier.verify(token)
    desk.clock.seconds += LIFETIME - 1
    desk.verifier.verify(token)
    desk.clock.seconds += 1 + 30
    with pytest.raises(Unauthenticated):
        desk.verifier.verify(token)


def test_a_clock_that_is_a_little_behind_still_takes_the_token(desk: Desk) -> None:
    token = desk.token()
    desk.clock.seconds -= 30
    desk.verifier.verify(token)
    desk.clock.seconds -= 1
    desk.refuses(token)


def test_no_bit_flip_or_truncation_gets_through(desk: Desk) -> None:
    token = desk.token()
    rng = random.Random(11)
    verifier = desk.new_verifier()
    for n in range(10_000):
        at = rng.randrange(len(token))
        changed = (
            token[:at] if n % 10 == 0 else token[:at] + chr(ord(token[at]) ^ (1 << rng.randrange(7))) + token[at + 1 :]
        )
        with pytest.raises(Unauthenticated):
            verifier.verify(changed)


@pytest.mark.parametrize(
    "junk", ["", ".", "..", "...", "a.b.c", "\ud800", "x" * 100_000, "é.é.é", "Bearer x", "\0.\0.\0"]
)
def test_junk_is_unauthenticated_and_nothing_else(desk: Desk, junk: str) -> None:
    desk.refuses(junk)


def test_rotation_keeps_living_tokens_and_publishes_the_next_key_ahead(desk: Desk) -> None:
    old = desk.token()
    published = [key["kid"] for key in desk.signer.jwks()["keys"]]
    desk.keys.rotate()
    new = desk.token()
    verifier = desk.new_verifier()
    verifier.verify(old)
    verifier.verify(new)
    assert orjson.loads(decode(new.split(".")[0]))["kid"] == published[-1]
    desk.clock.seconds += 3_601
    desk.keys.rotate()
    desk.keys.rotate()
    assert published[0] not in [key["kid"] for key in desk.signer.jwks()["keys"]]


def test_a_running_verifier_learns_a_new_key(desk: Desk) -> None:
    desk.verifier.verify(desk.token())
    desk.keys.rotate()
    desk.keys.rotate()
    desk.clock.seconds += 1
    desk.verifier.verify(desk.token())


def test_keys_rotate_by_themselves_after_thirty_days(desk: Desk) -> None:
    first = desk.keys.current().kid
    desk.clock.seconds += ROTATE_AFTER // 1_000_000
    assert desk.keys.current().kid != first


def test_processes_that_share_the_file_rotate_once_and_know_each_others_keys(desk: Desk) -> None:
    other = SigningKeys.open(desk.file, desk.wrapper, desk.clock)
    desk.clock.seconds += ROTATE_AFTER // 1_000_000
    assert desk.keys.current().kid == other.current().kid
    assert [kid for kid, _ in desk.keys.public()] == [kid for kid, _ in other.public()]
    other.rotate()
    other.rotate()
    assert desk.keys.current().kid == other.current().kid
    desk.file.write_bytes(b"torn")
    assert desk.keys.current().kid == other.current().kid
    desk.file.unlink()
    assert desk.keys.current().kid == other.current().kid  # known for as long as the process lives


def test_keys_survive_a_restart_and_lie_encrypted(desk: Desk) -> None:
    token = desk.token()
    assert desk.keys.current().private.private_bytes_raw() not in desk.file.read_bytes()
    assert desk.file.stat().st_mode & 0o777 == 0o600
    again = SigningKeys.open(desk.file, desk.wrapper, desk.clock)
    TokenVerifier(TokenSigner(again, ISSUER, desk.clock, SystemIds()).jwks, ISSUER, desk.clock).verify(token)
    with pytest.raises(KeysUnusable):
        SigningKeys.open(desk.file, RootKey(bytes(32)).wrapper(PURPOSE), desk.clock)


def test_the_published_keys_hold_nothing_private(desk: Desk) -> None:
    assert all(set(key) == {"kty", "crv", "use", "alg", "kid", "x"} for key in desk.signer.jwks()["keys"])
