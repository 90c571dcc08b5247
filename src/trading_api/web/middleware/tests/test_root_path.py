"""An application at a sub-path answers the same with and without the sub-path in the request."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.kit.server import connected, serving
from tests.kit.signed_tokens import secured
from trading_api.app_factory import create_app
from trading_api.settings import Settings

ROOT = "/trading"
SETTINGS = Settings.defaults().model_copy(update={"root_path": ROOT, "database_url": "memory:"})
PAGES = ("/api/v1/docs", "/api/v1/ws/asyncapi")


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    app, _ = create_app(SETTINGS)
    async with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
async def secured_address() -> AsyncIterator[str]:
    hosts = {"root_path": ROOT, "allowed_hosts": "trading.example"}
    app, _ = create_app(secured(**hosts, database_url="memory:"))
    async with serving(app) as address:
        yield address


@pytest.mark.parametrize("prefix", ["", ROOT])
async def test_every_path_is_served_with_and_without_the_sub_path(
    secured_address: str, prefix: str
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{secured_address}") as rest:
        host = {"Host": "trading.example"}
        for path in ("/", "/api/v1/health", "/health/ready", *PAGES):
            answer = await rest.get(prefix + path, headers=host)
            assert answer.status_code == 200, path
        probe = await rest.get(f"{prefix}/health/live", headers={"Host": "10.0.0.7"})
        assert probe.status_code == 200, "probes need no Host"
        answer = await rest.get(f"{prefix}/api/v1/broker/orders", headers=host)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        assert (await rest.delete(f"{prefix}/api/v1/health", headers=host)).headers[
            "Allow"
        ] == "GET"
        assert (await rest.get(f"{prefix}/assets/none.js", headers=host)).status_code == 404


async def test_the_links_of_pages_and_documents_contain_the_sub_path(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
        page = (await rest.get(ROOT + PAGES[0])).text
        links = re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", page)
        paths = [link for pair in links for link in pair if link]
        assert len(paths) >= 3
        for path in paths:
            assert path.startswith(f"{ROOT}/"), path
            assert (await rest.get(path)).status_code == 200, path
        document = (await rest.get(f"{ROOT}/api/v1/openapi.json")).json()
        assert document["servers"] == [{"url": ROOT}]
        assert "/api/v1/health" in document["paths"]
        answer = await rest.get(ROOT)
        assert answer.status_code in (200, 307)
        assert answer.status_code == 200 or answer.headers["Location"].endswith(f"{ROOT}/")


@pytest.mark.parametrize("prefix", ["", ROOT])
async def test_sockets_open_at_the_sub_path(address: str, prefix: str) -> None:
    async with connected(f"{address}{prefix}") as client:
        await client.subscribe("bars", symbol="AAPL", resolution="1")


@pytest.mark.parametrize("root_path", ["trading", "/trading/", "/a b", "//", '/"><script>'])
def test_a_root_path_that_is_no_path_is_refused(root_path: str) -> None:
    with pytest.raises(ValueError, match="root_path"):
        Settings.model_validate({"root_path": root_path})
