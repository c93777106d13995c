"""Access tokens: compact JWTs of one fixed shape (EdDSA, `at+jwt`), signed by identity and verified locally by all.

The suite issues every token that it accepts, so a header is not interpreted: it must be, byte for byte, the one header
that belongs to a published key. No algorithm, key address or critical extension can be chosen by a caller.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.clock import Clock, Ids
from shared.errors import Unauthenticated
from shared.security.base64url import decode, encode
from shared.security.signingkeys import SigningKeys

AUDIENCE = "crm"
LIFETIME = 600  # seconds
_LEEWAY = 30
_CACHED_FOR = 30
_CACHED_TOKENS = 10_000
_MAX_TOKEN = 4_096
_RELOAD_AFTER = 60
_SECOND = 1_000_000

Jwks = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. expires_at: seconds since the epoch."""

    user: str
    tenant: str
    session: str
    epoch: int
    expires_at: int
    token_id: str


class TokenSigner:
    def __init__(self, keys: SigningKeys, issuer: str, clock: Clock, ids: Ids) -> None:
        self._keys, self._issuer, self._clock, self._ids = keys, issuer, clock, ids

    def issue(self, user: str, tenant: str, session: str, epoch: int) -> tuple[str, int]:
        """A new access token and the seconds it is good for."""
        now = self._clock.now() // _SECOND
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": user,
            "tenant": tenant,
            "sid": session,
            "epoch": epoch,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": self._ids.new(),
        }
        key = self._keys.current()
        signed = f"{header_of(key.kid)}.{encode(orjson.dumps(claims))}"
        return f"{signed}.{encode(key.private.sign(signed.encode()))}", LIFETIME

    def jwks(self) -> Jwks:
        """The public keys: current, the next one ahead of its time, and those whose tokens may still live."""
        return {"keys": [_public_jwk(kid, raw) for kid, raw in self._keys.public()]}


class TokenVerifier:
    """Verifies by the keys that `jwks` gives; a token once verified is believed for 30 s, never past its end."""

    def __init__(self, jwks: Callable[[], Jwks], issuer: str, clock: Clock) -> None:
        self._jwks, self._issuer, self._clock = jwks, issuer, clock
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._loaded_at = -_RELOAD_AFTER
        self._cache: OrderedDict[bytes, tuple[Claims, int]] = OrderedDict()

    def verify(self, token: str) -> Claims:
        """Raises Unauthenticated for every token that is not ours, not for us or not of now, without a reason."""
        now = self._clock.now() // _SECOND
        try:
            digest = hashlib.sha256(token.encode()).digest()
        except ValueError:
            raise Unauthenticated() from None
        found = self._cache.get(digest)
        if found is not None and now < found[1]:
            return found[0]
        try:
            claims = self._check(token, now)
        except (ValueError, KeyError, TypeError, InvalidSignature):
            raise Unauthenticated() from None
        self._cache[digest] = claims, min(now + _CACHED_FOR, claims.expires_at)
        self._cache.move_to_end(digest)
        if len(self._cache) > _CACHED_TOKENS:
            self._cache.popitem(last=False)
        return claims

    def _check(self, token: str, now: int) -> Claims:
        if len(token) > _MAX_TOKEN:
            raise ValueError("too long")
        header, payload, signature = token.split(".")
        self._key(header, now).verify(decode(signature), f"{header}.{payload}".encode())
        claims = orjson.loads(decode(payload))
        if claims["iss"] != self._issuer or claims["aud"] != AUDIENCE:
            raise ValueError("not ours or not for us")
        if not now < claims["exp"] + _LEEWAY or claims.get("nbf", claims["iat"]) > now + _LEEWAY:
            raise ValueError("not of now")
        return Claims(claims["sub"], claims["tenant"], claims["sid"], claims["epoch"], claims["exp"], claims["jti"])

    def _key(self, header: str, now: int) -> Ed25519PublicKey:
        if now - self._loaded_at >= _RELOAD_AFTER or (header not in self._keys and now > self._loaded_at):
            # `now >` bounds what forged headers can cost: one reload a second
            self._keys = {
                header_of(jwk["kid"]): Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
                for jwk in self._jwks()["keys"]
                if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519"
            }
            self._loaded_at = now
        return self._keys[header]


def header_of(kid: str) -> str:
    """The one header segment under which a key signs."""
    return encode(orjson.dumps({"alg": "EdDSA", "typ": "at+jwt", "kid": kid}))


def _public_jwk(kid: str, raw: bytes) -> Jwks:
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": encode(raw)}
