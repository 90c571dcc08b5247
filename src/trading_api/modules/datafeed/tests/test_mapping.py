"""The wire's form of the market's values."""

import pytest

from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.mapping import to_symbol_info
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
