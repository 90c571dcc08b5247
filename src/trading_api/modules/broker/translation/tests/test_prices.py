"""Which pair converts a currency, however alike the codes are, and accounts in USDT."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_exchange import A, rejection_of, running
from trading_api.modules.broker.translation.prices import Prices

# Few letters, so that names such as AABAAA can be read in several ways.
CODES = st.text("AB1", min_size=3, max_size=5)
PAIRS = st.lists(st.tuples(CODES, CODES).filter(lambda pair: pair[0] != pair[1]), max_size=12)


def market_of(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return what each symbol's base and price currency are. Of equal names the first counts."""
    by_symbol: dict[str, tuple[str, str]] = {}
    for base, priced_in in pairs:
        by_symbol.setdefault(base + priced_in, (base, priced_in))
    return by_symbol


@given(PAIRS, CODES, CODES)
def test_a_currency_is_converted_by_the_pair_of_both_currencies_or_by_none(
    pairs: list[tuple[str, str]], own: str, currency: str
) -> None:
    by_symbol = market_of(pairs)
    market = ManualMarket(*(instrument(name, each[1]) for name, each in by_symbol.items()))
    for name in by_symbol:
        market.move(name, "3.98", "4.02")
    expected = Decimal(1) if own == currency else None
    if expected is None and (currency, own) in by_symbol.values():
        expected = Decimal(4)
    elif expected is None and (own, currency) in by_symbol.values():
        expected = Decimal("0.25")
    assert Prices(market, own).rate(currency) == expected


@given(PAIRS, CODES)
def test_a_pair_that_converts_a_currency_is_recognized_by_its_symbol(
    pairs: list[tuple[str, str]], own: str
) -> None:
    by_symbol = market_of(pairs)
    market = ManualMarket(*(instrument(name, each[1]) for name, each in by_symbol.items()))
    prices = Prices(market, own)
    for symbol, (base, priced_in) in by_symbol.items():
        expected = ""
        if priced_in == own:
            expected = base
        elif base == own and (priced_in, own) not in by_symbol.values():
            expected = priced_in
        assert prices.converted_currency(symbol) == expected


def test_the_price_currency_decides_how_a_name_is_read() -> None:
    market = ManualMarket(instrument("USDTUSD"))
    market.move("USDTUSD", "0.98", "1.00")
    prices = Prices(market, "USD")
    assert (prices.rate("USDT"), prices.rate("TUSD")) == (Decimal("0.99"), None)
    assert prices.converted_currency("USDTUSD") == "USDT"


async def test_an_account_in_usdt_trades_what_is_priced_in_usdt_without_a_conversion() -> None:
    market = ManualMarket(instrument("BTCUSDT", "USDT"), instrument("ETHUSD", "USD"))
    async with running(market=market, account_currency="USDT") as exchange:
        market.move("BTCUSDT", "99.98", "100.00")
        market.move("ETHUSD", "10.00", "10.00")
        await exchange.place(symbol="BTCUSDT")
        market.move("BTCUSDT", "101.00", "101.02")
        assert exchange.queries.account(A).currency == "USDT"
        assert exchange.queries.equity(A).equity == 100_010.0
        assert await rejection_of(exchange.place(symbol="ETHUSD")) == (
            422,
            "no_conversion",
            "ETHUSD is priced in USD, and no pair converts that to USDT.",
        )


@pytest.mark.parametrize("converts", ["USDTUSD", "USDUSDT"])
async def test_an_account_in_usd_trades_what_is_priced_in_usdt_by_a_pair(converts: str) -> None:
    pair = instrument(converts, "USD" if converts == "USDTUSD" else "USDT")
    market = ManualMarket(instrument("BTCUSDT", "USDT"), pair)
    async with running(market=market) as exchange:
        market.move("BTCUSDT", "99.98", "100.00")
        market.move(converts, "0.50", "0.50")
        await exchange.place(symbol="BTCUSDT", qty=1)
        (fill,) = await exchange.queries.executions(A, "BTCUSDT")
        market.move("BTCUSDT", "200.00", "200.02")
        assert (fill.price, exchange.queries.account(A).currency) == (100.0, "USD")
        rate = 0.5 if converts == "USDTUSD" else 2.0
        assert exchange.queries.equity(A).equity == 100_000 + 100 * rate
