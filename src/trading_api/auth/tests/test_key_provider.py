"""JWK sets as the source of verification keys: cached, rotated, and pinned to algorithms."""

from __future__ import annotations

import asyncio
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
from jwt.algorithms import get_default_algorithms
from jwt.warnings import InsecureKeyLengthWarning

from trading_api.auth import key_provider
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
        self.document: Any = ...
        self.asked = 0
        self.is_down = False
        self.now_s = 1000.0

    def fetch(self) -> dict[str, Any]:
        self.asked += 1
        if self.is_down:
            raise OSError("unreachable")
        return {"keys": self.keys} if self.document is ... else self.document

    def key_provider(self) -> JwksKeyProvider:
        return JwksKeyProvider(
            self.fetch, lifespan_s=300, cooldown_s=5, age_max_s=3_600, clock_s=lambda: self.now_s
        )

    def tokens(self) -> TokenVerifier:
        return TokenVerifier(self.key_provider(), "DEMO-ACCOUNT")


@pytest.mark.parametrize("algorithm", PRIVATE)
async def test_a_token_of_each_supported_algorithm_is_accepted(
    algorithm: str, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [public(algorithm, "1")]}), encoding="utf-8")
    tokens = TokenVerifier(jwks_key_provider(str(path)), "DEMO-ACCOUNT")
    principal = await tokens.authenticate(signed(algorithm, "1"))
    assert (principal.subject, set(principal.scopes)) == ("somebody", {"market:read"})


async def test_a_token_waits_for_the_first_fetch_of_the_keys() -> None:
    is_asked, is_released = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    document = {"keys": [public("EdDSA", "a")]}

    def fetch() -> dict[str, Any]:
        loop.call_soon_threadsafe(is_asked.set)
        assert is_released.wait(10)
        return document

    keys = JwksKeyProvider(fetch)
    running = asyncio.create_task(keys.run(lambda: None))
    await is_asked.wait()
    found = asyncio.create_task(keys.key("a"))
    await asyncio.sleep(0)
    assert not found.done()
    is_released.set()
    assert (await found).key_id == "a"
    running.cancel()


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


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"use": "enc"}, "it is not for signatures"),
        ({"key_ops": ["encrypt"]}, "it is not for signatures"),
        ({"use": None, "key_ops": ["sign"]}, "it is not for signatures"),
        ({"alg": "RS512"}, "its algorithm is not accepted"),
    ],
    ids=lambda value: str(value),
)
async def test_a_key_that_is_not_for_signatures_is_left_out(
    changed: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider(public("RS256", "1") | changed)
    with pytest.raises(Unauthorized):
        await provider.tokens().authenticate(signed("RS256", "1"))
    ignored = [vars(each) for each in caplog.records if each.msg == "key_ignored"]
    assert [(each["key_id"], each["reason"]) for each in ignored] == [("1", reason)]


async def test_a_private_key_in_the_set_is_left_out() -> None:
    own = json.loads(get_default_algorithms()["EdDSA"].to_jwk(PRIVATE["EdDSA"]))
    with pytest.raises(Unauthorized):
        await Provider(own | {"kid": "1"}).tokens().authenticate(signed("EdDSA", "1"))


async def test_a_short_rsa_key_verifies_nothing() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    own = json.loads(get_default_algorithms()["RS256"].to_jwk(short.public_key()))
    tokens = Provider(own | {"kid": "1", "use": "sig"}, public("RS256", "2")).tokens()
    with pytest.warns(InsecureKeyLengthWarning):
        token = signed("RS256", "1", short)
    with pytest.raises(Unauthorized):
        await tokens.authenticate(token)
    assert (await tokens.authenticate(signed("RS256", "2"))).subject == "somebody"


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"kty": "RSA"}, {"kty": "EC", "crv": 1}])
async def test_a_key_that_cannot_be_read_is_left_out(entry: Any) -> None:
    provider = Provider(entry, public("EdDSA", "1"))
    assert (await provider.tokens().authenticate(signed("EdDSA", "1"))).subject == "somebody"


@pytest.mark.parametrize("document", [None, [], {}, {"keys": 5}, "x"])
async def test_a_document_that_is_no_key_set_does_not_replace_one(document: Any) -> None:
    provider = Provider(public("EdDSA", "1"))
    keys = provider.key_provider()
    tokens = TokenVerifier(keys, "DEMO-ACCOUNT")
    await tokens.authenticate(signed("EdDSA", "1"))
    provider.document = document
    provider.now_s += 301
    await tokens.authenticate(signed("EdDSA", "1"))
    assert (provider.asked, keys.failed_fetches) == (2, 1)


async def test_an_unreachable_key_set_is_not_used_beyond_its_age() -> None:
    provider = Provider(public("EdDSA", "1"))
    keys = provider.key_provider()
    tokens = TokenVerifier(keys, "DEMO-ACCOUNT")
    assert (keys.age_s(), keys.health()) == (0, "the keys of tokens were never fetched")
    principal = await tokens.authenticate(signed("EdDSA", "1"))
    assert keys.health() is None
    provider.is_down = True
    provider.now_s += 3_600
    await tokens.authenticate(signed("EdDSA", "1"))
    assert (keys.age_s(), keys.health()) == (3_600, None)
    provider.now_s += 1
    with pytest.raises(Unavailable):
        await tokens.authenticate(signed("EdDSA", "1"))
    assert keys.health() == "the keys of tokens were not fetched for 3601 s"
    assert not tokens.is_current(principal)
    provider.is_down = False
    provider.now_s += 6
    await tokens.authenticate(signed("EdDSA", "1"))
    assert keys.health() is None
    assert tokens.is_current(principal), "the key is the same"


async def test_an_unreachable_key_set_is_asked_for_once_in_the_cooldown() -> None:
    provider = Provider()
    provider.is_down = True
    tokens = provider.tokens()
    for seconds in (0, 1, 4, 0.5):
        provider.now_s += seconds
        with pytest.raises(Unavailable):
            await tokens.authenticate(signed("EdDSA", "1"))
    assert provider.asked == 2


async def test_an_unknown_key_is_looked_for_again_after_the_cooldown() -> None:
    provider = Provider(public("EdDSA", "1"))
    tokens = provider.tokens()
    for seconds, asked in ((0, 1), (5, 1), (0.1, 2), (5, 2), (0.1, 3)):
        provider.now_s += seconds
        with pytest.raises(Unauthorized):
            await tokens.authenticate(signed("EdDSA", "unknown"))
        assert provider.asked == asked


async def test_withdrawn_keys_are_noticed_without_a_request() -> None:
    provider = Provider(public("EdDSA", "1"), public("ES256", "2"))
    keys = JwksKeyProvider(provider.fetch, lifespan_s=0.01, clock_s=lambda: provider.now_s)
    tokens = TokenVerifier(keys, "DEMO-ACCOUNT")
    withdrawn: list[int] = []
    running = asyncio.create_task(keys.run(lambda: withdrawn.append(provider.asked)))
    first = await tokens.authenticate(signed("EdDSA", "1"))
    second = await tokens.authenticate(signed("ES256", "2"))

    async def next_fetch() -> None:
        asked = provider.asked
        async with asyncio.timeout(10):
            while provider.asked < asked + 2:  # noqa: ASYNC110, asked in a thread
                await asyncio.sleep(0.001)

    await next_fetch()
    assert not withdrawn
    provider.keys = [public("ES256", "1"), public("ES256", "2"), public("EdDSA", "3")]
    await next_fetch()
    assert len(withdrawn) == 1
    assert not tokens.is_current(first), "another key has its id"
    assert tokens.is_current(second)
    provider.is_down = True
    provider.now_s += 3_601
    await next_fetch()
    assert len(withdrawn) > 1
    assert not tokens.is_current(second)
    running.cancel()


def test_a_key_set_is_fetched_as_often_as_the_threat_model_states() -> None:
    assert (key_provider.LIFESPAN_S, key_provider.COOLDOWN_S) == (300, 5)


async def test_a_configured_key_set_is_not_fetched_for_every_unknown_key(tmp_path: Path) -> None:
    keys = jwks_key_provider(str(tmp_path / "missing.json"))
    for _ in range(20):
        with pytest.raises(Unavailable):
            await keys.key("unknown")
    assert keys.failed_fetches == 1


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
