"""Margin warnings: once below each level, and again only after a recovery."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.engine_tables import buy, close, deposit, play, quote, reset, sell
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin_level import warned_level
from trading_api.modules.broker.paper.factory import create_exchange_rules
from trading_api.settings import Settings

RULES = ExchangeRules(
    leverage_default=Decimal(10), margin_warning_levels=(Decimal(150), Decimal(120))
)
LEVELS = RULES.margin_warning_levels


@pytest.mark.parametrize(
    ("warned", "own", "expected"),
    [
        (0, "150", 0),
        (0, "149.99", 150),
        (0, "119.99", 120),
        (0, "-5", 120),
        (150, "154.99", 150),
        (150, "155", 0),
        (150, "120", 150),
        (150, "119", 120),
        (120, "124.99", 120),
        (120, "125", 150),
        (120, "154.99", 150),
        (120, "155", 0),
        # Levels that the settings no longer name.
        (130, "134", 130),
        (130, "135", 150),
        (130, "119", 120),
        (200, "204", 200),
        (200, "205", 0),
    ],
)
def test_the_lowest_level_warns_until_five_points_above_it(
    warned: int, own: str, expected: int
) -> None:
    assert warned_level(Decimal(warned), LEVELS, Decimal(own), Decimal(100)) == expected


def test_the_defaults_lie_above_the_liquidation() -> None:
    rules = create_exchange_rules(Settings.defaults())
    assert [*map(int, rules.margin_warning_levels)] == [150, 120]
    assert min(rules.margin_warning_levels) > 100 * rules.maintenance_ratio
    empty = Settings.defaults().model_copy(update={"margin_warning_levels": ""})
    assert create_exchange_rules(empty).margin_warning_levels == ()
    mixed = Settings.defaults().model_copy(update={"margin_warning_levels": "90,150.5,90"})
    levels = create_exchange_rules(mixed).margin_warning_levels
    assert [*map(float, levels)] == [150.5, 90], "the highest first"


def test_a_level_warns_once_and_again_after_a_recovery() -> None:
    """A position of 50 at 100 uses 500; each unit of the price is 10 points of the margin level."""
    engine = play(
        ("100x90 / 100x90", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("95x90 / 95x90", quote, []),
        ("94.99x90 / 95x90", quote, ["margin level 0 -> 150"]),
        ("94x90 / 94x90", quote, []),
        ("95.49x90 / 96x90", quote, []),
        ("94x90 / 94x90", quote, []),
        ("95.50x90 / 96x90", quote, ["margin level 150 -> 0"]),
        ("94x90 / 94x90", quote, ["margin level 0 -> 150"]),
        ("91.99x90 / 92x90", quote, ["margin level 150 -> 120"]),
        ("93x90 / 93x90", quote, ["margin level 120 -> 150"]),
        ("91x90 / 91x90", quote, ["margin level 150 -> 120"]),
        ("91x90 / 91x90", deposit(500), ["deposited 500"]),
        ("91x90 / 91x90", quote, ["margin level 120 -> 0"]),
        rules=RULES,
    )
    assert engine.state.margin_warned == 0


def test_without_a_position_no_warning_is_in_force() -> None:
    opened = (
        ("100x90 / 100x90", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("94x90 / 94x90", quote, ["margin level 0 -> 150"]),
    )
    engine = play(
        *opened,
        ("94x90 / 94x90", close(50), ["placed 2", "filled 2: 50 @ 94, flat, realized -300"]),
        ("94x90 / 94x90", quote, []),
        rules=RULES,
    )
    assert engine.state.margin_warned == 0
    engine = play(*opened, ("94x90 / 94x90", reset, ["reset to 1000"]), rules=RULES)
    assert engine.state.margin_warned == 0
    engine = play(
        *opened,
        (
            "94x90 / 94x90",
            sell(20),
            ["placed 2", "filled 2: 20 @ 94, holds 30 @ 100, realized -120"],
        ),
        rules=RULES,
    )
    assert engine.state.margin_warned == 150, "until the next quote"


def test_without_levels_nothing_warns() -> None:
    play(
        ("100x90 / 100x90", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("92x90 / 92x90", quote, []),
        rules=replace(RULES, margin_warning_levels=()),
    )


def test_a_level_below_the_maintenance_margin_does_not_delay_the_liquidation() -> None:
    rules = replace(RULES, margin_warning_levels=(Decimal(20),))
    play(
        ("100x90 / 100x90", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("85x90 / 85x90", quote, []),
        (
            "84.9x90 / 84.9x90",
            quote,
            ["placed 2", "filled 2: 50 @ 84.9, flat, realized -755"],
        ),
        rules=rules,
    )
