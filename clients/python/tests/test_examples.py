"""The examples run against a server, and the guide names them and the columns of the exports."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clients.python.tests.strategy.recorded_market import write_recording
from tests.kit.stepped_market import stepping
from trading_api_client import AsyncClient, OrderStatus, PlacedOrder, Side
from trading_api_client.accounting.records import ExecutionRecord, LedgerRecord

FOLDER = Path(__file__).resolve().parents[1] / "examples"
GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "python.md").read_text(encoding="utf-8")
TESTED = {
    "account_to_dataframe.py",
    "first_order.py",
    "market_maker.py",
    "moving_average_bot.py",
}
WAIT_S = 60.0
"""The longest wait; only a test that fails waits this long."""


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    async with stepping() as market:
        yield f"http://{market.address}"


async def start(name: str, url: str, account: str) -> Process:
    return await run(name, url, "--account", account, "--seconds", str(WAIT_S))


async def run(name: str, *arguments: str) -> Process:
    quiet = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error", "COLUMNS": "200"}
    command = (sys.executable, str(FOLDER / name), *arguments)
    return await asyncio.create_subprocess_exec(
        *command, stdout=PIPE, stderr=STDOUT, env=os.environ | quiet
    )


async def read_until(process: Process, text: str) -> None:
    """Return once the process has written a line that begins with the text."""
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        while not (line := await process.stdout.readline()).startswith(text.encode()):
            assert line, f"the example ended without {text!r}"


async def ended(process: Process) -> str:
    async with asyncio.timeout(WAIT_S):
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


def test_every_example_is_tested() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} == TESTED


def test_the_guide_names_every_example_and_every_column() -> None:
    assert set(re.findall(r"^\| `(\w+\.py)` \|", GUIDE, re.MULTILINE)) == TESTED
    for name, record in (("executions", ExecutionRecord), ("ledger", LedgerRecord)):
        (columns,) = re.findall(rf"^\| {name} \| (.*) \|$", GUIDE, re.MULTILINE)
        assert columns.replace("`", "").split(", ") == list(record.__struct_fields__)


async def test_the_first_order_is_filled_and_its_position_closed(url: str) -> None:
    output = await ended(await start("first_order.py", url, "FIRST"))
    assert "Execution(id='execution-1', symbol='AAPL'" in output
    assert "[3 rows of PlacedOrder" in output
    async with AsyncClient(url, account="FIRST") as client:
        assert await client.positions() == []
        assert [fill.side for fill in await client.executions()] == [Side.BUY, Side.SELL]
        assert OrderStatus.WORKING not in {order.status for order in await client.orders()}


async def test_the_market_maker_moves_its_quotes_and_cancels_them(url: str) -> None:
    async with AsyncClient(url, account="MAKER") as client, client.order_updates() as updates:
        await updates.synchronized()
        process = await start("market_maker.py", url, "MAKER")
        first = [await updates.next(WAIT_S), await updates.next(WAIT_S)]
        assert {order.side for order in first} == {Side.BUY, Side.SELL}
        await moved(client, first[0])
        process.send_signal(signal.SIGINT)
        assert "AAPL, working orders: 0" in await ended(process)
        last = {order.id: order for order in await client.orders()}
        assert not any(order.status is OrderStatus.WORKING for order in last.values())
        assert abs(sum(fill.side * fill.qty for fill in await client.executions())) <= 20


async def moved(client: AsyncClient, order: PlacedOrder) -> None:
    """Move the market until the order has another price, or was filled."""
    while (now := await client.order(order.id)).limitPrice == order.limitPrice:
        if now.status is not OrderStatus.WORKING:
            return
        await client.advance_clock(by_ms=250)


async def test_an_account_is_followed_into_data_frames(url: str) -> None:
    process = await start("account_to_dataframe.py", url, "FOLLOWED")
    await read_until(process, "following FOLLOWED")
    async with AsyncClient(url, account="FOLLOWED") as client:
        await client.place_order("AAPL", Side.BUY, 3)
    await read_until(process, "Execution(id='execution-1'")
    process.send_signal(signal.SIGINT)
    output = await ended(process)
    assert "unrealizedPL" in output
    assert "AAPL    BUY     3.0" in output


async def test_the_moving_average_runs_in_a_backtest(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "bars.csv", 200)
    output = await ended(await run("moving_average_bot.py", "backtest", str(recording)))
    assert "Execution(id='execution-1'" in output
    assert "199 bars" in output


async def test_the_same_moving_average_runs_on_paper_until_it_is_interrupted(url: str) -> None:
    arguments = ("paper", url, "--account", "AVERAGE", "--resolution", "1S")
    process = await run("moving_average_bot.py", *arguments)
    traded = asyncio.create_task(read_until(process, "Execution(id='execution-1'"))
    async with AsyncClient(url, account="AVERAGE") as client:
        while not traded.done():
            await client.advance_clock(by_ms=1_000)
        await traded
        process.send_signal(signal.SIGINT)
        await ended(process)
        assert (await client.executions())[0].symbol == "AAPL"
