"""Which modules there are, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points

from trading_api.errors import ConfigurationError
from trading_api.shared.module_interface import Module, ModuleContext, ModuleFactory

ENTRY_POINT_GROUP = "trading_api.modules"


class ModuleRegistry:
    """Built per application: its own modules, and those that installed packages offer."""

    def __init__(self, own: Mapping[str, ModuleFactory]) -> None:
        self._own = dict(own)
        self._offered = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}

    def names(self) -> list[str]:
        return [*self._own, *(name for name in self._offered if name not in self._own)]

    def build(self, wanted: Iterable[str], context: ModuleContext) -> list[Module]:
        """In the order of `names()`. `all` means every one. Raises ConfigurationError."""
        known, chosen = self.names(), {name.strip() for name in wanted}
        for name in sorted(chosen - {"all", *known}):
            raise ConfigurationError(
                f"ENABLED_MODULES: there is no module {name!r}; the known ones are "
                f"{', '.join(known)}, or all."
            )
        return [self._factory(name)(context) for name in known if chosen & {name, "all"}]

    def _factory(self, name: str) -> ModuleFactory:
        if name in self._own:
            return self._own[name]
        factory: ModuleFactory = self._offered[name].load()
        return factory
