"""Who was in a hurry, as quotes let one guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading_api.modules.datafeed.tape import Tape
from trading_api.shared.market_data import Quote


def quote(bid: str, ask: str, last: str, last_size: str = "5") -> Quote:
    size = Decimal(1)
    return Quote(
        "A", 1_000, Decimal(bid), Decimal(ask), size, size, Decimal(last), Decimal(last_size)
    )


@pytest.mark.parametrize(
    ("lasts", "side"),
    [
        (["9"], -1),
        (["11"], 1),
        (["10"], None),
        (["11", "10"], -1),
        (["9", "10"], 1),
        (["11", "10", "10"], -1),
        (["9", "10", "10.5", "10"], -1),
        (["8", "10", "12"], 1),
    ],
)
def test_the_side_of_the_touch_decides_and_between_the_last_change_of_price(
    lasts: list[str], side: int | None
) -> None:
    tape = Tape()
    trades = [tape.print(quote("9", "11", last)) for last in lasts]
    assert trades[-1] is not None
    assert trades[-1].side == side
    assert tape.last("A") == trades[-1]


def test_a_quote_that_nothing_traded_at_is_no_trade() -> None:
    tape = Tape()
    assert tape.print(quote("9", "11", "9", "0")) is None
    assert tape.last("A") is None
    tape.print(quote("9", "11", "9"))
    assert tape.print(quote("9", "11", "11", "0")) is None
    trade = tape.last("A")
    assert trade is not None
    assert (trade.price, trade.qty, trade.time, trade.side) == (9, 5, 1_000, -1)
