"""The kinds of bus that the contract tests run on, each with the server of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus


@dataclass(frozen=True, slots=True)
class BusKind:
    """`connect(prefix)` returns a bus that is not started yet. All are on one server."""

    name: str
    connect: Callable[[str], Bus]


def local_kind() -> BusKind:
    hub = LocalHub()
    return BusKind("local", lambda prefix: LocalBus(hub, prefix))
