"""The switch that stops an account from trading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """Whether the account refuses new orders, why, and since when.

    While `is_on`, the account only cancels orders and closes positions. `reason` is free text.
    `at_ms` is when the switch was set last, in milliseconds since 1970, or 0 if it never was."""

    is_on: bool = False
    reason: str = ""
    at_ms: int = 0


KILL_SWITCH_OFF = KillSwitch()
