"""A module with a mounted application, which authenticates its own clients."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.kit.captured_log import captured_log
from tests.kit.server import serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.observability.logs import JsonFormatter
from trading_api.shared.module_interface import AnyWsRouter, ModuleContext

ENTRY_POINT = f"[trading_api.modules]\necho = {__name__}:EchoModule\n"


async def echo(request: Request) -> PlainTextResponse:
    principal = request.scope["state"].get("principal")
    return PlainTextResponse(f"{request.path_params['text']} {principal and principal.subject}")


async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("welcome")
    await websocket.close()


class EchoModule:
    """Serves `/echo`; clients of `/echo/own/...` are its own."""

    name = "echo"
    service = None

    def __init__(self, context: ModuleContext) -> None:
        self._context = context

    def applications(self) -> Mapping[str, ASGIApp]:
        routes = [Route("/{text:path}", echo), WebSocketRoute("/own/stream", greet)]
        return {"/echo": Starlette(routes=routes)}

    def authenticated_paths(self) -> str:
        return "/echo/own/.*"

    def get_api_routers(self) -> Sequence[APIRouter]:
        return []

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        return []

    async def start(self) -> None: ...

    async def run(self) -> None:
        assert self._context.history.resolutions()
        self._context.admission.admit("DEMO-ACCOUNT")


@pytest.fixture(scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    package = tmp_path_factory.mktemp("package")
    metadata = package / "echo-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: echo\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINT)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(package)
        app, _ = create_app(secured(database_url="memory:"))
    async with serving(app) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "subject", "answer"),
    [
        ("/echo/own/a", None, (200, "own/a None")),
        ("/echo/b", "me", (200, "b me")),
        ("/echo", "me", (200, " me")),
    ],
)
async def test_its_application_is_served(
    address: str, path: str, subject: str | None, answer: tuple[int, str]
) -> None:
    headers = bearer(token(sub=subject)) if subject else {}
    async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
        response = await rest.get(path, headers=headers)
    assert (response.status_code, response.text) == answer
    assert response.headers["x-request-id"]
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/echo", "/echo/own/a"])
async def test_its_requests_are_logged_by_their_path_and_the_name_of_the_module(
    address: str, path: str
) -> None:
    with captured_log(JsonFormatter()) as log:
        async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
            response = await rest.get(path, headers=bearer(token(sub="me")))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    own = {"event": "request", "request_id": response.headers["x-request-id"]}
    (request,) = [line for line in lines if own.items() <= line.items()]
    assert (request["path"], request["operation"]) == (path, "echo")


@pytest.mark.parametrize("path", ["/echo/b", "/echo/own", "/echo//own/a", "/other/echo/own/a"])
async def test_all_other_paths_need_a_token(address: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as rest:
        assert (await rest.get(path)).status_code == 401


async def test_a_web_page_of_a_foreign_origin_cannot_connect(address: str) -> None:
    url = f"ws://{address}/echo/own/stream"
    origins: list[dict[str, Any]] = [{}, {"origin": "http://localhost"}]
    for allowed in origins:
        async with connect(url, **allowed) as client:
            assert await client.recv() == "welcome"
    with pytest.raises(InvalidStatus, match="403"):
        await connect(url, origin="http://foreign.example")  # type: ignore[arg-type]
