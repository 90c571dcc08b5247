"""Rejected commands: status, code and sentence of each error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.paper_exchange import BUY, LIMIT, SELL, STOP, A, rejection_of, running
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.journal.memory import MemoryJournal

NOT_ALLOWED = (422, "duration_not_allowed")


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"symbol": "NOPE"}, 422, "unknown_symbol"),
        ({"symbol": "DAX"}, 422, "no_conversion"),
        ({"qty": 0.0}, 422, "quantity_not_positive"),
        ({"qty": -1.0}, 422, "quantity_not_positive"),
        ({"qty": 1.5}, 422, "quantity_off_grid"),
        ({"qty": 1e308}, 422, "quantity_too_large"),
        ({"type": LIMIT}, 422, "limit_price_missing"),
        ({"type": STOP}, 422, "stop_price_missing"),
        ({"type": LIMIT, "limitPrice": 1.001}, 422, "price_off_tick"),
        ({"type": LIMIT, "limitPrice": -1.0}, 422, "price_not_positive"),
        ({"isClose": True}, 404, "position_not_found"),
        ({"stopLoss": 101.0}, 422, "bracket_price_wrong"),
        ({"takeProfit": 99.0}, 422, "bracket_price_wrong"),
        ({"stopType": 1}, 422, "trailing_stop_pips_missing"),
        ({"guaranteedStop": 90.0}, 422, "not_supported_yet"),
        ({"stopType": 2}, 422, "not_supported_yet"),
        ({"duration": {"type": "GTD"}}, 422, "expiry_missing"),
        ({"duration": {"type": "GTD", "datetime": 1.0}}, 422, "expiry_past"),
        ({"type": STOP, "stopPrice": 101.0, "duration": {"type": "FOK"}}, *NOT_ALLOWED),
        ({"qty": 100_000.0}, 409, "insufficient_margin"),
        ({"symbol": "MSFT"}, 409, "no_price"),
    ],
)
async def test_an_impossible_order_is_rejected_with_its_code_and_leaves_nothing(
    order: dict[str, Any], status: int, code: str
) -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        with pytest.raises(ApiError) as rejected:
            await exchange.place(**order)
        assert (rejected.value.status, rejected.value.code) == (status, code)
        assert rejected.value.detail.endswith(".")
    assert [entry async for entry in journal.load()] == []


async def test_what_the_state_of_an_order_does_not_allow_is_a_conflict() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=4)
        order: dict[str, Any] = {
            "symbol": "AAPL",
            "type": 4,
            "side": BUY,
            "qty": 9.0,
            "limitPrice": 100.0,
        }
        await exchange.place(**order, stopPrice=99.0)
        for change, code in (
            ({"stopPrice": 98.0}, "order_triggered"),
            ({"stopPrice": 99.0, "qty": 4.0}, "quantity_below_filled"),
        ):
            wanted = PreOrder.model_validate(order | change)
            status, actual, _ = await rejection_of(
                exchange.client.modify_order(A, "order-1", wanted)
            )
            assert (status, actual) == (409, code)


async def test_a_rejection_names_the_orders_that_close_the_position_already() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        closing: dict[str, Any] = {"side": SELL, "isClose": True}
        await exchange.place(**closing, type=LIMIT, limitPrice=101.0, qty=4)
        await exchange.place(**closing, type=LIMIT, limitPrice=102.0, qty=6)
        held = "order-2 is to close 4 of it, order-3 is to close 6 of it; cancel that first."
        rejected = (409, "exceeds_position", f"0 of AAPL is left to close: {held}")
        assert await rejection_of(exchange.client.close_position(A, "AAPL", None)) == rejected
        assert await rejection_of(exchange.place(**closing, qty=1)) == rejected
        await exchange.client.cancel_orders(A, None)
        rejected = (409, "exceeds_position", "10 of AAPL is left to close.")
        assert await rejection_of(exchange.client.close_position(A, "AAPL", 11.0)) == rejected


@pytest.mark.parametrize(
    ("pips", "sentence"),
    [
        (0.0, "trailingStopPips 0, 0.00 in price, is not above zero."),
        (1e15, "trailingStopPips 1000000000000000, 10000000000000.00 in price, is above the "),
        (0.5, "trailingStopPips 0.5, 0.005 in price, is not a multiple of AAPL's tick, 0.01."),
    ],
)
async def test_a_trail_is_rejected_in_pips(pips: float, sentence: str) -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        itself: dict[str, Any] = {"type": STOP, "stopType": 1}
        for how in ({}, itself):
            _, _, detail = await rejection_of(exchange.place(**how, trailingStopPips=pips))
            assert detail.startswith(sentence)


async def test_an_expiry_in_seconds_is_recognized() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        in_seconds = {"type": "GTD", "datetime": 2}
        rejected = await rejection_of(
            exchange.place(type=LIMIT, limitPrice=90.0, duration=in_seconds)
        )
        assert rejected[:2] == (422, "expiry_past")
        assert rejected[2].endswith("datetime is in milliseconds.")
