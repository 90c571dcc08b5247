"""Who was in a hurry, as quotes let one guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade
from trading_api.domain.trade_tape import TradeTape


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
    quotes = [quote("9", "11", last) for last in lasts]
    for before in range(len(quotes)):
        tape = TradeTape(reversed(quotes[:before]))
        for each in quotes[before:]:
            assert tape.read(each) is not None
        assert tape.last is not None
        assert tape.last.aggressor == side
    assert TradeTape(reversed(quotes)).last == tape.last


def test_it_looks_no_further_back_than_it_must() -> None:
    quotes = iter([quote("9", "11", last) for last in ("10", "10", "10.5", "10", "9")])
    tape = TradeTape(quotes)
    assert len(list(quotes)) == 2
    assert tape.last is not None
    assert tape.last.aggressor == -1


def test_a_quote_that_nothing_traded_at_is_no_trade() -> None:
    nothing = quote("9", "11", "9", "0")
    assert TradeTape([nothing]).last is None
    tape = TradeTape([])
    assert tape.read(nothing) is None
    tape.read(quote("9", "11", "9"))
    assert tape.read(quote("9", "11", "11", "0")) is None
    trade = tape.last
    assert trade is not None
    assert trade == Trade("A", 1_000, Decimal(9), Decimal(5), -1)
