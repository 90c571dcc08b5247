"""Strategies that tests run."""

from __future__ import annotations

from trading_api_client.strategy.market_data import ClosedBar
from trading_api_client.strategy.strategy import Strategy


class Cross(Strategy):
    """The example of the documentation."""

    symbols, resolution = ["AAPL"], "1"
    fast, slow, risk = 10, 50, 0.30

    def on_bar(self, bar: ClosedBar) -> None:
        close = self.history(bar.symbol, self.slow).close
        if len(close) < self.slow or self.position(bar.symbol):
            return
        if close[-self.fast :].mean() > close.mean():
            self.buy(
                bar.symbol,
                qty=10,
                take_profit=bar.close + self.risk,
                stop_loss=bar.close - self.risk,
            )
