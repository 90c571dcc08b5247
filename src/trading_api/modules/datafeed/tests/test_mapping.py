"""The wire's form of the market's values."""

from decimal import Decimal

import pytest

from trading_api.domain.quote import Quote
from trading_api.domain.resolution import RESOLUTIONS
from trading_api.models.market.quotes import QuoteValues
from trading_api.modules.datafeed.mapping import to_quote_data, to_symbol_info
from trading_api.modules.datafeed.simulator.listings import LISTINGS


@pytest.mark.parametrize(
    ("resolutions", "multipliers"),
    [
        (list(RESOLUTIONS), ["1", "5", "15", "30"]),
        (["5S", "1", "1D"], ["5"]),
        (["1", "5", "1D"], []),
    ],
)
def test_every_seconds_resolution_that_is_served_has_its_multiplier(
    resolutions: list[str], multipliers: list[str]
) -> None:
    info = to_symbol_info(LISTINGS[0].instrument, resolutions)
    assert (info.seconds_multipliers, info.has_seconds) == (multipliers, multipliers != [])


def test_a_quote_before_the_first_report_of_a_market_is_zero() -> None:
    zero = Decimal(0)
    quote = Quote("AAPL", 0, zero, zero, zero, zero, zero, zero)
    values = to_quote_data("AAPL", LISTINGS[0].instrument, quote, []).v
    assert isinstance(values, QuoteValues)
    assert (values.lp, values.open_price, values.ch, values.chp, values.volume) == (0, 0, 0, 0, 0)
