"""Brokers whose shards move at random end in the same states as one broker that holds them all.

The commands, the quotes and the moves are random; a failure prints the seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.kit.paper_client import PaperClient
from tests.kit.paper_exchange import LIMIT, MARKET, STOP, PaperExchange, running
from tests.kit.scale import scaled
from trading_api.domain.shards import shard_of
from trading_api.errors import ApiError
from trading_api.models.broker import LeverageSetParams, PreOrder
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.journal.journal import RecoveryStep
from trading_api.modules.broker.journal.memory import MemoryJournal

SHARDS = 4
BROKERS = 3
STEPS = 150
ACCOUNTS = [f"ACCOUNT-{number}" for number in range(10)]
SYMBOLS = {"AAPL": 100, "MSFT": 100, "NIKKEI": 15_000}

Doing = Callable[[PaperClient, str], Awaitable[object]]


class SlowJournal(MemoryJournal):
    """Yields a few entries in a step, so that much happens while a shard is loaded."""

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        async for step in super().recover(shards, with_idle=with_idle):
            yield RecoveryStep([], 0, step.total, step.left_out)
            for first in range(0, len(step.items) + 1, 20):
                yield RecoveryStep(step.items[first : first + 20], first, step.total)


@dataclass
class Owners:
    """Several brokers on one journal and market, and the broker that holds each shard."""

    exchanges: list[PaperExchange]
    holders: list[int]

    async def move(self, shard: int, to: int) -> None:
        """Let another broker take over a shard."""
        await self.exchanges[self.holders[shard]].broker.release_shard(shard)
        await self.exchanges[to].broker.load_shard(shard)
        self.holders[shard] = to

    async def do(self, account_id: str, doing: Doing) -> object:
        """Send a command to the broker of the account, again while its shard moves."""
        while True:
            exchange = self.exchanges[self.holders[shard_of(account_id, SHARDS)]]
            answer = await outcome_of(doing(exchange.client, account_id))
            if answer != "shard_moving":
                return answer
            await asyncio.sleep(0)


async def outcome_of(doing: Awaitable[object]) -> object:
    """Return the result of a command, or the code of its rejection."""
    try:
        return await doing
    except ApiError as error:
        return error.code


async def gathered(doings: Sequence[Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*doings)


class RandomTrader:
    """Draws what happens next."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.prices = dict(SYMBOLS)
        self.at_step = 0

    def quote(self) -> tuple[str, str, str, int]:
        """Return the next quote: a symbol, its bid and ask, and both sizes."""
        chance, symbol = self.chance, self.chance.choice(list(SYMBOLS))
        step = max(1, self.prices[symbol] // 100)
        self.prices[symbol] += chance.choice([-9, -2, -1, -1, 0, 1, 1, 2, 9]) * step
        low, high = SYMBOLS[symbol] // 2, 2 * SYMBOLS[symbol]
        price = self.prices[symbol] = min(max(self.prices[symbol], low), high)
        return symbol, f"{price}.00", f"{price + step}.00", chance.choice([3, 50, 2_000])

    def command(self) -> Doing:
        """Return a random command."""
        chance = self.chance
        symbol = chance.choice(list(SYMBOLS))
        key = chance.choice([None, f"key-{chance.randrange(40)}"])
        match chance.randrange(12):
            case 0:
                return lambda client, account_id: client.cancel_orders(account_id, None, key)
            case 1:
                return lambda client, account_id: client.close_position(
                    account_id, symbol, None, key
                )
            case 2:
                return lambda client, account_id: client.reverse_position(account_id, symbol, key)
            case 3:
                return lambda client, account_id: client.deposit(account_id, 1_000.0, key)
            case 4:
                fields = {"symbol": symbol, "orderType": MARKET, "side": 1, "leverage": 20.0}
                params = LeverageSetParams.model_validate(fields)
                return lambda client, account_id: client.set_leverage(account_id, params, key)
            case 5:
                number = chance.randrange(1, 40)
                return lambda client, account_id: client.cancel_order(
                    account_id, f"order-{number}", key
                )
        order = PreOrder.model_validate(self._order(symbol))
        return lambda client, account_id: client.place_order(account_id, order, key)

    def _order(self, symbol: str) -> dict[str, Any]:
        chance, price = self.chance, self.prices[symbol]
        side, step = chance.choice([1, -1]), max(1, price // 100)
        away = chance.choice([-3, -1, 1, 2, 4]) * step
        order: dict[str, Any] = {"symbol": symbol, "side": side, "type": MARKET}
        order["qty"] = float(chance.choice([1, 7, 40, 40, 9_000]))
        if chance.random() < 0.7:
            kind, field = chance.choice([(LIMIT, "limitPrice"), (STOP, "stopPrice")])
            order |= {"type": kind, field: price + away}
        if chance.random() < 0.3:
            order["takeProfit"], order["stopLoss"] = price + 9 * step, price - 9 * step
            if side < 0:
                order["takeProfit"], order["stopLoss"] = order["stopLoss"], order["takeProfit"]
        if chance.random() < 0.2:
            order["duration"] = {"type": "DAY"}
        return order


async def started(stack: AsyncExitStack, idle_max: int | None) -> tuple[PaperExchange, Owners]:
    """Start one broker that holds every account, and several that share the shards."""
    embedded = await stack.enter_async_context(running(leverage_default=10))
    journal, first = SlowJournal(SHARDS), PaperExchange(MemoryJournal())
    exchanges = [
        await stack.enter_async_context(
            running(
                journal,
                shard_count=SHARDS,
                idle_max=idle_max,
                market=first.market,
                leverage_default=10,
            )
        )
        for _ in range(BROKERS)
    ]
    owners = Owners(exchanges, [0] * SHARDS)
    for shard in range(SHARDS):
        await exchanges[0].broker.load_shard(shard)
    return embedded, owners


@pytest.mark.parametrize("idle_max", [None, 0])
@pytest.mark.parametrize("seed", range(scaled(2)))
async def test_moving_shards_and_unloading_accounts_change_nothing(
    seed: int, idle_max: int | None
) -> None:
    chance = random.Random(seed)
    trader = RandomTrader(chance)
    async with AsyncExitStack() as stack:
        embedded, owners = await started(stack, idle_max)
        markets = embedded.market, owners.exchanges[0].market
        for market in markets:
            market.move("USDJPY", "149.990", "150.010")
        outcomes = 0
        for _ in range(STEPS):
            if chance.random() < 0.4:
                quote = trader.quote()
                for market in markets:
                    market.move(*quote)
            elif chance.random() < 0.03:
                for market in markets:
                    market.now_ms += 86_400_000
            else:
                account_ids = chance.sample(ACCOUNTS, chance.randint(1, 4))
                commands = [(each, trader.command()) for each in account_ids]
                expected = await asyncio.gather(
                    *(outcome_of(doing(embedded.client, each)) for each, doing in commands)
                )
                moves = [
                    owners.move(shard, chance.randrange(BROKERS))
                    for shard in range(SHARDS)
                    if chance.random() < 0.2
                ]
                doings = [owners.do(each, doing) for each, doing in commands]
                if chance.random() < 0.5:
                    found, _ = await asyncio.gather(gathered(doings), gathered(moves))
                else:
                    _, found = await asyncio.gather(gathered(moves), gathered(doings))
                assert found == expected
                outcomes += len(expected)
            for exchange in (embedded, *owners.exchanges):
                await exchange.client.flush()
                if chance.random() < 0.5:
                    await exchange.broker.account_loader.unload_excess()
        assert outcomes > STEPS / 2
        await assert_same(embedded, owners)


async def assert_same(embedded: PaperExchange, owners: Owners) -> None:
    """Compare every event and the final state of every account."""
    events = 0
    for account_id in ACCOUNTS:
        expected = await embedded.journal.read(account_id, 0, 100_000)
        shard = shard_of(account_id, SHARDS)
        exchange = owners.exchanges[owners.holders[shard]]
        assert await exchange.journal.read(account_id, 0, 100_000) == expected
        events += len(expected)
        await exchange.broker.load(account_id)
        held = exchange.broker.accounts.committed(account_id)
        other = embedded.broker.accounts.committed(account_id)
        assert (held is None) == (other is None)
        if held is not None and other is not None:
            assert image_of(held) == image_of(other)
    assert events > STEPS


@pytest.mark.parametrize("idle_max", [None, 0])
@pytest.mark.parametrize("seed", range(scaled(2)))
async def test_shards_that_move_among_quotes_stay_what_the_journal_says(
    seed: int, idle_max: int | None
) -> None:
    chance = random.Random(seed)
    trader = RandomTrader(chance)
    async with AsyncExitStack() as stack:
        _, owners = await started(stack, idle_max)
        market = owners.exchanges[0].market
        market.move("USDJPY", "149.990", "150.010")

        async def quote() -> None:
            for _ in range(4 * STEPS):
                market.move(*trader.quote())
                await asyncio.sleep(0)

        async def trade() -> None:
            for _ in range(2 * STEPS):
                await owners.do(chance.choice(ACCOUNTS), trader.command())

        async def move() -> None:
            for _ in range(60):
                await owners.move(chance.randrange(SHARDS), chance.randrange(BROKERS))

        async def unload() -> None:
            for _ in range(2 * STEPS):
                for exchange in owners.exchanges:
                    await exchange.broker.account_loader.unload_excess()
                    await asyncio.sleep(0)

        await asyncio.gather(quote(), trade(), trade(), move(), unload())
        for exchange in owners.exchanges:
            await exchange.client.flush()
        journal = owners.exchanges[0].journal
        for account_id in ACCOUNTS:
            folded = AccountState()
            for entry in await journal.read(account_id, 0, 100_000):
                folded.evolve(entry.event)
            holder = owners.exchanges[owners.holders[shard_of(account_id, SHARDS)]]
            await holder.broker.load(account_id)
            account = holder.broker.accounts[account_id]
            assert image_of(account.committed) == image_of(folded)
            assert account.engine.state == account.committed
            for exchange in owners.exchanges:
                is_held = account_id in exchange.broker.accounts.ids()
                assert is_held == (exchange is holder)
