"""Alpaca's account and its configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_commands import SetKillSwitchCommand
from trading_api.domain.decimal_text import decimal_text
from trading_api.models.alpaca.account import (
    AlpacaAccount,
    AlpacaAccountConfiguration,
    ConfigurationChange,
)
from trading_api.modules.alpaca.errors import not_supported
from trading_api.modules.alpaca.formats import rfc3339, rounded_text
from trading_api.modules.alpaca.ids import account_uuid
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.equity_history import market_value
from trading_api.modules.alpaca.trading.orders import AccountOrders
from trading_api.modules.alpaca.trading.portfolio import AlpacaPortfolio

ZERO, ONE = Decimal(0), Decimal(1)
SUSPENDED = "Suspended by a client of the Alpaca API."


class AlpacaAccounts:
    """The accounts that the caller was granted."""

    def __init__(
        self, services: AlpacaServices, orders: AccountOrders, portfolio: AlpacaPortfolio
    ) -> None:
        self._context = services.context
        self._orders = orders
        self._portfolio = portfolio

    async def account(self, account_id: str) -> AlpacaAccount:
        """Return an account's state. Raises ApiError.

        Its cash is the equity without the value of the positions, as if they were paid in full."""
        await self._context.broker.load(account_id)
        last_equity = await self._portfolio.day_start_equity(account_id)
        lines = await self._context.broker.history(account_id).cash_lines(0, 1)
        opened_ms = lines[0].at_ms if lines else self._context.market.now_ms
        snapshot = self._context.broker.snapshot(account_id)
        equity, margin = snapshot.equity(), snapshot.used_margin()
        free = max(equity - margin, ZERO)
        multiplier = self._multiplier(snapshot)
        longs, shorts = market_value(snapshot, 1), market_value(snapshot, -1)
        buying_power = rounded_text(free * multiplier)
        is_halted = snapshot.kill_switch.is_on
        now = datetime.fromtimestamp(self._context.market.now_ms / 1_000, UTC)
        return AlpacaAccount(
            id=str(account_uuid(account_id)),
            account_number=account_id,
            currency=snapshot.currency,
            buying_power=buying_power,
            regt_buying_power=buying_power,
            daytrading_buying_power=buying_power,
            effective_buying_power=buying_power,
            non_marginable_buying_power=rounded_text(free),
            cash=rounded_text(equity - longs - shorts),
            portfolio_value=rounded_text(equity),
            trading_blocked=is_halted,
            created_at=rfc3339(opened_ms),
            trade_suspended_by_user=is_halted,
            multiplier=decimal_text(multiplier),
            shorting_enabled=self._context.broker.features(account_id).sells_short,
            equity=rounded_text(equity),
            last_equity=rounded_text(last_equity),
            long_market_value=rounded_text(longs),
            short_market_value=rounded_text(shorts),
            position_market_value=rounded_text(longs - shorts),
            initial_margin=rounded_text(margin),
            maintenance_margin=rounded_text(margin),
            balance_asof=now.date().isoformat(),
        )

    async def configuration(self, account_id: str) -> AlpacaAccountConfiguration:
        """Return an account's configuration. Raises Unavailable."""
        await self._context.broker.load(account_id)
        snapshot = self._context.broker.snapshot(account_id)
        return AlpacaAccountConfiguration(
            max_margin_multiplier=decimal_text(self._multiplier(snapshot)),
            no_shorting=not self._context.broker.features(account_id).sells_short,
            suspend_trade=snapshot.kill_switch.is_on,
        )

    async def change_configuration(
        self, account_id: str, change: ConfigurationChange
    ) -> AlpacaAccountConfiguration:
        """Set the account's kill switch from `suspend_trade`. Raises AlpacaError for a change of
        another field."""
        present = await self.configuration(account_id)
        fields = present.model_dump()
        for name, value in (change.model_extra or {}).items():
            if name in fields and value is not None and str(value) != str(fields[name]):
                raise not_supported(f"changing {name} is")
        if change.suspend_trade not in (None, present.suspend_trade):
            # Urgent, so that no rate limit delays it: it stops a strategy that is out of control.
            self._context.admission.admit(account_id, is_urgent=True)
            reason = SUSPENDED if change.suspend_trade else ""
            command = SetKillSwitchCommand(bool(change.suspend_trade), reason)
            await self._orders.execute(account_id, command)
        return await self.configuration(account_id)

    def _multiplier(self, snapshot: AccountSnapshot) -> Decimal:
        """Return the lowest leverage of all instruments: what the account can surely buy."""
        instruments = self._context.market.instruments()
        return min((snapshot.leverage(each.symbol) for each in instruments), default=ONE)
