"""`trading-api mcp`: an assistant on standard input and output."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable

import pytest

from tests.kit.assistant import Assistant, assistant, assistant_of_process, new_caller
from tests.kit.server import serving
from tests.kit.signed_tokens import bearer, secured
from trading_api.app_factory import create_app
from trading_api.cli import main
from trading_api.errors import ConfigurationError

LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "10", "limit_price": "1.5"}


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    app, _ = create_app(secured(enabled_modules="all,mcp", database_url="memory:"))
    async with serving(app) as address:
        yield address


async def test_a_process_bridges_standard_input_to_the_server(address: str) -> None:
    caller = new_caller()
    environment = {
        "TRADING_API_URL": f"http://{address}",
        "TRADING_API_TOKEN": caller["Authorization"].removeprefix("Bearer "),
    }
    command = (sys.executable, "-m", "trading_api", "mcp")
    async with (
        assistant_of_process(*command, **environment) as bridged,
        assistant(address, caller) as direct,
    ):
        tools = (await bridged.client.list_tools()).tools
        assert tools == (await direct.client.list_tools()).tools
        placed = await bridged.place(**LIMIT)
        assert (await direct.call("orders"))["orders"] == [placed["order"]]
        assert await bridged.error_code("quote", symbols=["NONE"]) == "unknown_symbol"


async def test_the_bridge_serves_a_version_with_a_handshake(address: str) -> None:
    from mcp import Client

    from trading_api.modules.mcp.stdio_bridge import create_bridge_server

    async with assistant(address, new_caller()) as direct:
        server = create_bridge_server(direct.client)
        async with Client(server, mode="legacy") as client:
            assert client.instructions == direct.client.instructions
            bridged = Assistant(client)
            placed = await bridged.place(**LIMIT)
            assert (await direct.call("orders"))["orders"] == [placed["order"]]


@pytest.mark.parametrize(
    ("url", "new_headers", "sentence"),
    [
        ("http://{}/mcp", dict, "needs a token in TRADING_API_TOKEN"),
        (
            "http://{}/mcp",
            lambda: bearer("a.b.c"),
            "does not accept the token in TRADING_API_TOKEN",
        ),
        (
            "http://{}/other/mcp",
            new_caller,
            "answers 404: the server needs ENABLED_MODULES=all,mcp",
        ),
        ("http://127.0.0.1:1/mcp", new_caller, "does not answer"),
        ("http:///mcp", new_caller, "does not answer"),
    ],
)
async def test_the_bridge_reports_an_unusable_server_in_one_sentence(
    address: str, url: str, new_headers: Callable[[], dict[str, str]], sentence: str
) -> None:
    from trading_api.modules.mcp.stdio_bridge import bridge

    with pytest.raises(ConfigurationError, match=sentence):
        await bridge(url.format(address), new_headers())


def test_the_command_refuses_another_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "--url", "ftp://server"]) == 2
    assert capsys.readouterr().err == "trading-api: ftp://server is no http or https address.\n"
