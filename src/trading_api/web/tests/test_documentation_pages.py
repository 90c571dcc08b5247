"""The pages of documentation are small to send, sent once, and allowed to load little."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette

from tests.kit.signed_tokens import secured
from trading_api.app_factory import create_app
from trading_api.web.compressed_files import CompressedFiles

REST_PAGE, WEBSOCKET_PAGE = "/api/v1/docs", "/api/v1/ws/asyncapi"
BYTES_MAX = {REST_PAGE: 460_000, WEBSOCKET_PAGE: 32_000}


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    app, _ = create_app(secured(database_url="memory:"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize("path", [REST_PAGE, WEBSOCKET_PAGE])
async def test_a_page_is_small_and_its_parts_are_sent_again_only_when_they_change(
    browser: httpx.AsyncClient, path: str
) -> None:
    page = await browser.get(path)
    assert re.match('<!doctype html>\\s*<html lang="en">', page.text)
    assert page.text.count('rel="icon"') == 1
    assert "`" not in page.text
    assert "&lt;code" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    links = re.findall(r'<(?:link|script|main)[^>]* (?:href|src|data-document)="(.+?)"', page.text)
    assert len(links) >= 5
    sent = await _sent_bytes(browser, path)
    for link in links:
        url = urljoin(path, link)
        sent += await _sent_bytes(browser, url)
        answer = await browser.get(url)
        assert answer.headers["cache-control"] == "no-cache"
        again = await browser.get(url, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert sent < BYTES_MAX[path]


async def _sent_bytes(browser: httpx.AsyncClient, path: str) -> int:
    async with browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        return sum([len(part) async for part in answer.aiter_raw()])


async def test_a_document_is_the_same_in_each_encoding(browser: httpx.AsyncClient) -> None:
    for path in ("/api/v1/openapi.json", WEBSOCKET_PAGE):
        plain = await browser.get(path, headers={"Accept-Encoding": "identity"})
        packed = await browser.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert plain.headers["vary"].split(", ") == ["Origin", "Accept-Encoding"]
        assert packed.headers["vary"].split(", ") == ["Accept-Encoding", "Origin"]
        assert plain.content == packed.content
        assert plain.headers["etag"] == packed.headers["etag"]


async def test_a_file_is_compressed_once_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "script.js"
    file.write_text("1")
    app = Starlette()
    app.mount("/", CompressedFiles(directory=tmp_path))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        packed = await client.get("/script.js", headers={"Accept-Encoding": "gzip"})
        stat = file.stat()
        assert packed.headers["content-encoding"] == "gzip"
        file.write_text("2")
        os.utime(file, ns=(0, stat.st_mtime_ns))
        assert (await client.get("/script.js")).text == "1", "what was kept"
        os.utime(file, ns=(0, stat.st_mtime_ns + 10**9))
        assert (await client.get("/script.js")).text == "2"
        assert (await client.get("/none.js")).status_code == 404
