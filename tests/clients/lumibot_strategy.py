"""A small strategy of lumibot, unmodified: a program that `make clients` runs.

It reads history and the last price, buys, sells what it has, and prints what it saw as one JSON
object. lumibot takes clients of alpaca-py, which take the address."""

import json
import os
import sys
from typing import Any

from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.trading.client import TradingClient

KEYS = ("any", "any")
ITERATIONS_MAX = 20


def strategy_class() -> Any:
    from lumibot.strategies import Strategy

    class BuyAndSell(Strategy):  # type: ignore[misc]
        """Buys three shares, waits until it has them, sells them, and ends."""

        seen: dict[str, Any]

        def initialize(self) -> None:
            self.sleeptime = "1S"
            self.set_market("24/7")
            self.seen = {"iterations": 0, "fills": []}

        def on_trading_iteration(self) -> None:
            seen = self.seen
            seen["iterations"] += 1
            position = self.get_position("AAPL")
            if "bars" not in seen:
                seen["bars"] = len(self.get_historical_prices("AAPL", 20, "minute").df)
                seen["days"] = len(self.get_historical_prices("AAPL", 5, "day").df)
                seen["price"] = self.get_last_price("AAPL") > 0
                seen["cash"] = self.get_cash() > 0
                self.submit_order(self.create_order("AAPL", 3, "buy"))
            elif position is not None and "quantity" not in seen:
                seen["quantity"] = float(position.quantity)
                self.sell_all()
            elif position is None or seen["iterations"] == ITERATIONS_MAX:
                seen["sold"] = position is None and "quantity" in seen
                if seen["sold"] or seen["iterations"] == ITERATIONS_MAX:
                    self.finish()

        def on_filled_order(
            self, position: Any, order: Any, price: float, quantity: float, multiplier: float
        ) -> None:
            self.seen["fills"].append(order.side)

        def finish(self) -> None:
            del self.seen["iterations"]
            print(json.dumps(self.seen), flush=True)
            # Threads of lumibot go on until its process ends.
            os._exit(0)

    return BuyAndSell


def main(url: str) -> None:
    # lumibot reads them when it is imported.
    os.environ.update(IS_BACKTESTING="false", LUMIBOT_DISABLE_DOTENV="1")
    from lumibot.brokers import Alpaca
    from lumibot.data_sources import AlpacaData
    from lumibot.traders import Trader

    config = {"API_KEY": KEYS[0], "API_SECRET": KEYS[1], "PAPER": True}
    data = AlpacaData(
        config,
        stock_client=StockHistoricalDataClient(*KEYS, url_override=url),
        crypto_client=CryptoHistoricalDataClient(*KEYS, url_override=url),
        delay=0,
    )
    broker = Alpaca(
        config,
        data_source=data,
        trading_client=TradingClient(*KEYS, url_override=url),
        polling_interval=0.5,
    )
    trader = Trader()
    trader.add_strategy(strategy_class()(broker=broker))
    trader.run_all()


if __name__ == "__main__":
    main(sys.argv[1])
