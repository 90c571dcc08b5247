"""What holds for every test."""

from hypothesis import HealthCheck, settings

# Deadlines and the health check measure wall time, which on a busy machine says nothing about a
# test. Each run draws other examples, so half of the default number is enough for one run.
settings.register_profile(
    "trading_api", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("trading_api")
