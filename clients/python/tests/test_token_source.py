"""Tokens are replaced before they expire."""

from __future__ import annotations

import base64
import json
import math
import time

import pytest

from trading_api_client.backoff import Backoff
from trading_api_client.token_source import TokenSource, expiry_s, refresh_in_s


def jwt(valid_s: float) -> str:
    claims = json.dumps({"exp": time.time() + valid_s}).encode()
    return f"head.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


@pytest.mark.parametrize(("valid_s", "expected_s"), [(3_600, 3_570), (20, 10), (1, 1), (-5, 1)])
def test_a_token_is_replaced_half_a_minute_before_it_expires_or_after_half_of_its_time(
    valid_s: float, expected_s: float
) -> None:
    assert refresh_in_s(jwt(valid_s)) == pytest.approx(expected_s, abs=1)


@pytest.mark.parametrize(
    "token",
    ["opaque", "a.b.c", "a.e30.c", jwt(1).replace(".", "")],
    ids=["opaque", "no_json", "no_claims", "one_part"],  # equal in every process of the tests
)
def test_a_token_without_an_expiry_is_kept(token: str) -> None:
    assert expiry_s(token) == refresh_in_s(token) == math.inf


async def test_a_function_is_called_again_only_when_its_token_expires_soon() -> None:
    given = iter([jwt(3_600), jwt(-1), "last"])
    source = TokenSource(lambda: next(given))
    first = await source.token()
    assert await source.token() == first
    expired = await source.refresh()
    assert expired != first
    assert await source.token() == expired  # asked again after a second, not for each request
    assert await source.refresh() == "last"


async def test_a_token_can_be_a_text_an_awaitable_or_none() -> None:
    async def issue() -> str:
        return "issued"

    assert await TokenSource("text").token() == "text"
    assert await TokenSource(issue).token() == "issued"
    assert await TokenSource(None).token() is None
    assert not TokenSource("text").can_refresh


def test_delays_double_up_to_the_longest_and_have_jitter() -> None:
    backoff = Backoff(base_s=1, max_s=6)
    for attempt, longest_s in enumerate([1, 2, 4, 6, 6]):
        delays = {backoff.delay_s(attempt) for _ in range(50)}
        assert len(delays) > 1
        assert longest_s / 2 <= min(delays) <= max(delays) <= longest_s
