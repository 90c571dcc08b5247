"""What an order costs behind `PaperBroker.submit`, without HTTP: its CPU, and what it leaves to
the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from statistics import median

from benchmarks.report import Figure
from tests.kit.manual_market import ManualMarket, instrument
from trading_api.domain.broker_commands import OrderInstruction, PlaceOrderCommand
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.journal.instrumented import InstrumentedJournal
from trading_api.modules.broker.paper.factory import create_paper_broker
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings

CLIENTS = 128
ORDERS_EACH = 80
TURNS = 5
ACCOUNTS = 32


async def measure() -> list[Figure]:
    """Each client submits its next order once the last one is answered."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"memory": "memory:", "SQLite ledger": f"sqlite:///{Path(folder) / 'trading.db'}"}
        return [figure for name, url in urls.items() for figure in await _figures(name, url)]


async def _figures(name: str, database_url: str) -> list[Figure]:
    settings = Settings.defaults().model_copy(update={"database_url": database_url})
    metrics, market = Metrics(), ManualMarket(instrument("AAPL"))
    market.move("AAPL", "149.99", "150.01")
    journal = InstrumentedJournal(create_journal(settings), metrics)
    broker = create_paper_broker(settings, journal, market, metrics)
    await broker.start()
    running = asyncio.create_task(broker.run())
    await _turn(broker)
    gc.collect()
    tracked = len(gc.get_objects())
    gc.freeze()  # as a server does with what it loaded
    pauses = _Pauses()
    gc.callbacks.append(pauses)
    costs_s = [await _turn(broker) for _ in range(TURNS)]
    longest_s = pauses.longest_s
    gc.collect()
    gc.callbacks.remove(pauses)
    gc.unfreeze()
    left = (len(gc.get_objects()) - tracked) / (TURNS * CLIENTS * ORDERS_EACH)
    running.cancel()
    await asyncio.wait([running])
    return [
        Figure("submit_order", name, median(costs_s) * 1e6, "us CPU / order"),
        Figure("submit_order", f"{name}, tracked by the collector", left, "objects / order"),
        Figure("submit_order", f"{name}, longest collection", longest_s * 1e3, "ms CPU"),
        Figure("submit_order", f"{name}, collection at the end", pauses.last_s * 1e3, "ms CPU"),
    ]


class _Pauses:
    """A callback of the garbage collector that measures collections, in CPU seconds."""

    def __init__(self) -> None:
        self.longest_s = self.last_s = self._started_s = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._started_s = time.thread_time()
        else:
            self.last_s = time.thread_time() - self._started_s
            self.longest_s = max(self.longest_s, self.last_s)


async def _turn(broker: PaperBroker) -> float:
    """Return the CPU seconds of an order."""
    started_s = time.process_time()
    async with asyncio.TaskGroup() as clients:
        for number in range(CLIENTS):
            clients.create_task(_submit(broker, f"BENCH-{number % ACCOUNTS}"))
    return (time.process_time() - started_s) / (CLIENTS * ORDERS_EACH)


async def _submit(broker: PaperBroker, account_id: str) -> None:
    order = OrderInstruction(
        symbol="AAPL",
        side=Side.BUY,
        type=OrderType.LIMIT,
        quantity=Decimal(1),
        limit_price=Decimal(1),
    )
    for _ in range(ORDERS_EACH):
        await broker.submit(account_id, PlaceOrderCommand(order))
