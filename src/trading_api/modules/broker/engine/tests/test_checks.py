"""The order of checks: a command with several faults is rejected for the first one."""

from __future__ import annotations

from tests.kit.engine_tables import (
    CommandMaker,
    Row,
    brackets,
    buy,
    close,
    modify,
    play,
    protect,
    sell,
)
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.orders import Duration, OrderType
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules

LIMIT, STOP, STOP_LIMIT = OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT


GTD, IOC = Duration.GTD, Duration.IOC


KEY = IdempotencyKey("place", "k", "one")


def test_placement_names_the_first_failed_check() -> None:
    faults = [
        (buy("0", type=STOP_LIMIT, reduce_only=True), "quantity_not_positive"),
        (buy("-1.5", type=STOP_LIMIT, reduce_only=True), "quantity_not_positive"),
        (buy("1000.5", type=STOP_LIMIT, reduce_only=True), "quantity_too_large"),
        (buy("1E+400", type=STOP_LIMIT), "quantity_too_large"),
        (buy("1.5", type=STOP_LIMIT, reduce_only=True), "quantity_off_grid"),
        (buy("1E-400", type=STOP_LIMIT), "quantity_off_grid"),
        (buy("1E-2000000", type=STOP_LIMIT), "quantity_off_grid"),
        (buy("1." + 400 * "0" + "1", type=STOP_LIMIT), "quantity_off_grid"),
        (buy(1, type=STOP_LIMIT, stop="-1", reduce_only=True), "limit_price_missing"),
        (buy(1, type=LIMIT, stop="1"), "limit_price_missing"),
        (buy(1, type=STOP_LIMIT, limit="-1", reduce_only=True), "stop_price_missing"),
        (buy(1, type=STOP, limit="1"), "stop_price_missing"),
        (buy(1, limit="1E+300", stop="0", reduce_only=True), "price_not_positive"),
        (buy(1, limit="0.001", stop="1000000000000.01", reduce_only=True), "price_too_large"),
        (buy(1, limit="1E+300"), "price_too_large"),
        (buy(1, limit="1", stop="1.001", reduce_only=True), "price_off_tick"),
        (buy(1, limit="0.001"), "price_off_tick"),
        (buy(1, limit="1E-400"), "price_off_tick"),
        (buy(1, limit="1E-2000000"), "price_off_tick"),
        (buy(1, limit="1", stop="1.01", reduce_only=True), "position_not_found"),
    ]
    play(*refusals(faults))


def test_modification_names_the_first_failed_check() -> None:
    faults = [
        (modify(2, buy(0)), "order_not_found"),
        (modify(1, buy(0), symbol="MSFT"), "not_modifiable"),
        (modify(1, buy(0, type=STOP_LIMIT)), "quantity_not_positive"),
        (modify(1, buy(1001, type=STOP_LIMIT)), "quantity_too_large"),
        (modify(1, buy("1.5", type=STOP_LIMIT)), "quantity_off_grid"),
        (modify(1, buy(1, type=STOP_LIMIT)), "limit_price_missing"),
        (modify(1, buy(1, type=STOP_LIMIT, limit="1")), "stop_price_missing"),
        (modify(1, buy(1, limit="-1", stop="98")), "price_not_positive"),
        (modify(1, buy(1, limit="1E+13", stop="98")), "price_too_large"),
        (modify(1, buy(1, limit="0.001", stop="98")), "price_off_tick"),
        (modify(1, buy(1, limit="100", stop="98")), "order_triggered"),
        (modify(1, buy(1, limit="100", stop="99")), "quantity_below_filled"),
    ]
    play(
        (
            "99x9 / 100x1",
            buy(3, limit="100", stop="99"),
            ["placed 1", "triggered 1", "filled 1: 1 @ 100, holds 1 @ 100"],
        ),
        *refusals(faults),
    )


def test_placement_checks_key_name_duration_brackets_and_margin_in_this_order() -> None:
    other, crossed = IdempotencyKey("place", "k", "two"), brackets("99", "101")
    off_tick = brackets("0.001")
    faults = [
        (buy(0, client_id="mine", key=other), "idempotency_key_reused"),
        (buy(0, client_id="mine"), "client_order_id_taken"),
        (buy(0, stop="0.001", duration=IOC), "quantity_not_positive"),
        (buy(99, stop="0.001", duration=IOC), "price_off_tick"),
        (buy(99, trail="0.001", duration=IOC), "price_off_tick"),
        (buy(99, trail="1", duration=IOC, brackets=off_tick), "duration_not_allowed"),
        (buy(99, duration=GTD, brackets=off_tick, reduce_only=True), "expiry_missing"),
        (buy(99, duration=GTD, expires=1, brackets=off_tick, reduce_only=True), "expiry_past"),
        (buy(99, brackets=off_tick, reduce_only=True), "brackets_not_allowed"),
        (buy(99, brackets=off_tick), "price_off_tick"),
        (buy(99, brackets=crossed), "bracket_price_wrong"),
        (buy(99, reduce_only=True), "not_reducing"),
        (sell(99, reduce_only=True), "exceeds_position"),
        (buy(99), "insufficient_margin"),
    ]
    play(
        (
            "99x9 / 100x9",
            buy(1, client_id="mine", key=KEY),
            ["placed 1", BOUGHT, "keyed place k"],
        ),
        *refusals(faults),
        rules=ExchangeRules(),
    )


BOUGHT = "filled 1: 1 @ 100, holds 1 @ 100"


def test_modification_checks_duration_brackets_and_margin_in_this_order() -> None:
    faults = [
        (modify(9, buy(0, trail="1")), "order_not_found"),
        (modify(1, buy(0, limit="90", trail="1", duration=IOC)), "not_modifiable"),
        (modify(1, buy(0, limit="90", duration=GTD)), "quantity_not_positive"),
        (modify(1, buy(99, limit="90", duration=GTD)), "expiry_missing"),
        (modify(1, buy(99, limit="90", brackets=brackets("80"))), "bracket_price_wrong"),
        (modify(1, buy(99, limit="90")), "insufficient_margin"),
    ]
    play(
        ("99x9 / 100x9", buy(1, limit="90"), ["placed 1"]), *refusals(faults), rules=ExchangeRules()
    )


def test_close_and_protect_name_a_missing_position_first() -> None:
    faults = [
        (close(0), "position_not_found"),
        (protect("0.001"), "position_not_found"),
        (sell(1, reduce_only=True), "position_not_found"),
    ]
    play(*refusals(faults))


def refusals(faults: list[tuple[CommandMaker, str]]) -> list[Row]:
    return [(None, request, [f"rejected: {code}"]) for request, code in faults]
