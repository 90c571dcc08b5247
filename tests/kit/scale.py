"""How much the tests try that draw what they try."""

from __future__ import annotations

import os


def scaled(count: int) -> int:
    """Return how many examples, rounds or seeds a test tries: `count`, times the environment
    variable TEST_SCALE, which is 1 by default."""
    return count * int(os.environ.get("TEST_SCALE", "1"))
