"""`/` serves the terminal, or a page that explains why it cannot."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.terminal_page import terminal_router

BOTH = ("datafeed", "broker")
DOCUMENTS = ("/api/v1/docs", "/api/v1/ws/asyncapi")


def _reading(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def _app(folder: Path, modules: tuple[str, ...] = BOTH) -> FastAPI:
    app = FastAPI()
    app.include_router(terminal_router(modules, folder))
    return app


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<script src=/assets/index-1.js></script>")
    (tmp_path / "assets" / "index-1.js").write_text("1")
    return tmp_path


async def test_browsers_cache_the_assets_but_not_the_page(built: Path) -> None:
    async with _reading(_app(built)) as browser:
        page = await browser.get("/")
        asset = await browser.get("/assets/index-1.js")
        assert page.headers["cache-control"] == "no-cache"
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["content-type"].startswith("text/javascript")
        again = await browser.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert again.status_code in (200, 304)
        assert (await browser.head("/")).status_code == 200


async def test_the_page_may_only_load_resources_of_the_server(built: Path) -> None:
    async with _reading(_app(built)) as browser:
        policy = (await browser.get("/")).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/../index.html", "/assets/"])
async def test_an_unknown_asset_is_not_found(built: Path, path: str) -> None:
    async with _reading(_app(built)) as browser:
        response = await browser.get(path)
        assert response.status_code == 404
        assert "cache-control" not in response.headers


async def test_a_terminal_that_is_not_built_is_explained(tmp_path: Path) -> None:
    async with _reading(_app(tmp_path / "none")) as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        assert "`make dev` and `make serve` build it" in page.text
        assert all(path in page.text for path in DOCUMENTS)
        assert (await browser.get("/assets/index-1.js")).status_code == 404


@pytest.mark.parametrize(("enabled", "missing"), [("datafeed", "broker"), ("broker", "datafeed")])
async def test_a_missing_module_is_named(enabled: str, missing: str) -> None:
    api_app, _ = create_app([enabled])
    async with _reading(api_app) as browser:
        page = await browser.get("/")
        assert f"needs the module {missing}" in page.text
        assert all(path in page.text for path in DOCUMENTS)


async def test_the_terminal_is_served_at_the_root_and_not_documented() -> None:
    api_app, _ = create_app(Settings.defaults())
    async with _reading(api_app) as browser:
        page = await browser.get("/")
        assert page.headers["content-type"].startswith("text/html")
        assert "/" not in api_app.openapi()["paths"]
