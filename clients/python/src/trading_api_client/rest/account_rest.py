"""An account's money, history and settings over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote as url_quote

from trading_api_client.models import (
    AccountMetainfo,
    AccountRequest,
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    ClosedTrade,
    DepositRequest,
    EquityData,
    EquityHistoryData,
    Execution,
    InstrumentInfo,
    KillSwitchParams,
    KillSwitchResult,
    KillSwitchState,
    LeverageInfo,
    LeveragePreviewResult,
    LeverageSetParams,
    LeverageSetResult,
    Notification,
    OrderType,
    PerformanceStatistics,
    ResetRequest,
    SettlementRequest,
    Side,
    SuccessResponse,
    VersionInfo,
    WithdrawalRequest,
)
from trading_api_client.rest.rest_area import RestArea
from trading_api_client.rest.transport import Request
from trading_api_client.tables import ModelList

T = TypeVar("T")

PAGE = 1_000


class AccountRest(RestArea):
    """The state and the history of an account, and its commands except orders."""

    async def account(self) -> AccountMetainfo:
        """Return the id, the name, the currency and the kind of the account."""
        return await self._read_account("/broker/account", AccountMetainfo)

    async def accounts(self) -> ModelList[AccountMetainfo]:
        """Return the accounts that the token may use."""
        found = await self._read("/broker/accounts", list[AccountMetainfo])
        return ModelList(AccountMetainfo, found)

    async def broker_config(self) -> BrokerConfiguration:
        """Return the features that the account's venue supports."""
        return await self._read_account("/broker/config", BrokerConfiguration)

    async def instrument(self, symbol: str) -> InstrumentInfo:
        """Return the quantity and price grid of a symbol at the account's venue."""
        path = f"/broker/instruments/{url_quote(symbol, safe='')}"
        return await self._read_account(path, InstrumentInfo)

    async def equity(self) -> EquityData:
        """Return the balance, the profit and the equity at the last prices."""
        return await self._read_account("/broker/equity", EquityData)

    async def executions(
        self, symbol: str | None = None, *, limit: int | None = 200, before: str | None = None
    ) -> ModelList[Execution]:
        """Return the newest executions in ascending order. With the limit None, return all of them.

        `before` is the oldest execution that the caller knows already."""
        path = "/broker/executions"
        if symbol is not None:
            path += f"/{url_quote(symbol, safe='')}"
        found: list[Execution] = []
        while limit is None or len(found) < limit:
            count = PAGE if limit is None else min(limit - len(found), PAGE)
            page = await self._read_account(path, list[Execution], limit=count, before=before)
            found = page + found
            if len(page) < count:
                break
            before = page[0].id
        return ModelList(Execution, found)

    async def ledger(
        self, *, since: int | None = None, limit: int | None = 200
    ) -> ModelList[CashLine]:
        """Return the newest cash lines in ascending order, or the first ones after event `since`.

        With the limit None, return all lines after `since`, or all lines of the account."""
        found = await self._read_since(
            "/broker/ledger", list[CashLine], lambda line: line.seq, since, limit
        )
        return ModelList(CashLine, found)

    async def notifications(
        self, *, since: int | None = None, limit: int | None = 200
    ) -> ModelList[Notification]:
        """Return the newest notifications in ascending order, or the first ones after `since`.

        With the limit None, return all notifications after `since`, or all of the account."""
        found = await self._read_since(
            "/broker/notifications", list[Notification], lambda each: each.id, since, limit
        )
        return ModelList(Notification, found)

    async def equity_history(
        self, *, start: int | None = None, end: int | None = None
    ) -> EquityHistoryData:
        """Return the equity by UTC day, with the drawdown. `start` and `end` are in ms since 1970:
        the day of the first, and only days that begin before the second."""
        path = "/broker/performance/equity"
        return await self._read_account(path, EquityHistoryData, from_time=start, to_time=end)

    async def performance(
        self, *, start: int | None = None, end: int | None = None
    ) -> PerformanceStatistics:
        """Return the statistics of the trades that were closed: all, by symbol and by day. `start`
        and `end` are as in `equity_history`."""
        path = "/broker/performance/statistics"
        return await self._read_account(path, PerformanceStatistics, from_time=start, to_time=end)

    async def closed_trades(
        self, *, limit: int | None = 200, before: int | None = None
    ) -> ModelList[ClosedTrade]:
        """Return closed trades, the newest first. With the limit None, return all of them.

        `before` is the `seq` of the oldest trade that the caller knows already."""
        path, found = "/broker/performance/trades", list[ClosedTrade]()
        while limit is None or len(found) < limit:
            count = PAGE if limit is None else min(limit - len(found), PAGE)
            page = await self._read_account(path, list[ClosedTrade], limit=count, before=before)
            if not page:
                break
            found += page
            before = page[-1].seq
        return ModelList(ClosedTrade, found)

    async def events(self, *, since: int = 0, limit: int | None = 200) -> ModelList[BrokerEvent]:
        """Return the first events of the account after `since`. With the limit None, return all of
        them."""
        found = await self._read_since(
            "/broker/events", list[BrokerEvent], lambda event: event.seq, since, limit
        )
        return ModelList(BrokerEvent, found)

    # Leverage

    async def leverage(
        self, symbol: str, *, order_type: OrderType = OrderType.MARKET, side: Side = Side.BUY
    ) -> LeverageInfo:
        """Return the leverage of a symbol and its bounds."""
        return await self._read_account(
            "/broker/leverage/info",
            LeverageInfo,
            symbol=symbol,
            orderType=int(order_type),
            side=int(side),
        )

    async def preview_leverage(
        self,
        symbol: str,
        leverage: float,
        *,
        order_type: OrderType = OrderType.MARKET,
        side: Side = Side.BUY,
    ) -> LeveragePreviewResult:
        """Return the warnings and errors of another leverage."""
        body = LeverageSetParams(symbol=symbol, orderType=order_type, side=side, leverage=leverage)
        params = {"account_id": self._account_id}
        request = Request("POST", "/broker/leverage/preview", params, body)
        return await self._rest.send(request, LeveragePreviewResult)

    async def set_leverage(
        self,
        symbol: str,
        leverage: float,
        *,
        order_type: OrderType = OrderType.MARKET,
        side: Side = Side.BUY,
        key: str | None = None,
    ) -> LeverageSetResult:
        """Set the leverage of a symbol, and return the leverage that is now in effect."""
        body = LeverageSetParams(symbol=symbol, orderType=order_type, side=side, leverage=leverage)
        path = "/broker/leverage/set"
        return await self._command("PUT", path, LeverageSetResult, key, body)

    # The account and its money

    async def put_account(
        self, name: str | None = None, *, key: str | None = None
    ) -> SuccessResponse:
        """Create the paper account, unless it exists, and give it a name.

        An empty name removes the one it has. Without a name it keeps it."""
        return await self._on_account("PUT", "", AccountRequest(name=name), key)

    async def deposit(self, amount: float, *, key: str | None = None) -> SuccessResponse:
        """Add cash to a paper account."""
        return await self._on_account("POST", "/deposit", DepositRequest(amount=amount), key)

    async def withdraw(self, amount: float, *, key: str | None = None) -> SuccessResponse:
        """Take cash out of a paper account. Raises Refused with `insufficient_funds`."""
        return await self._on_account("POST", "/withdraw", WithdrawalRequest(amount=amount), key)

    async def reset_account(
        self, balance: float | None = None, *, key: str | None = None
    ) -> SuccessResponse:
        """Cancel the orders of a paper account, remove its positions and set its balance."""
        return await self._on_account("POST", "/reset", ResetRequest(balance=balance), key)

    async def settle_position(
        self, symbol: str, price: float, *, key: str | None = None
    ) -> SuccessResponse:
        """End a position at a price without an execution. Needs the scope `admin`."""
        body = SettlementRequest(symbol=symbol, price=price)
        return await self._on_account("POST", "/settle", body, key)

    # Kill switch

    async def kill_switch(self) -> KillSwitchState:
        """Return whether the account is halted, and why."""
        return await self._read_account("/broker/kill-switch", KillSwitchState)

    async def set_kill_switch(
        self, on: bool, reason: str = "", *, key: str | None = None
    ) -> KillSwitchResult:
        """Halt the account or resume it. A halt cancels its orders and rejects new ones."""
        body = KillSwitchParams(on=on, reason=reason)
        return await self._command("PUT", "/broker/kill-switch", KillSwitchResult, key, body)

    # The server

    async def server_version(self) -> VersionInfo:
        """Return the version of the API."""
        return await self._read("/version", VersionInfo)

    async def _read_since(
        self,
        path: str,
        type_: type[list[T]],
        number: Callable[[T], int],
        since: int | None,
        limit: int | None,
    ) -> list[T]:
        """Return the first items whose `number` is after `since`, or the newest ones if it is None.

        With the limit None, return all of them after `since`, or all of the account."""
        found: list[T] = []
        if limit is None:
            since = since or 0
        while limit is None or len(found) < limit:
            count = PAGE if limit is None else min(limit - len(found), PAGE)
            page = await self._read_account(path, type_, since=since, limit=count)
            found += page
            if since is None or len(page) < count:
                break
            since = number(page[-1])
        return found

    async def _on_account(
        self,
        method: str,
        action: str,
        body: (
            AccountRequest | DepositRequest | WithdrawalRequest | ResetRequest | SettlementRequest
        ),
        key: str | None,
    ) -> SuccessResponse:
        account_id = await self._known_account_id()
        path = f"/broker/accounts/{url_quote(account_id, safe='')}{action}"
        return await self._command(method, path, SuccessResponse, key, body)
