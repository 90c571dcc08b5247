"""The page of the trading terminal, served at `/`.

`frontend/apps/terminal` builds it into the folder `terminal` of the package.
"""

from collections.abc import Collection
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount

from trading_api.web.compressed_files import CompressedFiles
from trading_api.web.paths import ASYNCAPI_URL, DOCS_URL

TERMINAL_DIR = Path(__file__).parents[1] / "terminal"
_REQUIRED_MODULES = ("datafeed", "broker")
_HEADERS = {
    # Stricter than the default policy: every resource is served from here, and none is inline.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}


def terminal_router(modules: Collection[str], folder: Path = TERMINAL_DIR) -> APIRouter:
    """Return a router that serves `/` and `/assets`.

    Where the terminal is not built, or a module that it requires is not enabled, `/` says so and
    links to the API's documentation.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def terminal(request: Request) -> Response:
        root_path = request.scope.get("root_path", "")
        missing = [name for name in _REQUIRED_MODULES if name not in modules]
        if missing:
            return _message_page(
                f"The terminal needs the module {missing[0]}, which ENABLED_MODULES leaves out.",
                root_path,
            )
        if not (folder / "index.html").is_file():
            return _message_page(
                "The terminal is not built: `make dev` and `make serve` build it in a clone.",
                root_path,
            )
        return FileResponse(folder / "index.html", headers=_HEADERS)

    router.routes.append(Mount("/assets", _assets(folder / "assets")))
    return router


class _Assets(CompressedFiles):
    """Files whose name contains a hash of their content, so that browsers may keep them."""

    async def check_config(self) -> None:
        """Accept a missing folder: it may be built while the server runs."""


def _assets(folder: Path) -> _Assets:
    immutable = "public, max-age=31536000, immutable"
    return _Assets(directory=folder, check_dir=False, cache_control=immutable)


def _message_page(message: str, root_path: str) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>trading_api</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<p>{escape(message)} The API is documented: <a href="{root_path}{DOCS_URL}">REST</a>, '
        f'<a href="{root_path}{ASYNCAPI_URL}">WebSocket</a>.</p></html>',
        headers=_HEADERS,
    )
