"""The channel of notifications: what each event notifies of, and that none is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kit.paper_exchange import BUY, LIMIT, SELL, STOP, A, B, PaperExchange, running
from trading_api.domain.broker_commands import IdempotencyKey, NotifyCommand
from trading_api.domain.notification import Notification, Severity
from trading_api.models.broker import Brackets
from trading_api.modules.broker.journal.memory import MemoryJournal

MOVED = Notification(
    Severity.WARNING, "moved", "AAPL moved.", {"symbol": "AAPL", "price": Decimal("1.50"), "by": 2}
)


def kind_of(notification: dict[str, Any]) -> tuple[str, str, str]:
    return notification["severity"], notification["code"], notification["message"]


def notified(exchange: PaperExchange) -> list[tuple[str, str, str]]:
    return [kind_of(each) for each in exchange.published("notifications")]


async def test_a_fill_notifies_of_what_was_filled_and_refers_to_it() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=4)
        assert await exchange.subscribe("notifications", A) == [], "no snapshot, as executions"
        await exchange.place(qty=10)
        exchange.market.move("AAPL", "99.98", "100.50")
        await exchange.client.flush()
        first, second = exchange.published("notifications")
        assert kind_of(first) == (
            "info",
            "order_partly_filled",
            "Bought 4 of 10 AAPL at 100.00 (order-1). The rest is still working.",
        )
        assert kind_of(second) == (
            "info",
            "order_filled",
            "Bought 6 AAPL at 100.50 (order-1).",
        )
        assert second["id"] == 4
        assert second["reference"] == {
            "orderId": "order-1",
            "executionId": "execution-2",
            "symbol": "AAPL",
            "side": 1,
            "quantity": 6,
            "price": 100.5,
        }
        meta = [meta for route, meta in exchange.meta if route == "notifications"]
        assert meta == [{"seq": 3, "prev": 1}, {"seq": 4, "prev": 3}]


async def test_brackets_are_named_and_their_end_does_not_notify() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("notifications", A)
        for side, (bid, ask) in ((BUY, ("95.00", "95.02")), (SELL, ("90.00", "90.02"))):
            await exchange.place(side=side)
            profit, loss = (105, 96) if side == BUY else (91, 99)
            brackets = Brackets(take_profit=profit, stop_loss=loss)
            await exchange.client.edit_brackets(A, "AAPL", brackets)
            exchange.market.move("AAPL", bid, ask)
            await exchange.client.flush()
        texts = [text for _, _, text in notified(exchange)]
        assert texts == [
            "Bought 10 AAPL at 100.00 (order-1).",
            "Stop loss: sold 10 AAPL at 95.00 (order-3).",
            "Sold 10 AAPL at 95.00 (order-4).",
            "Take profit: bought 10 AAPL at 91.00 (order-5).",
        ]


async def test_an_accepted_order_that_ends_by_itself_notifies_with_the_reason() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=4)
        await exchange.subscribe("notifications", A)
        await exchange.place(duration={"type": "FOK"})
        await exchange.place(duration={"type": "IOC"})
        soon = exchange.market.now_ms + 1_000
        gtd: dict[str, Any] = {"duration": {"type": "GTD", "datetime": soon}}
        await exchange.place(type=LIMIT, limitPrice=90.0, **gtd)
        await exchange.place(type=STOP, side=SELL, stopPrice=80.0, **gtd)
        exchange.market.now_ms = soon
        await exchange.client.flush()
        fok, _, ioc, limit, stop = notified(exchange)
        assert fok == (
            "warning",
            "order_canceled",
            (
                "The market order to buy 10 AAPL (order-1) was canceled. Fill or kill: the market "
                "did not have all of it."
            ),
        )
        assert ioc[2] == (
            "The market order to buy 10 AAPL (order-2) was canceled. Immediate or cancel: the "
            "market had no more for it. 4 of it had been filled."
        )
        assert limit == (
            "info",
            "order_expired",
            "The limit order to buy 10 AAPL at 90.00 (order-3) expired.",
        )
        assert stop[2] == "The stop order to sell 10 AAPL at 80.00 (order-4) expired."
        assert exchange.published("notifications")[0]["reference"] == {
            "orderId": "order-1",
            "symbol": "AAPL",
            "side": 1,
            "quantity": 10,
            "filledQuantity": 0,
        }


async def test_what_a_caller_did_and_what_was_refused_do_not_notify() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("notifications", A)
        order_id = await exchange.place(type=LIMIT, limitPrice=90.0)
        await exchange.client.cancel_order(A, order_id)
        await exchange.client.flush()
        assert notified(exchange) == []
        assert await exchange.queries.notifications(A, None, 200) == []


async def test_a_liquidation_notifies_of_what_was_closed_and_why() -> None:
    async with running(leverage_default=100) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00", size=60_000)
        await exchange.place(qty=50_000)
        await exchange.place(type=LIMIT, limitPrice=90.0, qty=1)
        await exchange.subscribe("notifications", A)
        exchange.market.move("AAPL", "98.00", "98.00", size=60_000)
        await exchange.client.flush()
        canceled, closed = notified(exchange)
        assert canceled[:2] == ("warning", "order_canceled")
        assert closed == (
            "critical",
            "position_liquidated",
            (
                "Liquidation: sold 50000 AAPL at 98.00 (order-3), because equity fell below the "
                "maintenance margin."
            ),
        )


async def test_a_falling_margin_level_notifies_and_a_restart_does_not_repeat_it() -> None:
    journal = MemoryJournal()
    settings: dict[str, Any] = {"leverage_default": 10, "initial_balance": Decimal(1000)}
    async with running(journal, **settings) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        await exchange.place(qty=50)
        await exchange.subscribe("notifications", A)
        for price in ("97.00", "94.50", "94.00"):
            exchange.market.move("AAPL", price, price)
            await exchange.client.flush()
        (low,) = exchange.published("notifications")
        assert kind_of(low) == (
            "warning",
            "margin_level_low",
            (
                "The margin level fell below 150%. Equity is 725.00 USD, the used margin 500.00 "
                "USD."
            ),
        )
        assert low["reference"] == {"level": 150, "equity": 725, "usedMargin": 500}
        event = [*await exchange.queries.events(A, low["id"] - 1, 1)]
        assert [each.type for each in event] == ["marginLevelCrossed"]
    async with running(journal, **settings) as exchange:
        await exchange.subscribe("notifications", A)
        for price in ("94.00", "95.50"):
            exchange.market.move("AAPL", price, price)
            await exchange.client.flush()
        assert notified(exchange) == [
            (
                "info",
                "margin_level_recovered",
                (
                    "The margin level rose above 150% again. Equity is 775.00 USD, the used "
                    "margin 500.00 USD."
                ),
            )
        ]


async def test_a_settlement_notifies() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place()
        await exchange.subscribe("notifications", A)
        await exchange.client.settle(A, "AAPL", 12.5)
        (settled,) = exchange.published("notifications")
        assert kind_of(settled) == (
            "warning",
            "position_settled",
            "An operator ended the position in AAPL at 12.50, without a trade.",
        )
        assert settled["reference"] == {"symbol": "AAPL", "price": 12.5}


async def test_a_raised_notification_goes_to_its_account_alone_and_once() -> None:
    async with running() as exchange:
        for account in (A, B):
            await exchange.subscribe("notifications", account)
        key = IdempotencyKey("alert", "alert-1:1", "digest")
        for _ in range(3):
            await exchange.broker.submit(A, NotifyCommand(MOVED), key)
        (raised,) = exchange.published("notifications")
        assert raised == {
            "id": 2,
            "severity": "warning",
            "code": "moved",
            "message": "AAPL moved.",
            "reference": {"symbol": "AAPL", "price": 1.5, "by": 2},
            "time": exchange.market.now_ms,
        }
        (event,) = await exchange.queries.events(A, 1, 1)
        assert event.type == "notificationRaised"
        assert [event.notification] == await exchange.queries.notifications(A, 1, 1)


async def test_missed_notifications_are_replayed_and_listed() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("notifications", A)
        for number in range(12):
            await exchange.place()
            order_id = await exchange.place(type=LIMIT, limitPrice=90.0)
            await exchange.client.cancel_order(A, order_id)
            if number % 3 == 0:
                await exchange.broker.submit(A, NotifyCommand(MOVED))
        sent = exchange.published("notifications")
        assert len(sent) == 16
        topic = f'notifications:{{"accountId":"{A}"}}'
        missed = await exchange.service.replay_since(topic, sent[4]["id"])
        assert missed is not None
        assert [each.data.model_dump(by_alias=True) for each in missed] == sent[5:]
        assert [each.meta["prev"] for each in missed] == [each["id"] for each in sent[4:-1]]
    async with running(journal) as exchange:
        for since, limit, expected in (
            (None, 200, sent),
            (None, 3, sent[-3:]),
            (0, 5, sent[:5]),
            (sent[4]["id"], 1000, sent[5:]),
            (sent[-1]["id"], 5, []),
        ):
            listed = await exchange.queries.notifications(A, since, limit)
            assert [each.model_dump(by_alias=True) for each in listed] == expected
        assert await exchange.queries.notifications(B, None, 9) == []


async def test_pages_go_past_events_that_do_not_notify() -> None:
    """The canceled bracket of each round has a reason, and notifies of nothing."""
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for _ in range(5):
            await exchange.place(takeProfit=101.0, stopLoss=90.0)
            exchange.market.move("AAPL", "102.00", "102.02")
            await exchange.client.flush()
            exchange.market.move("AAPL", "99.98", "100.00")
        everything = await exchange.queries.notifications(A, None, 1000)
        assert len(everything) == 10
        for limit in range(1, 12):
            assert await exchange.queries.notifications(A, None, limit) == everything[-limit:]
            assert await exchange.queries.notifications(A, 0, limit) == everything[:limit]
            rest = await exchange.queries.notifications(A, everything[3].id, limit)
            assert rest == everything[4:][:limit]
