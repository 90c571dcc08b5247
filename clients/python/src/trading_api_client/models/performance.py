"""The performance of accounts.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from __future__ import annotations

from typing import Literal

from trading_api_client.models.base import Model
from trading_api_client.models.enums import Side


class ClosedTrade(Model, frozen=True, kw_only=True):
    """A closed trade: a position from its opening until it is flat or on the other side.

    `seq` is the number of the event that closed it. `side` is that of the entry, and `qty` all that
    was opened. The prices are averages. `profit` is before `fees`; `returnPercent` is the net
    profit relative to the value of the entry. `isPartial` means that the records of its beginning
    were removed. Times are in ms since 1970, money is in the account's currency."""

    seq: int
    symbol: str
    side: Side
    qty: float
    entryTime: int
    entryPrice: float
    exitTime: int
    exitPrice: float
    profit: float
    fees: float
    netProfit: float
    returnPercent: float
    executions: int
    isPartial: bool = False


class DailyEquity(Model, frozen=True, kw_only=True):
    """An account at the end of a day, which starts at `time`. `equity` is `balance` and `openPL`.

    `deposits` is what was paid in since the start, less what was withdrawn. `drawdown` is how far
    equity less deposits is below its highest value at the end of a day since the start;
    `drawdownPercent` is relative to that value and the deposits."""

    time: int
    equity: float
    balance: float
    openPL: float
    deposits: float
    drawdown: float
    drawdownPercent: float


class DayStatistics(Model, frozen=True, kw_only=True):
    """The figures of the trades that were closed on the UTC day that starts at `time`, in ms since
    1970."""

    trades: int
    wins: int
    losses: int
    profit: float
    fees: float
    netProfit: float
    winRate: float | None = None
    profitFactor: float | None = None
    averageWin: float | None = None
    averageLoss: float | None = None
    largestWin: float
    largestLoss: float
    averageDuration: float | None = None
    time: int


class EquityHistoryData(Model, frozen=True, kw_only=True):
    """The equity of an account by UTC day of market time, the oldest day first.

    The figures begin at `startTime` with `startBalance`; an account that no command has opened has
    no start. The last point is the present. A day on which nothing was booked, and on which no
    symbol traded that was held, has no point: its equity is that of the day before. `seq` and
    `deposited` are those of the account's equity at the last point, and `startSeq` is the number of
    the event at the start. Times are in ms since 1970."""

    startTime: int | None = None
    startReason: Literal["opened", "reset", "removed"]
    startBalance: float
    startSeq: int = 0
    seq: int = 0
    deposited: float | None = None
    valuation: Literal["dailyClose", "lastFill"]
    currency: str
    points: list[DailyEquity]


class OpenTradesSummary(Model, frozen=True, kw_only=True):
    """The trades that are open now: how many, what they have realized, and the fees they paid."""

    trades: int
    profit: float
    fees: float


class SymbolStatistics(Model, frozen=True, kw_only=True):
    """The figures of the closed trades in one symbol."""

    trades: int
    wins: int
    losses: int
    profit: float
    fees: float
    netProfit: float
    winRate: float | None = None
    profitFactor: float | None = None
    averageWin: float | None = None
    averageLoss: float | None = None
    largestWin: float
    largestLoss: float
    averageDuration: float | None = None
    symbol: str


class TradeStatistics(Model, frozen=True, kw_only=True):
    """The figures of closed trades, in the account's currency.

    A trade is a position from its opening until it is flat or on the other side. It is won if its
    profit after fees is above 0. `winRate` is a fraction of `trades`. `profitFactor` is what was
    won by what was lost, and absent while nothing was lost. `averageLoss` and `largestLoss` are not
    negative. `averageDuration` is in ms."""

    trades: int
    wins: int
    losses: int
    profit: float
    fees: float
    netProfit: float
    winRate: float | None = None
    profitFactor: float | None = None
    averageWin: float | None = None
    averageLoss: float | None = None
    largestWin: float
    largestLoss: float
    averageDuration: float | None = None


class PerformanceStatistics(Model, frozen=True, kw_only=True):
    """The statistics of an account's closed trades: all, by symbol, and by day of the exit.

    `total`, `bySymbol` and `byDay` are those of the requested days; each of the lists adds up to
    the total. The other figures are those of the present: `startBalance`, `deposits` since
    `startTime`, and profit less fees of all closed and open trades add up to `balance`, and with
    `openPL` to `equity`."""

    startTime: int | None = None
    startReason: Literal["opened", "reset", "removed"]
    startBalance: float
    deposits: float
    balance: float
    openPL: float
    equity: float
    currency: str
    openTrades: OpenTradesSummary
    total: TradeStatistics
    bySymbol: list[SymbolStatistics]
    byDay: list[DayStatistics]
