"""The OpenAPI document, and its page: Swagger UI, which works with no internet."""

from __future__ import annotations

from functools import lru_cache

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from trading_api.web.cached_response import CachedResponse
from trading_api.web.compressed_files import CompressedFiles
from trading_api.web.paths import ASYNCAPI_URL, DOCS_URL, OPENAPI_URL

PAGE_ASSETS = ("trading_api.web", "assets")
"""The package and the folder of what all pages of documentation use."""
_ASSETS_URL = f"{DOCS_URL}/assets"
_PAGE_POLICY = {
    # Swagger UI's icons are `data:` URLs.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
_templates = Environment(
    loader=PackageLoader("trading_api.web"), autoescape=select_autoescape(["html", "j2"])
)


def add_rest_documentation(app: FastAPI) -> None:
    """Serve the document of the application's routes at OPENAPI_URL, and its page at DOCS_URL."""

    @lru_cache(maxsize=4)
    def document(root_path: str) -> CachedResponse:
        return CachedResponse(lambda: _render_document(app, root_path))

    async def openapi(request: Request) -> Response:
        return await document(_root_path(request)).respond(request)

    async def page(request: Request) -> HTMLResponse:
        return _render_page(app, _root_path(request))

    app.add_route(OPENAPI_URL, openapi, include_in_schema=False)
    app.add_route(DOCS_URL, page, include_in_schema=False)
    app.mount(_ASSETS_URL, CompressedFiles(packages=[("fastapi_offline", "static"), PAGE_ASSETS]))


def _root_path(request: Request) -> str:
    root_path: str = request.scope.get("root_path", "")
    return root_path


def _render_document(app: FastAPI, root_path: str) -> JSONResponse:
    servers = {"servers": [{"url": root_path}]} if root_path else {}
    return JSONResponse(app.openapi() | servers)


def _render_page(app: FastAPI, root_path: str) -> HTMLResponse:
    page = _templates.get_template("rest_documentation.html.j2").render(
        title=app.title,
        version=app.version,
        description=app.description,
        root=root_path,
        assets=root_path + _ASSETS_URL,
        openapi=root_path + OPENAPI_URL,
        asyncapi=root_path + ASYNCAPI_URL,
    )
    return HTMLResponse(page, headers=_PAGE_POLICY)
