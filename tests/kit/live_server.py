"""A real server on the simulated venue: its market and its live account, in processes to kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.kit.deployment import ServerProcess
from tests.kit.venue import ccxt_options
from tests.kit.venue.account import API_KEY, SECRET
from tests.kit.venue.process import VenueProcess
from trading_api.web.paths import PREFIX

LIVE = "LIVE-KILLED"
SYMBOL = "BTCUSDT"
PLACE = "POST /api/v3/order"
WAIT_S = 90.0
"""The longest wait; a start imports ccxt twice, on a machine that does other work too."""

Row = dict[str, Any]


@dataclass
class LiveServer:
    """A server in a process of its own, with a ledger in `folder`."""

    venue: VenueProcess
    folder: Path
    process: ServerProcess = field(init=False)
    port: int = field(init=False)
    _halted: list[int] = field(default_factory=list)

    async def start(self) -> None:
        """Start a server, and return once it listens."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = ServerProcess(
            "server",
            [sys.executable, "-m", "trading_api", "serve"],
            self.environment(),
            self.folder / "server.log",
            ready_url=f"{self.url}{PREFIX}/health",
        )
        self.process.start()
        await self.process.ready()

    def environment(self) -> dict[str, str]:
        """Return the environment of the server, and of the commands on its ledger."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return kept | {
            "PORT": str(self.port),
            "ACCOUNT_CURRENCY": "USDT",
            "DATABASE_URL": f"sqlite:///{self.folder}/trading.db",
            "DATA_DIR": str(self.folder / "data"),
            "DATAFEED_SOURCE": "ccxt",
            "DATAFEED_VENUE": "binance",
            "DATAFEED_SYMBOLS": "BTC/USDT",
            "DATAFEED_HISTORY_DAYS": "1",
            "CCXT_OPTIONS": json.dumps(ccxt_options(self.venue.address) | {"timeout": 4_000}),
            "BROKER": "ccxt",
            "BROKER_VENUE": "binance",
            "BROKER_URL": f"http://{self.venue.address}",
            "LIVE_ACCOUNT_ID": LIVE,
            "LIVE_TRADING": "yes-with-real-money",
            "LIVE_HELD_BRACKETS": "1",
            "LIVE_API_KEY": API_KEY,
            "LIVE_API_SECRET": SECRET,
            "RISK_ORDER_VALUE_MAX": "1000000",
            "RISK_POSITION_VALUE_MAX": "1000000",
            "RISK_DAILY_LOSS_MAX": "1000000",
            "RISK_PRICE_DISTANCE_PERCENT": "90",
            "RISK_ORDERS_PER_MINUTE": "1000",
        }

    async def kill(self) -> None:
        """End the server by SIGKILL. The processes of its clients end with it."""
        pid = self.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await self.process.ended()

    def kill_now(self) -> None:
        """End the server by SIGKILL, without a wait."""
        if (pid := self.process.pid) is not None:
            os.kill(pid, signal.SIGKILL)

    def halt_clients(self) -> None:
        """Halt the processes of the clients: what they are given is not sent."""
        self._halt(self.client_pids())

    def halt_sender(self) -> None:
        """Halt the process that sends orders. That of the market goes on."""
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self.client_pids()}
        self._halt([pid for pid, line in lines.items() if b"modules.broker" in line])
        assert self._halted

    def _halt(self, pids: list[int]) -> None:
        self._halted = pids
        for pid in self._halted:
            os.kill(pid, signal.SIGSTOP)

    def kill_halted(self) -> None:
        """Kill the halted processes: what they were given is never sent."""
        for pid in self._halted:
            os.kill(pid, signal.SIGKILL)

    def client_pids(self) -> list[int]:
        """Return the processes that the server has started."""
        pid = self.process.pid
        path = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(each) for each in path.read_text().split()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # REST

    def get(self, path: str) -> Any:
        """Return what the server answers for the live account, or None for an error."""
        response = httpx.get(f"{self.url}{PREFIX}{path}", params={"account_id": LIVE}, timeout=10)
        return response.json() if response.status_code == 200 else None

    async def place(
        self, key: str, quantity: float, limit: float | None = None, **more: Any
    ) -> str:
        """Place an order to buy, as soon as the venue is connected and has prices, and return its
        id: its intent is committed."""
        order: Row = {"symbol": SYMBOL, "side": 1, "type": 2, "qty": quantity} | more
        if limit is not None:
            order |= {"type": 1, "limitPrice": limit}
        answers: list[httpx.Response] = []

        def is_placed() -> bool:
            answers.append(
                httpx.post(
                    f"{self.url}{PREFIX}/broker/orders",
                    params={"account_id": LIVE},
                    json=order,
                    headers={"Idempotency-Key": key},
                    timeout=20,
                )
            )
            is_early = answers[-1].status_code == 503 or "risk_no_price" in answers[-1].text
            return not is_early

        await self.until(is_placed)
        assert answers[-1].status_code == 200, answers[-1].text
        return str(answers[-1].json()["orderId"])

    def cancel(self, order_id: str) -> None:
        """Request the cancellation of an order."""
        response = httpx.delete(
            f"{self.url}{PREFIX}/broker/orders/{order_id}", params={"account_id": LIVE}, timeout=20
        )
        assert response.status_code == 200, response.text

    def order(self, order_id: str) -> Row:
        """Return an order of the live account."""
        orders: list[Row] = self.get("/broker/orders") or []
        return next((each for each in orders if each["id"] == order_id), {})

    def id_prefix(self) -> str:
        """Return how the client order ids of the account begin."""
        (payload,) = self._ledger("SELECT payload FROM events WHERE kind = 'VenueAssigned'")
        return str(json.loads(payload[0])["id_prefix"])

    def _ledger(self, statement: str) -> list[tuple[Any, ...]]:
        path = f"file:{self.folder}/trading-live.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as ledger:
            return ledger.execute(statement).fetchall()

    def position(self) -> float:
        """Return the quantity of the position."""
        positions: list[Row] = self.get("/broker/positions") or []
        return float(sum(each["qty"] for each in positions if each["symbol"] == SYMBOL))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once the condition holds. Raises TimeoutError."""
        async with asyncio.timeout(WAIT_S):
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110, another process
                await asyncio.sleep(0.05)

    def verify(self) -> str:
        """Run `trading-api verify-ledger`, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "trading_api", "verify-ledger"],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
