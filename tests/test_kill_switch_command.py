"""`trading-api broker halt` and `resume` against a running server."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest

from tests.kit.commands import command
from tests.kit.live_account import LIVE, live_app
from tests.kit.server import serving
from tests.kit.signed_tokens import SECRET, bearer, token
from trading_api.web.paths import PREFIX

ENVIRONMENT = {"AUTH_MODE": "secret", "AUTH_SECRET": SECRET}
LIMIT = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


async def test_halt_cancels_the_orders_and_resume_lets_the_account_trade_again() -> None:
    headers, query = bearer(token(accounts=(LIVE,))), {"account_id": LIVE}
    async with (
        serving(live_app()) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}", headers=headers) as rest,
    ):

        async def run(*arguments: str, **environment: str) -> tuple[int, str]:
            result = await asyncio.to_thread(
                command,
                ["broker", *arguments, "--url", f"http://{address}"],
                **ENVIRONMENT | environment,
            )
            return result.returncode, result.stdout + result.stderr

        async def switch() -> Any:
            return (await rest.get("/broker/kill-switch", params=query)).json()

        assert await switch() == {"on": False, "reason": ""}
        placed = await rest.post("/broker/orders", params=query, json=LIMIT)
        order_id = placed.json()["orderId"]
        assert await run("halt", "--account", LIVE, "--reason", "a wild strategy") == (
            0,
            f"{LIVE} is halted; canceling {order_id}. Positions stay open.\n",
        )
        state = await switch()
        assert (state["on"], state["reason"]) == (True, "a wild strategy")
        refused = await rest.post("/broker/orders", params=query, json=LIMIT)
        assert (refused.status_code, refused.json()["code"]) == (409, "trading_halted")
        events = await rest.get("/broker/events", params=query | {"since": "2"})
        event = events.json()[0]
        assert (event["type"], event["killSwitch"]["on"]) == ("killSwitchSet", True)
        # The account of the settings is the default.
        status, text = await run("halt", LIVE_ACCOUNT_ID=LIVE)
        assert (status, text) == (0, f"{LIVE} is halted; no order was live. Positions stay open.\n")
        assert await run("resume", "--account", LIVE) == (0, f"{LIVE} trades again.\n")
        assert not (await switch())["on"]
        assert (await rest.post("/broker/orders", params=query, json=LIMIT)).status_code == 200
        # Paper accounts have it too, for a rehearsal.
        assert (await run("halt"))[0] == 0
        status, text = await run("halt", "--account", "LIVE-2")
        assert (status, text) == (
            1,
            (
                "LIVE-2 is unchanged: There is no account 'LIVE-2'; "
                "GET /api/v1/broker/accounts lists yours.\n"
            ),
        )
        status, text = await run("halt", "--reason", "r" * 201)
        assert status == 1
        assert "reason" in text
        status, text = await run("halt", AUTH_MODE="jwks", TRADING_API_TOKEN=token("market:read"))
        assert status == 1
        assert "account:trade" in text


def test_a_server_that_does_not_answer_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    result = command(["broker", "halt"], PORT=str(port))
    assert result.returncode == 1
    assert f"http://127.0.0.1:{port} does not answer" in result.stdout
    assert "cancel them at the venue" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        ([], {"AUTH_MODE": "jwks"}, "TRADING_API_TOKEN"),
        (["--url", "file:///etc/passwd"], {}, "no http or https address"),
        ([], {"AUTH_MODE": "secret", "AUTH_SECRET": "short"}, "AUTH_SECRET"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    result = command(["broker", "halt", *arguments], **environment)
    assert result.returncode == 2
    assert sentence in result.stderr
