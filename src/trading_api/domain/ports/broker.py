"""The port between those who trade and the venue that executes.

Endpoints, socket commands and other modules call `Broker`. The paper exchange is one
implementation; docs/broker-adapter.md explains how to write another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_history import AccountHistory
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


class BrokerListener(Protocol):
    """Receives what a broker commits. Called on the event loop; it must not block."""

    def on_event(self, event: AccountEvent) -> None:
        """Receive one committed event. Each account's events arrive in the order of `seq`."""
        ...

    def on_valuation(self, account_id: str) -> None:
        """Receive that new prices changed the value of a watched account's positions."""
        ...

    def on_connection(
        self, account_ids: Collection[str] | None, connection: BrokerConnection
    ) -> None:
        """Receive that the connection to the accounts' venue changed; None means every paper
        account, which all are at one venue."""
        ...


class Broker(Protocol):
    """Accounts at one or more venues. An account belongs to one venue for ever.

    Every rejection is raised as an ApiError (trading_api.errors) with a machine-readable code:
    NotFound, Conflict, Invalid, or Unavailable if nothing was done and the caller may try again.
    Callers pass only accounts that the client was granted."""

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        """Do one command and return once it is committed.

        The first command opens the account. A command with a `key` that the account knows is not
        done again: the first result is returned, or Conflict is raised if the fingerprints
        differ. A rejected command leaves nothing, not even its key. A venue commits an intent
        before it sends it; what the venue then reports arrives as events."""
        ...

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        """Return what the command would do now. Raises what `submit` would raise."""
        ...

    async def load(self, account_id: str) -> None:
        """Bring the account into memory, where it stays for at least a second, and longer while it
        is used or pinned. Raises Unavailable.

        `preview_leverage`, `snapshot` and `history` need an account that is loaded, and raise
        Unavailable for another one. The other methods load it."""
        ...

    def pin(self, account_id: str) -> None:
        """Keep the account in memory from now on. Counted."""
        ...

    def unpin(self, account_id: str) -> None:
        """Undo one `pin` of the account."""
        ...

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        """Return what the command would do now. Raises Invalid for an unknown symbol."""
        ...

    def snapshot(self, account_id: str) -> AccountSnapshot:
        """Return the account's committed state. An account that was never used looks new."""
        ...

    def history(self, account_id: str) -> AccountHistory:
        """Return the reader of the account's ended orders, executions and cash lines."""
        ...

    def account_ids(self, after: str = "", limit: int | None = None) -> Sequence[str]:
        """Return the default account and those that a command has opened, sorted: at most `limit`
        of those after `after`."""
        ...

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of those of the accounts that have one, without loading them. Raises
        Unavailable."""
        ...

    async def events(self, account_id: str, since: int, limit: int) -> Sequence[AccountEvent]:
        """Return at most `limit` events after number `since`, in order. Raises Unavailable."""
        ...

    def features(self, account_id: str) -> BrokerFeatures:
        """Return what the account's venue can do. It rejects every other command with Invalid."""
        ...

    def connection(self, account_id: str) -> BrokerConnection:
        """Return the state of the connection to the account's venue."""
        ...

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        """Call the listener from now on. Return a function that ends it."""
        ...

    def watch_valuation(self, account_id: str) -> None:
        """Call `on_valuation` of the listeners for this account from now on.

        Watching is counted. Without it a listener receives no valuation of the account: most
        accounts have no client that looks at their value."""
        ...

    def unwatch_valuation(self, account_id: str) -> None:
        """Undo one `watch_valuation` of the account."""
        ...


class ExecutionVenue(Broker, Protocol):
    """A broker with the lifecycle that the broker module gives it."""

    async def start(self) -> None:
        """Load the accounts. Called once, before the first request. Raises ConfigurationError."""
        ...

    async def run(self) -> None:
        """Do the venue's own work until cancelled, then release what it holds."""
        ...
