"""Alpaca's account, its configuration, activities and portfolio history."""

from pydantic import ConfigDict

from trading_api.models.alpaca.fields import AlpacaDocument, AlpacaRequest


class AlpacaAccount(AlpacaDocument):
    """An account. Amounts are strings, in the account's currency."""

    id: str
    account_number: str
    status: str = "ACTIVE"
    crypto_status: str = "ACTIVE"
    currency: str
    buying_power: str
    regt_buying_power: str
    daytrading_buying_power: str
    effective_buying_power: str
    non_marginable_buying_power: str
    options_buying_power: str = "0"
    bod_dtbp: str = "0"
    cash: str
    accrued_fees: str = "0"
    pending_transfer_in: str = "0"
    pending_transfer_out: str = "0"
    portfolio_value: str
    pattern_day_trader: bool = False
    trading_blocked: bool
    transfers_blocked: bool = False
    account_blocked: bool = False
    created_at: str
    trade_suspended_by_user: bool
    multiplier: str
    shorting_enabled: bool
    equity: str
    last_equity: str
    long_market_value: str
    short_market_value: str
    position_market_value: str
    initial_margin: str
    maintenance_margin: str
    last_maintenance_margin: str = "0"
    sma: str = "0"
    daytrade_count: int = 0
    balance_asof: str
    crypto_tier: int = 0
    options_approved_level: int = 0
    options_trading_level: int = 0


class AlpacaAccountConfiguration(AlpacaDocument):
    """The configuration of an account. Only `suspend_trade` can be changed."""

    dtbp_check: str = "both"
    fractional_trading: bool = True
    max_margin_multiplier: str
    no_shorting: bool
    pdt_check: str = "both"
    ptp_no_exception_entry: bool = False
    suspend_trade: bool
    trade_confirm_email: str = "none"
    max_options_trading_level: int = 0
    disable_overnight_trading: bool = False


class ConfigurationChange(AlpacaRequest):
    """Fields of the configuration to change. alpaca-py sends all of them."""

    model_config = ConfigDict(frozen=True, extra="allow")

    suspend_trade: bool | None = None


class FillActivity(AlpacaDocument):
    """One execution of an order."""

    id: str
    account_id: str
    activity_type: str = "FILL"
    transaction_time: str
    type: str
    price: str
    qty: str
    side: str
    symbol: str
    leaves_qty: str
    order_id: str
    cum_qty: str
    order_status: str


class CashActivity(AlpacaDocument):
    """A change of the cash balance that is not a trade: a deposit, a withdrawal or a fee."""

    id: str
    account_id: str
    activity_type: str
    date: str
    net_amount: str
    description: str
    symbol: str | None = None
    status: str = "executed"
    created_at: str


class PortfolioHistory(AlpacaDocument):
    """The account's value at the end of each window. `timestamp` is in seconds since 1970."""

    timestamp: list[int]
    equity: list[float]
    profit_loss: list[float]
    profit_loss_pct: list[float]
    base_value: float
    base_value_asof: str | None = None
    timeframe: str
    cashflow: dict[str, list[float]]
