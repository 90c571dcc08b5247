"""A server with a live account at Alpaca's simulator: REST, the connection, and the keys."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from tests.kit.alpaca.alpaca_faults import held_answer
from tests.kit.alpaca.alpaca_server import running_alpaca
from tests.kit.alpaca.live_server import ACCOUNT, ORDER, answered, live_environment, shown
from tests.kit.commands import command
from tests.kit.deployment import Deployment, running
from tests.kit.deployment_layouts import embedded
from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX


@pytest.mark.anyio
async def test_an_order_is_traded_by_rest_and_the_kill_switch_ends_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_alpaca("key-of-the-account", "secret-of-the-account") as alpaca:
        names = {"DATABASE_URL": "memory:", "LIVE_DATABASE_URL": "memory:"}
        values = {name.lower(): text for name, text in (live_environment(alpaca) | names).items()}
        settings = Settings.model_validate(Settings.defaults().model_dump() | values)
        app, _ = create_app(settings)
        async with (
            serving(app, settings) as address,
            httpx.AsyncClient(base_url=f"http://{address}{PREFIX}") as rest,
        ):
            placed = await answered(lambda: rest.post("/broker/orders", params=ACCOUNT, json=ORDER))
            await shown(rest, "/broker/orders", {"id": placed["orderId"], "status": 6})
            (order,) = alpaca.account.orders.values()
            alpaca.account.fill(order, 4, 1)
            await shown(rest, "/broker/orders", {"filledQty": 4})
            alpaca.account.fill(order, 6, 1)
            await shown(rest, "/broker/positions", {"symbol": "AAPL", "qty": 10})
            await shown(rest, "/broker/orders", {"status": 2})

            await rest.post("/broker/orders", params=ACCOUNT, json=ORDER)
            await shown(rest, "/broker/orders", {"status": 2}, {"status": 6})
            switched = {"on": True, "reason": "a test"}
            await rest.put("/broker/kill-switch", params=ACCOUNT, json=switched)
            await shown(rest, "/broker/orders", {"status": 2}, {"status": 1})
            assert [each.status for each in alpaca.account.orders.values()] == [
                "filled",
                "canceled",
            ]
            refused = await rest.post("/broker/orders", params=ACCOUNT, json=ORDER)
            assert refused.json()["code"] == "trading_halted"
            config = await rest.get("/broker/config", params=ACCOUNT)
            events = await rest.get("/broker/events", params=ACCOUNT)
            metrics = await rest.get(f"http://{address}/metrics")
    seen = caplog.text + config.text + events.text + metrics.text
    for key in ("key-of-the-account", "secret-of-the-account"):
        assert key not in seen


@pytest.mark.anyio
async def test_a_killed_server_sends_nothing_twice_and_loses_no_fill(tmp_path: Path) -> None:
    async with running_alpaca() as alpaca:
        deployment = embedded(tmp_path)
        process = deployment.processes["server"]
        environment = dict(process.environment) | live_environment(alpaca)
        process.environment = environment
        first, second = {"Idempotency-Key": "first"}, {"Idempotency-Key": "second"}
        async with (
            running(deployment),
            httpx.AsyncClient(base_url=f"{deployment.base_urls[0]}{PREFIX}", timeout=30) as rest,
        ):
            answer = alpaca.faults.add(held_answer("POST", "/v2/orders"))
            placed = await place(rest, first)
            await answer.reached.wait()
            await kill_and_start(deployment)
            answer.release.set()
            await shown(rest, "/broker/orders", {"id": placed, "status": 6})

            other = await place(rest, second)
            await shown(
                rest, "/broker/orders", {"id": placed, "status": 6}, {"id": other, "status": 6}
            )
            alpaca.stream.hold()
            one, two = alpaca.account.orders.values()
            alpaca.account.fill(one, 4, 1)
            alpaca.account.fill(two, 10, 1)
            await alpaca.settle()
            alpaca.stream.lose()
            await kill_and_start(deployment)
            await shown(
                rest,
                "/broker/orders",
                {"id": placed, "status": 6, "filledQty": 4},
                {"id": other, "status": 2, "filledQty": 10},
            )
            await shown(rest, "/broker/positions", {"symbol": "AAPL", "qty": 14})
            assert await place(rest, first) == placed
            assert alpaca.requests.count("POST /v2/orders") == 2
            await deployment.stop("server")
            verified = command(["verify-ledger"], **environment)
            assert verified.returncode == 0, verified.stderr


async def place(rest: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """Place an order, and return its id."""
    reply = await answered(
        lambda: rest.post("/broker/orders", params=ACCOUNT, json=ORDER, headers=headers)
    )
    return str(reply["orderId"])


async def kill_and_start(deployment: Deployment) -> None:
    await deployment.kill("server")
    await deployment.start_again("server")
