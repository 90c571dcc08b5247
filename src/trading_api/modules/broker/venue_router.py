"""Several execution venues as one: paper accounts at the one, each live account at its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_history import AccountHistory
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    PlaceOrderCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.broker_features import BrokerFeatures
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.ports.broker import BrokerListener, ExecutionVenue
from trading_api.errors import AccountNotFound


class VenueRouter:
    """An ExecutionVenue that passes each call to the venue of its account.

    `live` is by account id. Every method raises AccountNotFound for an id that is reserved for live
    accounts and not among them, so that such an account is never opened by use."""

    def __init__(self, paper: ExecutionVenue, live: Mapping[str, ExecutionVenue]) -> None:
        assert all(account_kind(each) is AccountKind.LIVE for each in live), sorted(live)
        self._paper = paper
        self._live = dict(live)
        self._venues = [paper, *self._live.values()]

    # Commands

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        return await self._venue(account_id).submit(account_id, command, key)

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        return await self._venue(account_id).preview_order(account_id, command)

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        return self._venue(account_id).preview_leverage(account_id, command)

    # State and events

    async def load(self, account_id: str) -> None:
        await self._venue(account_id).load(account_id)

    def pin(self, account_id: str) -> None:
        self._venue(account_id).pin(account_id)

    def unpin(self, account_id: str) -> None:
        self._venue(account_id).unpin(account_id)

    def snapshot(self, account_id: str) -> AccountSnapshot:
        return self._venue(account_id).snapshot(account_id)

    def history(self, account_id: str) -> AccountHistory:
        return self._venue(account_id).history(account_id)

    def account_ids(self, after: str = "", limit: int | None = None) -> Sequence[str]:
        """Return the accounts of all venues, sorted, as `Broker.account_ids` does."""
        paper = self._paper.account_ids(after, limit)
        live = [each for each in self._live if each > after]
        return sorted({*paper, *live})[:limit]

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for venue in self._venues:
            names |= await venue.account_names(
                [each for each in account_ids if self._find_venue(each) is venue]
            )
        return names

    async def events(self, account_id: str, since: int, limit: int) -> Sequence[AccountEvent]:
        return await self._venue(account_id).events(account_id, since, limit)

    def features(self, account_id: str) -> BrokerFeatures:
        return self._venue(account_id).features(account_id)

    def connection(self, account_id: str) -> BrokerConnection:
        return self._venue(account_id).connection(account_id)

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        """Call the listener with what any venue reports. Return a function that ends it."""
        endings = [venue.listen(listener) for venue in self._venues]

        def end() -> None:
            for each in endings:
                each()

        return end

    def watch_valuation(self, account_id: str) -> None:
        self._venue(account_id).watch_valuation(account_id)

    def unwatch_valuation(self, account_id: str) -> None:
        self._venue(account_id).unwatch_valuation(account_id)

    # Lifecycle

    async def start(self) -> None:
        """Start every venue, the paper exchange first. Raises ConfigurationError."""
        for venue in self._venues:
            await venue.start()

    async def run(self) -> None:
        """Run every venue until cancelled. Where one ends, the others are cancelled, and what it
        raised is raised."""
        running = [asyncio.create_task(venue.run()) for venue in self._venues]
        try:
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                each.result()
        finally:
            for each in running:
                each.cancel()
            await asyncio.wait(running)

    def _venue(self, account_id: str) -> ExecutionVenue:
        venue = self._find_venue(account_id)
        if venue is None:
            raise AccountNotFound(account_id)
        return venue

    def _find_venue(self, account_id: str) -> ExecutionVenue | None:
        is_paper = account_kind(account_id) is AccountKind.PAPER
        return self._paper if is_paper else self._live.get(account_id)
