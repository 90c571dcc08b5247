"""No input makes the trading API fail: each is accepted, or refused in Alpaca's format."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.kit.alpaca_api import AlpacaApi, alpaca_api
from tests.kit.fuzz.alpaca import AlpacaFuzzer, check_answer

REQUESTS = 150


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[AlpacaApi]:
    async with alpaca_api() as api:
        yield api


@pytest.fixture(scope="module")
async def rest(api: AlpacaApi) -> AsyncIterator[httpx.AsyncClient]:
    id, secret = api.key("INVALID")
    headers = {"APCA-API-KEY-ID": id, "APCA-API-SECRET-KEY": secret}
    async with httpx.AsyncClient(base_url=api.url, headers=headers) as rest:
        yield rest


async def test_no_generated_request_fails(api: AlpacaApi, rest: httpx.AsyncClient) -> None:
    fuzzer = AlpacaFuzzer(rest, random.randrange(2**32))
    await fuzzer.send_frames(f"ws://{api.address}/api/v1/alpaca", count=10)
    assert await fuzzer.run(count=REQUESTS) == REQUESTS


BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b'{"qty": NaN}', b"[" * 9_999, b"1" * 70_000]


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_is_no_order_is_refused(rest: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await rest.post("/v2/orders", content=body, headers=headers)
    assert answer.status_code in (400, 413, 422)
    check_answer(answer, body)
