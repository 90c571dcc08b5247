"""The work of a process that owns partitions, in the order in which it begins and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from trading_api.bus.port import Bus, BusUnavailable
from trading_api.modules.broker.journal.journal import CommitUnknown, FencedOut, JournalConflict
from trading_api.relay.topic_host import TopicHost
from trading_api.roles.partition_claims import PartitionClaims, exit_fenced
from trading_api.shared.module_interface import Module


class OwnedWork:
    """Connects to the bus, starts the modules, then claims partitions. It ends in the opposite
    order: what is released is committed and answered before the modules stop."""

    name = "owner"

    def __init__(
        self, bus: Bus, modules: Sequence[Module], host: TopicHost, claims: PartitionClaims
    ) -> None:
        self._bus = bus
        self._modules = modules
        self._host = host
        self._claims = claims

    def health(self) -> str | None:
        """Return that the bus is not connected, or why nothing can be owned, or None."""
        return self._claims.health() if self._bus.is_connected else "the bus is not connected"

    async def start(self) -> None:
        """Connect and start. Raises ConfigurationError."""
        await self._bus.start()
        for module in self._modules:
            await module.start()

    async def run(self) -> None:
        """Work until cancelled. Raises what a part raises."""
        modules = [asyncio.create_task(_fenced(module)) for module in self._modules]
        # Heartbeats go on while partitions are released, so that gateways wait for the next owner.
        hosting = asyncio.create_task(self._host.run())
        claiming = asyncio.create_task(self._claim())
        try:
            ended, _ = await asyncio.wait(
                [*modules, hosting, claiming], return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended:
                task.result()
        finally:
            await _cancel([claiming])
            await self._claims.release_all()
            with suppress(BusUnavailable):
                await self._bus.flush()  # requests that are on their way are answered
            await _cancel([hosting, *modules])
            await self._bus.close()

    async def _claim(self) -> None:
        await self._claims.start()
        await self._claims.run()


async def _fenced(module: Module) -> None:
    """Run a module. If another process took over what this one owns, or it is unknown how a
    commit ended, end the process immediately, so that no answer leaves it."""
    try:
        await module.run()
    except (CommitUnknown, FencedOut, JournalConflict) as error:
        exit_fenced(f"{type(error).__name__}: {error}")


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
