"""Rows, prices and messages that several tables about brackets share."""

from __future__ import annotations

from tests.kit.engine_tables import Row, brackets, buy

TICK = "99x40 / 100x40"
DONE = "There is nothing left for it to protect."
PAIR = "Its bracket has closed what was filled of it."
REPLACED = "The position has brackets of its own now."
BOTH = brackets("110", "90")

HALF_FILLED: Row = (
    "99x9 / 100x4",
    buy(10, limit="100", brackets=BOTH),
    [
        "placed 1",
        "placed 2",
        "placed 3",
        "filled 1: 4 @ 100, holds 4 @ 100",
        "activated 2: 4",
        "activated 3: 4",
        "rested 2",
    ],
)
"""An order of 10 with brackets, of which 4 are filled."""


def entered(quantity: int) -> list[str]:
    """Return the events of a filled market order with the brackets BOTH."""
    return [
        "placed 1",
        "placed 2",
        "placed 3",
        f"filled 1: {quantity} @ 100, holds {quantity} @ 100",
        f"activated 2: {quantity}",
        f"activated 3: {quantity}",
        "rested 2",
    ]
