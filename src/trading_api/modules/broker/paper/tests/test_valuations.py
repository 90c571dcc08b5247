"""Values of accounts are computed only where a client looks, once for each instant."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from tests.kit.paper_exchange import A, B, running
from trading_api.domain.account_event import AccountEvent
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.modules.broker.paper.market_listener import VALUATIONS_PER_TURN

EQUITY = '{"accountId":"ACCOUNT-A"}'


class Valuations(list[str]):
    """Records the accounts of which a broker reports a new value."""

    def on_event(self, event: AccountEvent) -> None: ...

    def on_valuation(self, account_id: str) -> None:
        self.append(account_id)

    def on_connection(
        self, account_ids: Collection[str] | None, connection: BrokerConnection
    ) -> None: ...


async def test_accounts_without_a_subscriber_of_equity_are_not_valued() -> None:
    async with running() as exchange:
        valuations = Valuations()
        exchange.broker.listen(valuations)
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(A)
        await exchange.place(B)
        exchange.market.move("AAPL", "100.98", "101.00")
        assert valuations == []
        await exchange.subscribe("equity", A)
        exchange.market.move("AAPL", "101.98", "102.00")
        assert valuations == [A]
        exchange.service.remove_topic(f"equity:{EQUITY}")
        exchange.market.move("AAPL", "102.98", "103.00")
        assert valuations == [A]


async def test_subscriber_from_before_the_first_position_receives_its_equity() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("equity", A)
        await exchange.place(A, qty=10)
        exchange.updates.clear()
        exchange.market.move("AAPL", "101.00", "101.02")
        assert [data["equity"] for data in exchange.published("equity")] == [100_010.0]
        await exchange.client.close_position(A, "AAPL", None)
        exchange.updates.clear()
        exchange.market.move("AAPL", "102.00", "102.02")
        assert exchange.updates == []


async def test_account_stays_watched_until_its_last_topic_is_removed() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(A)
        for _ in range(2):
            exchange.broker.watch_valuation(A)
        exchange.broker.unwatch_valuation(A)
        valuations = Valuations()
        exchange.broker.listen(valuations)
        exchange.market.move("AAPL", "100.98", "101.00")
        assert valuations == [A]
        exchange.broker.unwatch_valuation(A)
        exchange.market.move("AAPL", "101.98", "102.00")
        assert valuations == [A]


async def test_many_valuations_are_spread_over_turns_of_the_event_loop() -> None:
    names = [f"MANY-{number:03}" for number in range(VALUATIONS_PER_TURN + 44)]
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for name in names:
            await exchange.place(name, qty=1)
            exchange.broker.watch_valuation(name)
        valuations = Valuations()
        exchange.broker.listen(valuations)
        exchange.market.move("AAPL", "100.98", "101.00")
        assert valuations == names[:VALUATIONS_PER_TURN]
        await asyncio.sleep(0)
        assert valuations == names
        exchange.market.move("AAPL", "101.98", "102.00")
        await exchange.client.flush()
        assert valuations == names * 2
