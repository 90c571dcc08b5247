"""Long responses are compressed for clients that accept gzip, and others are not."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.middleware.compression import MINIMUM_BYTES

SETTINGS = Settings.defaults().model_copy(update={"database_url": "memory:"})
WINDOW = "from_time=1789880000&to_time=1790000000&count_back=2000"
BARS = f"/api/v1/datafeed/bars?symbol=AAPL&resolution=1&{WINDOW}"
DOCS_SCRIPT = "/api/v1/docs/assets/swagger-ui-bundle.js"
DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture(scope="module")
async def rest() -> AsyncIterator[httpx.AsyncClient]:
    app, _ = create_app(SETTINGS)
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client


@pytest.mark.parametrize("path", [BARS, DOCS_SCRIPT, DOCUMENT])
async def test_a_long_response_is_compressed_on_request(rest: httpx.AsyncClient, path: str) -> None:
    async with rest.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join([part async for part in packed.aiter_raw()])
    plain = await rest.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"], "a cache must not mix them"
    assert packed.headers["X-Content-Type-Options"] == "nosniff"
    assert len(raw) < len(plain.content) / 2
    if path != BARS:
        assert gzip.decompress(raw) == plain.content


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/datafeed/config"])
async def test_a_short_response_is_not_compressed(rest: httpx.AsyncClient, path: str) -> None:
    answer = await rest.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert len(answer.content) < MINIMUM_BYTES


async def test_a_part_of_a_file_is_not_compressed(rest: httpx.AsyncClient) -> None:
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=0-9999"}
    answer = await rest.get(DOCS_SCRIPT, headers=headers)
    assert (answer.status_code, len(answer.content)) == (206, 10_000)
    assert "Content-Encoding" not in answer.headers
