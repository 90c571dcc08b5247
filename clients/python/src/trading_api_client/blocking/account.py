"""An account's money, history and settings over REST.

Generated from rest/account_rest.py by `make generate-python-client`."""

from __future__ import annotations

from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.models import (
    AccountMetainfo,
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    ClosedTrade,
    EquityData,
    EquityHistoryData,
    Execution,
    InstrumentInfo,
    KillSwitchResult,
    KillSwitchState,
    LeverageInfo,
    LeveragePreviewResult,
    LeverageSetResult,
    Notification,
    OrderType,
    PerformanceStatistics,
    Side,
    SuccessResponse,
    VersionInfo,
)
from trading_api_client.tables import ModelList


class BlockingAccountRest:
    """The state and the history of an account, and its commands except orders."""

    _client: AsyncClient
    _loop: LoopThread

    def account(self) -> AccountMetainfo:
        """Return the id, the name, the currency and the kind of the account."""
        return self._loop.run(self._client.account())

    def accounts(self) -> ModelList[AccountMetainfo]:
        """Return the accounts that the token may use."""
        return self._loop.run(self._client.accounts())

    def broker_config(self) -> BrokerConfiguration:
        """Return the features that the account's venue supports."""
        return self._loop.run(self._client.broker_config())

    def instrument(self, symbol: str) -> InstrumentInfo:
        """Return the quantity and price grid of a symbol at the account's venue."""
        return self._loop.run(self._client.instrument(symbol))

    def equity(self) -> EquityData:
        """Return the balance, the profit and the equity at the last prices."""
        return self._loop.run(self._client.equity())

    def executions(
        self, symbol: str | None = None, *, limit: int | None = 200, before: str | None = None
    ) -> ModelList[Execution]:
        """Return the newest executions in ascending order. With the limit None, return all of them.

        `before` is the oldest execution that the caller knows already."""
        return self._loop.run(self._client.executions(symbol, limit=limit, before=before))

    def ledger(self, *, since: int | None = None, limit: int | None = 200) -> ModelList[CashLine]:
        """Return the newest cash lines in ascending order, or the first ones after event `since`.

        With the limit None, return all lines after `since`, or all lines of the account."""
        return self._loop.run(self._client.ledger(since=since, limit=limit))

    def notifications(
        self, *, since: int | None = None, limit: int | None = 200
    ) -> ModelList[Notification]:
        """Return the newest notifications in ascending order, or the first ones after `since`.

        With the limit None, return all notifications after `since`, or all of the account."""
        return self._loop.run(self._client.notifications(since=since, limit=limit))

    def equity_history(
        self, *, start: int | None = None, end: int | None = None
    ) -> EquityHistoryData:
        """Return the equity by UTC day, with the drawdown. `start` and `end` are in ms since 1970:
        the day of the first, and only days that begin before the second."""
        return self._loop.run(self._client.equity_history(start=start, end=end))

    def performance(
        self, *, start: int | None = None, end: int | None = None
    ) -> PerformanceStatistics:
        """Return the statistics of the trades that were closed: all, by symbol and by day. `start`
        and `end` are as in `equity_history`."""
        return self._loop.run(self._client.performance(start=start, end=end))

    def closed_trades(
        self, *, limit: int | None = 200, before: int | None = None
    ) -> ModelList[ClosedTrade]:
        """Return closed trades, the newest first. With the limit None, return all of them.

        `before` is the `seq` of the oldest trade that the caller knows already."""
        return self._loop.run(self._client.closed_trades(limit=limit, before=before))

    def events(self, *, since: int = 0, limit: int | None = 200) -> ModelList[BrokerEvent]:
        """Return the first events of the account after `since`. With the limit None, return all of
        them."""
        return self._loop.run(self._client.events(since=since, limit=limit))

    def leverage(
        self, symbol: str, *, order_type: OrderType = OrderType.MARKET, side: Side = Side.BUY
    ) -> LeverageInfo:
        """Return the leverage of a symbol and its bounds."""
        return self._loop.run(self._client.leverage(symbol, order_type=order_type, side=side))

    def preview_leverage(
        self,
        symbol: str,
        leverage: float,
        *,
        order_type: OrderType = OrderType.MARKET,
        side: Side = Side.BUY,
    ) -> LeveragePreviewResult:
        """Return the warnings and errors of another leverage."""
        return self._loop.run(
            self._client.preview_leverage(symbol, leverage, order_type=order_type, side=side)
        )

    def set_leverage(
        self,
        symbol: str,
        leverage: float,
        *,
        order_type: OrderType = OrderType.MARKET,
        side: Side = Side.BUY,
        key: str | None = None,
    ) -> LeverageSetResult:
        """Set the leverage of a symbol, and return the leverage that is now in effect."""
        return self._loop.run(
            self._client.set_leverage(symbol, leverage, order_type=order_type, side=side, key=key)
        )

    def put_account(self, name: str | None = None, *, key: str | None = None) -> SuccessResponse:
        """Create the paper account, unless it exists, and give it a name.

        An empty name removes the one it has. Without a name it keeps it."""
        return self._loop.run(self._client.put_account(name, key=key))

    def deposit(self, amount: float, *, key: str | None = None) -> SuccessResponse:
        """Add cash to a paper account."""
        return self._loop.run(self._client.deposit(amount, key=key))

    def withdraw(self, amount: float, *, key: str | None = None) -> SuccessResponse:
        """Take cash out of a paper account. Raises Refused with `insufficient_funds`."""
        return self._loop.run(self._client.withdraw(amount, key=key))

    def reset_account(
        self, balance: float | None = None, *, key: str | None = None
    ) -> SuccessResponse:
        """Cancel the orders of a paper account, remove its positions and set its balance."""
        return self._loop.run(self._client.reset_account(balance, key=key))

    def settle_position(
        self, symbol: str, price: float, *, key: str | None = None
    ) -> SuccessResponse:
        """End a position at a price without an execution. Needs the scope `admin`."""
        return self._loop.run(self._client.settle_position(symbol, price, key=key))

    def kill_switch(self) -> KillSwitchState:
        """Return whether the account is halted, and why."""
        return self._loop.run(self._client.kill_switch())

    def set_kill_switch(
        self, on: bool, reason: str = "", *, key: str | None = None
    ) -> KillSwitchResult:
        """Halt the account or resume it. A halt cancels its orders and rejects new ones."""
        return self._loop.run(self._client.set_kill_switch(on, reason, key=key))

    def server_version(self) -> VersionInfo:
        """Return the version of the API."""
        return self._loop.run(self._client.server_version())
