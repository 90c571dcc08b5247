"""The negotiation of the subprotocol, over a real socket."""

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.kit.echo_route import EchoApp
from tests.kit.server import connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        (["trading-api"], "trading-api"),
        (["unknown", "bearer.abc", "trading-api"], "trading-api"),
        (["bearer.abc"], None),
        (None, None),
    ],
)
async def test_the_response_names_the_selected_subprotocol(
    offered: list[Subprotocol] | None, selected: str | None
) -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        connected(address, subprotocols=offered) as client,
    ):
        assert client.connection.subprotocol == selected


async def test_an_upgrade_that_offers_nothing_known_is_answered_with_400() -> None:
    app, ws_app = create_app(Settings.defaults())
    async with serving(app) as address:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(address, subprotocols=["unknown", "trading-api.v9"]):
                pass
        response = refused.value.response
        assert response.status_code == 400
        assert json.loads(response.body or b"")["code"] == "unknown_subprotocol"
        assert not ws_app.connections
