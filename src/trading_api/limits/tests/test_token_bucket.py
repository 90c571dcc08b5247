"""A token bucket keeps to its rate and its burst."""

from hypothesis import given
from hypothesis import strategies as st

from trading_api.limits.token_bucket import BURST_S, TokenBucket


@given(st.floats(0.1, 100), st.lists(st.floats(0, 20), max_size=60))
def test_a_bucket_allows_its_rate_and_one_burst_at_most(per_s: float, pauses: list[float]) -> None:
    now_s = 0.0
    bucket = TokenBucket(per_s, lambda: now_s)
    taken = 0
    for pause_s in pauses:
        now_s += pause_s
        wait_s = bucket.consume()
        taken += not wait_s
        if wait_s:
            now_s += wait_s + 1e-6
            assert bucket.consume() == 0
            taken += 1
        assert taken <= per_s * (BURST_S + now_s) + 1e-6
