"""ENABLED_MODULES selects modules by name."""

from __future__ import annotations

from typing import Any, cast

import pytest

from trading_api.errors import ConfigurationError
from trading_api.shared.module_registry import ModuleRegistry

FACTORY = cast(Any, None)


@pytest.mark.parametrize(
    ("enabled", "selected"),
    [
        ("all", ["datafeed", "broker"]),
        ("broker", ["broker"]),
        ("hooks,all", ["datafeed", "broker", "hooks"]),
        ("mcp, hooks", ["hooks", "mcp"]),
    ],
)
def test_all_selects_every_module_that_is_not_optional(enabled: str, selected: list[str]) -> None:
    registry = ModuleRegistry(
        {"datafeed": FACTORY, "broker": FACTORY}, optional={"hooks": FACTORY, "mcp": FACTORY}
    )
    assert registry.select(enabled.split(",")) == selected


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    registry = ModuleRegistry({"datafeed": FACTORY}, optional={"mcp": FACTORY})
    with pytest.raises(ConfigurationError, match="no module 'mpc'; the known ones are datafeed, m"):
        registry.select(["mpc"])
