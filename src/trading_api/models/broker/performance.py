"""The performance of an account: its equity by day, the statistics of its trades, the trades."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.broker.orders import Side
from trading_api.models.common import CamelModel, NamedLiteral, Number, example

PerformanceStartReason = Annotated[
    Literal["opened", "reset", "removed"], NamedLiteral("PerformanceStartReason")
]
"""Why the figures begin where they do: the account was opened, it was reset, or what was before
was removed from the ledger."""
PerformanceValuation = Annotated[
    Literal["dailyClose", "lastFill"], NamedLiteral("PerformanceValuation")
]
"""The prices at which positions are valued at the end of a day: the closes of daily bars, or those
of the last fills where the server has no stored bars."""

_EXAMPLE_FIGURES = {
    "trades": 3,
    "wins": 2,
    "losses": 1,
    "profit": 33.5,
    "fees": 3.5,
    "netProfit": 30,
    "winRate": 0.6667,
    "profitFactor": 4,
    "averageWin": 20,
    "averageLoss": 10,
    "largestWin": 25,
    "largestLoss": 10,
    "averageDuration": 3600000,
}


class DailyEquity(CamelModel):
    """An account at the end of a day, which starts at `time`. `equity` is `balance` and `openPL`.

    `deposits` is what was paid in since the start, less what was withdrawn. `drawdown` is how far
    equity less deposits is below its highest value at the end of a day since the start;
    `drawdownPercent` is relative to that value and the deposits."""

    model_config = example(
        {
            "time": 1789948800000,
            "equity": 100112.5,
            "balance": 100012.5,
            "openPL": 100,
            "deposits": 0,
            "drawdown": 50,
            "drawdownPercent": 0.05,
        }
    )

    time: int
    equity: Number
    balance: Number
    open_pl: Number = Field(alias="openPL")
    deposits: Number
    drawdown: Number
    drawdown_percent: Number


class EquityHistoryData(CamelModel):
    """The equity of an account by UTC day of market time, the oldest day first.

    The figures begin at `startTime` with `startBalance`; an account that no command has opened has
    no start. The last point is the present. A day on which nothing was booked, and on which no
    symbol traded that was held, has no point: its equity is that of the day before. `seq` and
    `deposited` are those of the account's equity at the last point, and `startSeq` is the number of
    the event at the start. Times are in ms since 1970."""

    model_config = example(
        {
            "startTime": 1789900000250,
            "startReason": "opened",
            "startBalance": 100000,
            "startSeq": 1,
            "seq": 12,
            "deposited": 100000,
            "valuation": "dailyClose",
            "currency": "USD",
            "points": [
                {
                    "time": 1789948800000,
                    "equity": 100112.5,
                    "balance": 100012.5,
                    "openPL": 100,
                    "deposits": 0,
                    "drawdown": 0,
                    "drawdownPercent": 0,
                }
            ],
        }
    )

    start_time: int | None = None
    start_reason: PerformanceStartReason
    start_balance: Number
    start_seq: int = 0
    seq: int = 0
    deposited: Number | None = None
    valuation: PerformanceValuation
    currency: str
    points: list[DailyEquity]


class TradeStatistics(CamelModel):
    """The figures of closed trades, in the account's currency.

    A trade is a position from its opening until it is flat or on the other side. It is won if its
    profit after fees is above 0. `winRate` is a fraction of `trades`. `profitFactor` is what was
    won by what was lost, and absent while nothing was lost. `averageLoss` and `largestLoss` are not
    negative. `averageDuration` is in ms."""

    model_config = example(_EXAMPLE_FIGURES)

    trades: int
    wins: int
    losses: int
    profit: Number
    fees: Number
    net_profit: Number
    win_rate: Number | None = None
    profit_factor: Number | None = None
    average_win: Number | None = None
    average_loss: Number | None = None
    largest_win: Number
    largest_loss: Number
    average_duration: Number | None = None


class SymbolStatistics(TradeStatistics):
    """The figures of the closed trades in one symbol."""

    model_config = example({"symbol": "AAPL", **_EXAMPLE_FIGURES})

    symbol: str


class DayStatistics(TradeStatistics):
    """The figures of the trades that were closed on the UTC day that starts at `time`, in ms since
    1970."""

    model_config = example({"time": 1789948800000, **_EXAMPLE_FIGURES})

    time: int


class OpenTradesSummary(CamelModel):
    """The trades that are open now: how many, what they have realized, and the fees they paid."""

    model_config = example({"trades": 1, "profit": 12.5, "fees": 0.5})

    trades: int
    profit: Number
    fees: Number


class PerformanceStatistics(CamelModel):
    """The statistics of an account's closed trades: all, by symbol, and by day of the exit.

    `total`, `bySymbol` and `byDay` are those of the requested days; each of the lists adds up to
    the total. The other figures are those of the present: `startBalance`, `deposits` since
    `startTime`, and profit less fees of all closed and open trades add up to `balance`, and with
    `openPL` to `equity`."""

    model_config = example(
        {
            "startTime": 1789900000250,
            "startReason": "opened",
            "startBalance": 100000,
            "deposits": 0,
            "balance": 100042,
            "openPL": 100,
            "equity": 100142,
            "currency": "USD",
            "openTrades": {"trades": 1, "profit": 12.5, "fees": 0.5},
            "total": _EXAMPLE_FIGURES,
            "bySymbol": [{"symbol": "AAPL", **_EXAMPLE_FIGURES}],
            "byDay": [{"time": 1789948800000, **_EXAMPLE_FIGURES}],
        }
    )

    start_time: int | None = None
    start_reason: PerformanceStartReason
    start_balance: Number
    deposits: Number
    balance: Number
    open_pl: Number = Field(alias="openPL")
    equity: Number
    currency: str
    open_trades: OpenTradesSummary
    total: TradeStatistics
    by_symbol: list[SymbolStatistics]
    by_day: list[DayStatistics]


class ClosedTrade(CamelModel):
    """A closed trade: a position from its opening until it is flat or on the other side.

    `seq` is the number of the event that closed it. `side` is that of the entry, and `qty` all that
    was opened. The prices are averages. `profit` is before `fees`; `returnPercent` is the net
    profit relative to the value of the entry. `isPartial` means that the records of its beginning
    were removed. Times are in ms since 1970, money is in the account's currency."""

    model_config = example(
        {
            "seq": 9,
            "symbol": "AAPL",
            "side": 1,
            "qty": 10,
            "entryTime": 1789990000250,
            "entryPrice": 187.4,
            "exitTime": 1790000000250,
            "exitPrice": 188.65,
            "profit": 12.5,
            "fees": 1,
            "netProfit": 11.5,
            "returnPercent": 0.61,
            "executions": 2,
            "isPartial": False,
        }
    )

    seq: int
    symbol: str
    side: Side
    qty: Number
    entry_time: int
    entry_price: Number
    exit_time: int
    exit_price: Number
    profit: Number
    fees: Number
    net_profit: Number
    return_percent: Number
    executions: int
    is_partial: bool = False
