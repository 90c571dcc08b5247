"""The command rate limiter takes bounded memory."""

import pytest

from trading_api.errors import TooManyRequests
from trading_api.limits.command_rate_limiter import BUCKETS_MAX, CommandRateLimiter


def test_the_number_of_buckets_is_bounded() -> None:
    rates = CommandRateLimiter(per_s=0.1, clock_s=lambda: 0.0)
    for number in range(BUCKETS_MAX + 10):
        rates.consume(f"A{number}")
    assert len(rates._buckets) == BUCKETS_MAX
    with pytest.raises(TooManyRequests):
        rates.consume(f"A{BUCKETS_MAX}")
