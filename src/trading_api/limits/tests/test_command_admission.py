"""Which commands of an account are admitted."""

from __future__ import annotations

import pytest

from trading_api.errors import TooManyRequests, Unavailable
from trading_api.limits.command_admission import CommandAdmission
from trading_api.observability.readiness import Readiness


def test_urgent_commands_are_admitted_over_the_rate_limit_and_count_for_nothing() -> None:
    admission = CommandAdmission(1, Readiness())
    for _ in range(100):
        admission.admit("A", is_urgent=True)
    refused = 0
    for _ in range(100):
        try:
            admission.admit("A")
        except TooManyRequests:
            refused += 1
    assert refused
    admission.admit("A", is_urgent=True)


def test_no_command_is_admitted_once_the_server_stops() -> None:
    readiness = Readiness()
    admission = CommandAdmission(None, readiness)
    admission.admit("A")
    readiness.stop()
    for is_urgent in (False, True):
        with pytest.raises(Unavailable):
            admission.admit("A", is_urgent=is_urgent)
