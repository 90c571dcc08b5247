"""What holds for every test."""

from hypothesis import HealthCheck, settings

# Both measure wall time, which on a busy machine says nothing about a test.
settings.register_profile("no_timing", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no_timing")
