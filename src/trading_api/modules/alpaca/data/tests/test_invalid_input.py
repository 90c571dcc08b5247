"""The data API responds to arbitrary input with a document or with Alpaca's error."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.invalid_input.test_parameters import UNUSUAL_TEXTS
from trading_api.modules.alpaca.data.page_token import PageToken
from trading_api.modules.alpaca.data.streams.messages import decode_request
from trading_api.modules.alpaca.data.tests.data_server import DataServer

PARAMETERS = {
    "/v2/stocks/bars": (
        *("symbols", "timeframe", "adjustment", "start", "end", "limit", "page_token", "sort"),
        *("currency", "feed", "asof"),
    ),
    "/v2/stocks/AAPL/trades": ("start", "page_token"),
    "/v1beta3/crypto/us/quotes": ("symbols",),
    "/v2/stocks/snapshots": ("symbols",),
}
VALID = {"symbols": "AAPL", "timeframe": "1Hour", "limit": "3"}


async def answered(server: DataServer, url: str) -> httpx.Response:
    response = await server.client.get(url)
    assert response.status_code in (200, 400, 404, 422), (url, response.text)
    document = response.json()
    if response.status_code != 200:
        assert document.keys() == {"code", "message"}
        assert 0 < len(document["message"]) < 300
    return response


@pytest.mark.parametrize("path", PARAMETERS)
async def test_unusual_texts_of_parameters(server: DataServer, path: str) -> None:
    for name in PARAMETERS[path]:
        others = "&".join(f"{key}={text}" for key, text in VALID.items() if key != name)
        for text in UNUSUAL_TEXTS.values():
            if len(text) < 10_000:
                await answered(server, f"{path}?{others}&{name}={text}")


@pytest.mark.parametrize("path", ["/v2/stocks/{}/bars/latest", "/v1beta3/crypto/{}/bars"])
async def test_unusual_texts_in_paths(server: DataServer, path: str) -> None:
    for text in UNUSUAL_TEXTS.values():
        if text and len(text) < 10_000:
            url = f"{path.format(text)}?symbols=BTC/USD&timeframe=1Hour"
            assert (await answered(server, url)).status_code != 200


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("path", ["/v2/stocks/bars", "/v2/stocks/quotes"])
async def test_page_tokens_that_this_server_did_not_make(
    server: DataServer, path: str, sort: str
) -> None:
    for time_ms in (None, 0, -1, 1, 2**63, -(2**63), 10**30):
        for skip in (0, 1, 10**6):
            token = PageToken("AAPL", time_ms, skip).encode()
            parameters = f"symbols=AAPL&timeframe=1Day&sort={sort}&page_token={token}"
            await answered(server, f"{path}?{parameters}&start=2026-07-17T11:59:58Z")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["action", "key", "secret", "trades", "quotes", "bars", "orderbooks"])


@settings(max_examples=60)
@given(st.dictionaries(names, json_values | st.sampled_from(["auth", "subscribe"])))
def test_any_json_message_is_a_request_or_refused(message: dict[str, Any]) -> None:
    refused_or_decoded({"text": json.dumps(message)})


@settings(max_examples=60)
@given(st.binary(max_size=64))
def test_any_binary_message_is_a_request_or_refused(data: bytes) -> None:
    refused_or_decoded({"bytes": data})


def refused_or_decoded(event: dict[str, Any]) -> None:
    try:
        request = decode_request(event, 128)
    except ValueError:
        return
    assert isinstance(request.action, str)
    assert all(isinstance(each, str) for each in request.trades)
