"""The modules that are available, and building those that ENABLED_MODULES selects."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from trading_api.errors import ConfigurationError
from trading_api.shared.module_interface import Module, ModuleContext, ModuleFactory

ENTRY_POINT_GROUP = "trading_api.modules"


class ModuleRegistry:
    """The factories of an application's built-in modules, and of those in installed packages.

    `all` enables the modules of `builtin` and of packages, and none of `optional`, which have to be
    named. A package offers a module by an entry point of the group `trading_api.modules`.
    """

    def __init__(
        self,
        builtin: Mapping[str, ModuleFactory],
        optional: Mapping[str, ModuleFactory] | None = None,
    ) -> None:
        self._optional = dict(optional or {})
        self._builtin = {**builtin, **self._optional}
        self._installed = _installed_modules(tuple(sys.path))

    def names(self) -> list[str]:
        """Return the names of all modules. A built-in one hides an installed one of its name."""
        return [*self._builtin, *(name for name in self._installed if name not in self._builtin)]

    def select(self, enabled: Iterable[str]) -> list[str]:
        """Return the enabled names in the order of `names()`; `all` enables every module that is
        not optional.

        Raises ConfigurationError for a name that does not exist.
        """
        known, selected = self.names(), {name.strip() for name in enabled}
        for name in sorted(selected - {"all", *known}):
            raise ConfigurationError(
                f"ENABLED_MODULES: there is no module {name!r}; the known ones are "
                f"{', '.join(known)}, or all."
            )
        return [
            name
            for name in known
            if name in selected or ("all" in selected and name not in self._optional)
        ]

    def build(self, enabled: Iterable[str], context: ModuleContext) -> list[Module]:
        """Build the modules that `select` returns, in the same order. Raises
        ConfigurationError."""
        return [self._factory(name)(context) for name in self.select(enabled)]

    def _factory(self, name: str) -> ModuleFactory:
        if name in self._builtin:
            return self._builtin[name]
        factory: ModuleFactory = self._installed[name].load()
        return factory


@cache
def _installed_modules(_path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    """Return the modules that installed packages offer, by name. A process reads the metadata of
    all packages once for each `sys.path`."""
    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
