"""Tokens: how long and how old they may be, who may issue them, and where they are sent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.kit.signed_tokens import secured, token
from trading_api.auth.tokens import (
    LEEWAY_S,
    TOKEN_LENGTH_MAX,
    create_token_verifier,
    handshake_token,
    signing_secret,
)
from trading_api.errors import ConfigurationError, Unauthorized
from trading_api.settings import Settings


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"auth_mode": "secret"}, "AUTH_SECRET"),
        ({"auth_mode": "secret", "auth_secret": "too short"}, "at least 32 bytes"),
        ({"auth_mode": "jwks"}, "AUTH_JWKS"),
    ],
)
def test_incomplete_authentication_settings_are_rejected(
    changed: dict[str, str], sentence: str
) -> None:
    settings = Settings.model_validate(Settings.defaults().model_dump() | changed)
    with pytest.raises(ConfigurationError, match=sentence):
        create_token_verifier(settings)


def _with_length_near(length: int) -> tuple[str, str]:
    """Return two valid tokens: the longest of at most this many characters, and the next one."""
    fits = token()
    for size in range(length):
        longer = token(note="x" * size)
        if len(longer) > length:
            return fits, longer
        fits = longer
    raise AssertionError("a note makes no difference")


async def test_a_valid_token_is_rejected_where_it_is_too_long() -> None:
    verifier = create_token_verifier(secured())
    fits, too_long = _with_length_near(TOKEN_LENGTH_MAX)
    assert TOKEN_LENGTH_MAX - 1 <= len(fits) <= TOKEN_LENGTH_MAX
    assert (await verifier.authenticate(fits)).subject == "somebody"
    with pytest.raises(Unauthorized, match="too long"):
        await verifier.authenticate(too_long)


@pytest.mark.parametrize(
    ("headers", "offered", "expected"),
    [
        ({"authorization": "Bearer abc"}, [], "abc"),
        ({"authorization": "bearer  abc "}, ["bearer.other"], "abc"),
        ({"authorization": "Basic abc"}, ["trading-api", "bearer.abc"], "abc"),
        ({}, ["trading-api", "bearer.a.b.c", "bearer.other"], "a.b.c"),
        ({}, ["trading-api", "xbearer.abc"], None),
        ({"authorization": "abc"}, [], None),
        ({}, [], None),
    ],
    ids=str,
)
def test_a_handshake_carries_its_token_in_a_header_or_a_subprotocol(
    headers: dict[str, str], offered: list[str], expected: str | None
) -> None:
    assert handshake_token(headers, offered) == expected


async def test_the_clocks_of_issuer_and_server_may_differ_by_the_leeway() -> None:
    verifier = create_token_verifier(secured())
    now_s = int(time.time())
    principal = await verifier.authenticate(token(exp=now_s - LEEWAY_S + 2, nbf=now_s + 3))
    assert principal.expires_s == now_s + 2
    for outside in (token(exp=now_s - LEEWAY_S - 1), token(nbf=now_s + LEEWAY_S + 5)):
        with pytest.raises(Unauthorized):
            await verifier.authenticate(outside)


@pytest.mark.parametrize(
    ("claims", "is_valid"),
    [
        ({"iss": "https://id.example", "aud": "trading"}, True),
        ({"iss": "https://id.example", "aud": ["other", "trading"]}, True),
        ({"iss": "https://evil.example", "aud": "trading"}, False),
        ({"iss": "https://id.example", "aud": "other"}, False),
        ({"iss": "https://id.example"}, False),
        ({"aud": "trading"}, False),
    ],
    ids=str,
)
async def test_issuer_and_audience_are_checked_where_they_are_set(
    claims: dict[str, Any], is_valid: bool
) -> None:
    verifier = create_token_verifier(
        secured(auth_issuer="https://id.example", auth_audience="trading")
    )
    if is_valid:
        await verifier.authenticate(token(**claims))
    else:
        with pytest.raises(Unauthorized):
            await verifier.authenticate(token(**claims))


def test_a_secret_of_exactly_the_shortest_length_is_accepted() -> None:
    assert signing_secret(secured(auth_secret="ä" * 16)) == "ä" * 16
    with pytest.raises(ConfigurationError, match="at least 32 bytes"):
        signing_secret(secured(auth_secret="x" * 31))
