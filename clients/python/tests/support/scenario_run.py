"""Runs the outages of tests/contract/client_scenarios.json with the Python client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients.python.tests.support.lossy_proxy import LossyProxy, lossy_proxy
from tests.kit.deployment import ServerProcess
from tests.kit.server import TIMEOUT_S, until
from tests.kit.signed_tokens import token
from trading_api.auth.tokens import LEEWAY_S
from trading_api_client import AsyncClient, OrderStatus, Side, StreamOptions
from trading_api_client.backoff import Backoff
from trading_api_client.models import Execution, PlacedOrder, Position
from trading_api_client.stream.reconnecting_socket import SocketState

ROOT = Path(__file__).resolve().parents[4]
SCENARIOS: dict[str, Any] = json.loads(
    (ROOT / "tests" / "contract" / "client_scenarios.json").read_text(encoding="utf-8")
)
OPTIONS = StreamOptions(
    backoff=Backoff(base_s=0.05, max_s=0.2), ping_interval_s=0.5, reply_timeout_s=1.5
)


class ScenarioServer:
    """A server process with a ledger in `folder`, which a scenario kills and pauses."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        environment = os.environ | SCENARIOS["server"] | {"PORT": self.address.partition(":")[2]}
        self._process = ServerProcess(
            "server",
            [sys.executable, "-m", "trading_api", "serve"],
            environment | {"DATABASE_URL": f"sqlite:///{folder}/trading.db"},
            folder / "server.log",
            ready_url=f"http://{self.address}/api/v1/health",
        )

    async def start(self) -> None:
        self._process.start()
        await self._process.ready()

    async def kill(self) -> None:
        self.send_signal(signal.SIGCONT)
        self.send_signal(signal.SIGKILL)
        await self._process.ended()

    def send_signal(self, number: int) -> None:
        pid = self._process.pid
        assert pid is not None
        os.kill(pid, number)


def signed(account: str, valid_s: float) -> str:
    """Return a token that the server accepts for this long."""
    secret = SCENARIOS["server"]["AUTH_SECRET"]
    return token(accounts=(account,), secret=secret, exp=time.time() + valid_s - LEEWAY_S)


@dataclass
class Issuer:
    """Returns the same token until `renew`."""

    account: str
    value: str
    valid_until_s: float

    def token(self) -> str:
        return self.value

    def renew(self) -> None:
        self.value = signed(self.account, 600)


@dataclass
class Reported:
    """What the client under test has reported."""

    executions: list[Execution] = field(default_factory=list)
    orders: list[PlacedOrder] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    states: list[SocketState] = field(default_factory=list)

    def on_position(self, position: Position) -> None:
        self.positions[position.id] = position


class OutageRun:
    """One outage: a client behind a proxy, and another client that trades in its account."""

    def __init__(
        self, server: ScenarioServer, proxy: LossyProxy, trader: AsyncClient, issuer: Issuer
    ) -> None:
        self._server = server
        self._proxy = proxy
        self._trader = trader
        self._issuer = issuer
        self.reported = Reported()

    async def step(self, text: str) -> None:
        """Do one step of a scenario."""
        name, _, number = text.partition(" ")
        match name:
            case "place":
                for _ in range(int(number)):
                    await self._trader.place_order("BTCUSD", Side.BUY, 0.01)
            case "received":
                await self.all_received()
            case "kill":
                await self._server.kill()
            case "start":
                await self._server.start()
            case "pause":
                self._server.send_signal(signal.SIGSTOP)
            case "continue":
                self._server.send_signal(signal.SIGCONT)
            case "cut":
                self._proxy.cut()
            case "stall":
                self._proxy.stall()
            case "restore":
                self._proxy.restore()
            case "disconnected":
                await until(lambda: self.reported.states[-1].phase != "connected")
            case "expired":
                await until(lambda: time.time() > self._issuer.valid_until_s + 0.1)
            case "renew":
                self._issuer.renew()
            case _:
                raise AssertionError(text)

    async def all_received(self) -> None:
        """Wait until the client has reported every execution, and compare the rest."""
        reported = self.reported
        await self._all_filled()
        executions = await self._trader.executions(limit=None)
        await until(lambda: len(reported.executions) >= len(executions))
        assert reported.executions == executions
        orders = {order.id: order for order in await self._trader.orders()}
        await until(lambda: {order.id: order for order in reported.orders} == orders)
        versions = [(order.id, order.version) for order in reported.orders]
        assert len(versions) == len(set(versions))
        (position,) = await self._trader.positions()
        # The client may have reported no position yet.
        await until(lambda: [each.qty for each in reported.positions.values()] == [position.qty])

    async def _all_filled(self) -> None:
        """Wait until no order works. A quote can show less than an order wants; later ones fill
        the rest."""
        async with asyncio.timeout(TIMEOUT_S):
            while await self._has_working_order():  # noqa: ASYNC110, it asks the server
                await asyncio.sleep(0.005)

    async def _has_working_order(self) -> bool:
        orders = await self._trader.orders()
        return any(order.status is OrderStatus.WORKING for order in orders)


async def run_outage(server: ScenarioServer, scenario: dict[str, Any], account: str) -> Reported:
    """Run the steps of a scenario, and return what the client has reported."""
    valid_s = scenario.get("tokenValidS", 600)
    issuer = Issuer(account, signed(account, valid_s), time.time() + valid_s)
    async with (
        lossy_proxy(server.address) as (proxy, address),
        AsyncClient(f"http://{server.address}", signed(account, 600), account) as trader,
        AsyncClient(f"http://{address}", issuer.token, account, stream_options=OPTIONS) as client,
    ):
        run = OutageRun(server, proxy, trader, issuer)
        client.on_socket_state(run.reported.states.append)
        subscriptions = (
            client.on_execution(run.reported.executions.append),
            client.on_order(run.reported.orders.append),
            client.on_position(run.reported.on_position),
        )
        await asyncio.gather(*(each.synchronized() for each in subscriptions))
        for step in scenario["steps"]:
            await run.step(step)
        await run.all_received()
        return run.reported
