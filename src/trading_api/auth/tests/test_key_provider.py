"""JWK sets as the source of verification keys: cached, rotated, and pinned to algorithms."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWKSet
from jwt.algorithms import get_default_algorithms

from trading_api.auth.key_provider import JwksKeyProvider, jwks_key_provider
from trading_api.auth.tokens import TokenVerifier
from trading_api.errors import Unauthorized, Unavailable

PRIVATE: dict[str, Any] = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def public(algorithm: str, key_id: str) -> dict[str, Any]:
    described = get_default_algorithms()[algorithm].to_jwk(PRIVATE[algorithm].public_key())
    own: dict[str, Any] = {"kid": key_id, "alg": algorithm, "use": "sig"}
    own.update(json.loads(described))
    return own


def signed(algorithm: str, key_id: str, key: Any = None) -> str:
    claims = {"sub": "somebody", "scope": "market:read", "exp": int(time.time()) + 60}
    return jwt.encode(
        claims, key or PRIVATE[algorithm], algorithm=algorithm, headers={"kid": key_id}
    )


class Provider:
    """An identity provider's set of keys, and how often it was asked."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_down = False
        self.now_s = 1000.0

    def fetch(self) -> PyJWKSet:
        self.asked += 1
        if self.is_down:
            raise OSError("unreachable")
        return PyJWKSet.from_dict({"keys": self.keys})

    def tokens(self) -> TokenVerifier:
        keys = JwksKeyProvider(self.fetch, lifespan_s=300, cooldown_s=5, clock_s=lambda: self.now_s)
        return TokenVerifier(keys, "DEMO-ACCOUNT")


@pytest.mark.parametrize("algorithm", PRIVATE)
async def test_a_token_of_each_supported_algorithm_is_accepted(
    algorithm: str, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [public(algorithm, "1")]}), encoding="utf-8")
    tokens = TokenVerifier(jwks_key_provider(str(path)), "DEMO-ACCOUNT")
    principal = await tokens.authenticate(signed(algorithm, "1"))
    assert (principal.subject, set(principal.scopes)) == ("somebody", {"market:read"})


async def test_keys_are_cached_and_fetched_again_after_their_lifespan() -> None:
    provider = Provider(public("EdDSA", "1"))
    tokens = provider.tokens()
    for _ in range(3):
        await tokens.authenticate(signed("EdDSA", "1"))
    assert provider.asked == 1
    provider.now_s += 301
    await tokens.authenticate(signed("EdDSA", "1"))
    assert provider.asked == 2


async def test_a_rotated_key_is_fetched_and_the_old_key_rejected() -> None:
    provider = Provider(public("EdDSA", "1"))
    tokens = provider.tokens()
    await tokens.authenticate(signed("EdDSA", "1"))
    provider.keys = [public("ES256", "2")]
    provider.now_s += 6
    await tokens.authenticate(signed("ES256", "2"))
    with pytest.raises(Unauthorized):
        await tokens.authenticate(signed("EdDSA", "1"))


async def test_fetches_for_unknown_keys_are_limited() -> None:
    provider = Provider(public("EdDSA", "1"))
    tokens = provider.tokens()
    for number in range(20):
        with pytest.raises(Unauthorized):
            await tokens.authenticate(signed("EdDSA", f"unknown-{number}"))
    assert provider.asked == 1


async def test_cached_keys_stay_in_use_while_the_provider_is_down() -> None:
    provider = Provider(public("EdDSA", "1"))
    tokens = provider.tokens()
    await tokens.authenticate(signed("EdDSA", "1"))
    provider.is_down = True
    provider.now_s += 301
    await tokens.authenticate(signed("EdDSA", "1"))
    down = Provider()
    down.is_down = True
    with pytest.raises(Unavailable):
        await down.tokens().authenticate(signed("EdDSA", "1"))


async def test_a_token_signed_with_a_public_key_as_secret_is_rejected() -> None:
    """The old trick: HS256, with what everybody knows as its secret."""
    tokens = Provider(public("EdDSA", "1")).tokens()
    known = PRIVATE["EdDSA"].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    with pytest.raises(Unauthorized):
        await tokens.authenticate(signed("HS256", "1", known))


async def test_a_symmetric_key_in_the_set_is_not_accepted() -> None:
    secret = "c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMsIG9yIHNv"
    provider = Provider({"kty": "oct", "k": secret, "kid": "1", "alg": "HS256"})
    with pytest.raises(Unauthorized):
        await provider.tokens().authenticate(
            signed("HS256", "1", "secret of thirty-two bytes, or so")
        )


@contextmanager
def served(document: dict[str, Any]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks"
        server.shutdown()
        thread.join()


async def test_a_key_set_is_fetched_over_http() -> None:
    with served({"keys": [public("RS256", "1")]}) as address:
        tokens = TokenVerifier(jwks_key_provider(address), "DEMO-ACCOUNT")
        assert (await tokens.authenticate(signed("RS256", "1"))).subject == "somebody"
