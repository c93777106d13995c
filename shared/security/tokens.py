"""Access tokens: compact JWTs (EdDSA, `at+jwt`), signed by identity and verified locally by all. RFC 7519, RFC 9068.

The suite issues every token that it accepts, so a header must be exactly the one of a published key. A caller can
choose no algorithm, key address or critical extension.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from shared.clock import Clock, Ids
from shared.errors import Unauthenticated
from shared.security.signingkeys import SigningKeys

AUDIENCE = "crm"
COMMAND_LINE = "command-line"  # in place of a session: who has the data directory
LIFETIME = 600  # seconds
_LEEWAY = 30
_CACHED_FOR = 30
_CACHED_TOKENS = 10_000
_MAX_TOKEN = 4_096
_RELOAD_AFTER = 60
_SECOND = 1_000_000
_ALGORITHM = "EdDSA"
_ESSENTIAL = {name: ClaimsOption(essential=True) for name in ("exp", "iat", "sub", "tenant", "sid", "jti")}

Jwks = dict[str, Any]


class _EdDSAOnly(JWSRegistry):
    """The one algorithm of the suite. The library's own choice warns at every use of it since RFC 9864."""

    def get_alg(self, name: str) -> Any:
        if name != _ALGORITHM:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


_REGISTRY = _EdDSAOnly()


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
        current = self._keys.current()
        key = OKPKey.import_key(current.private)
        return jwt.encode(_header(current.kid), claims, key, registry=_REGISTRY), LIFETIME

    def jwks(self) -> Jwks:
        """The public keys: current, the next one ahead of its time, and those whose tokens may still live."""
        return {"keys": [_public_jwk(kid, key) for kid, key in self._keys.public()]}


class TokenVerifier:
    """Verifies by the keys that `jwks` gives; a token once verified is believed for 30 s, never past its end."""

    def __init__(self, jwks: Callable[[], Jwks], issuer: str, clock: Clock) -> None:
        self._jwks, self._issuer, self._clock = jwks, issuer, clock
        self._keys: dict[str, OKPKey] = {}
        self._loaded_at = -_RELOAD_AFTER
        self._claims = JWTClaimsRegistry(
            lambda: clock.now() // _SECOND, _LEEWAY, iss={"essential": True, "value": issuer}, **_ESSENTIAL
        )
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
        except (ValueError, KeyError, TypeError, JoseError):
            raise Unauthenticated() from None
        self._cache[digest] = claims, min(now + _CACHED_FOR, claims.expires_at)
        self._cache.move_to_end(digest)
        if len(self._cache) > _CACHED_TOKENS:
            self._cache.popitem(last=False)
        return claims

    def _check(self, token: str, now: int) -> Claims:
        if len(token) > _MAX_TOKEN:
            raise ValueError("too long")
        claims = jwt.decode(token, lambda signed: self._key(signed.headers(), now), registry=_REGISTRY).claims
        if claims.get("aud") != AUDIENCE:  # the library also takes a list
            raise ValueError("not for us")
        self._claims.validate(claims)
        return Claims(claims["sub"], claims["tenant"], claims["sid"], claims["epoch"], claims["exp"], claims["jti"])

    def _key(self, header: dict[str, Any], now: int) -> OKPKey:
        kid = header.get("kid", "")
        if now - self._loaded_at >= _RELOAD_AFTER or (kid not in self._keys and now > self._loaded_at):
            # `now >` bounds what forged headers can cost: one reload a second
            self._keys = {jwk["kid"]: OKPKey.import_key(jwk) for jwk in self._jwks()["keys"] if jwk["kty"] == "OKP"}
            self._loaded_at = now
        if header != _header(kid):
            raise ValueError("not one of our headers")
        return self._keys[kid]


def _header(kid: str) -> dict[str, str]:
    return {"alg": _ALGORITHM, "typ": "at+jwt", "kid": kid}


def _public_jwk(kid: str, key: Ed25519PublicKey) -> Jwks:
    return dict(OKPKey.import_key(key).as_dict(use="sig", alg=_ALGORITHM, kid=kid))
