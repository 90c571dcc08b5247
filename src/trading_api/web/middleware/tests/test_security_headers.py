"""Responses carry the headers that protect browsers."""

import base64
import re
from hashlib import sha256

import httpx
import pytest
from starlette.responses import HTMLResponse

from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.middleware.security_headers import SecurityHeadersMiddleware


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/ws/asyncapi", "/api/v1/health", "/no"])
async def test_responses_carry_security_headers(path: str) -> None:
    transport = httpx.ASGITransport(create_app(Settings.defaults())[0])
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as rest:
        answer = await rest.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    script = policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe" not in script
    assert len(answer.content) == int(answer.headers["Content-Length"])
    for inline in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
        digest = base64.b64encode(sha256(inline.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in script
    if answer.headers["Content-Type"] == "application/json":
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_page_keeps_its_own_content_security_policy() -> None:
    page = HTMLResponse("<p>", headers={"Content-Security-Policy": "default-src 'none'"})
    transport = httpx.ASGITransport(SecurityHeadersMiddleware(page))
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as rest:
        answer = await rest.get("/")
    assert answer.headers.get_list("Content-Security-Policy") == ["default-src 'none'"]
    assert answer.headers["X-Frame-Options"] == "DENY"
