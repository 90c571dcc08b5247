"""Connections are limited for each key, and a lease releases what it acquired."""

import pytest

from trading_api.errors import TooManyRequests
from trading_api.limits.connection_limiter import ConnectionLimiter, ConnectionLimits, Lease


def test_the_limit_holds_for_each_key_until_a_connection_is_released() -> None:
    limiter = ConnectionLimiter(2, "address")
    limiter.acquire("a")
    limiter.acquire("a")
    with pytest.raises(TooManyRequests, match="connections of this address"):
        limiter.acquire("a")
    limiter.acquire("b")
    limiter.release("a")
    limiter.acquire("a")


def test_a_lease_releases_everything_it_acquired_even_if_a_later_limit_is_reached() -> None:
    addresses, subjects = ConnectionLimiter(1, "address"), ConnectionLimiter(1, "subject")
    with Lease() as held:
        held.acquire(subjects, "ann")
        with Lease() as rejected:
            rejected.acquire(addresses, "a")
            with pytest.raises(TooManyRequests):
                rejected.acquire(subjects, "ann")
        with Lease() as lease:
            lease.acquire(addresses, "a")
    with Lease() as lease:
        lease.acquire(subjects, "ann")


def test_a_client_without_a_token_may_send_few_frames() -> None:
    limits = ConnectionLimits()
    assert 1 <= limits.unauthenticated_frames_per_s <= limits.frames_per_s / 10
