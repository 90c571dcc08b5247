"""Libraries that the extras of the package install."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class MissingLibrary(ImportError):
    """A library is not installed. The message has the command that installs it."""


def import_library(module: str, extra: str) -> Any:
    """Return a module of an optional library. Raises MissingLibrary, which names the extra."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != library:
            raise
        raise MissingLibrary(
            f'{library} is not installed: pip install "trading-api-client[{extra}]"', name=library
        ) from error
