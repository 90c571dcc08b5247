"""Buy when the fast average of the closes is above the slow one, with a take-profit and a stop.

Run it with `python moving_average_bot.py backtest bars.csv`, on a CSV or Parquet file or the folder
of stored data. Then run it on paper: `python moving_average_bot.py paper http://127.0.0.1:8000`.

Ctrl-C ends it. Its position stays, with the brackets.
"""

import argparse

from trading_api_client import Backtest, ClosedBar, Execution, Live, Refused, Strategy


class MovingAverage(Strategy):
    symbols, resolution = ["AAPL"], "1"
    fast, slow, risk, bars_max = 10, 50, 0.30, 0

    bars = 0

    def on_bar(self, bar: ClosedBar) -> None:
        self.bars += 1
        if self.bars == self.bars_max:
            self.stop()
        close = self.history(bar.symbol, self.slow).close
        if len(close) < self.slow or self.position(bar.symbol):
            return
        if close[-self.fast :].mean() > close.mean():
            try:
                take_profit, stop_loss = bar.close + self.risk, bar.close - self.risk
                self.buy(bar.symbol, 10, take_profit=take_profit, stop_loss=stop_loss)
            except Refused as error:  # for example, the market is closed
                print(error)

    def on_execution(self, execution: Execution) -> None:
        print(execution)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("mode", choices=["backtest", "paper"])
    parser.add_argument("place", help="the data of the backtest, or the address of the server")
    parser.add_argument("--account", default="MOVING-AVERAGE")
    parser.add_argument("--resolution", default="1", help="the length of the bars: 1S, 1, 60, 1D")
    parser.add_argument("--bars", type=int, default=0, help="end after this many bars")
    options = parser.parse_args()

    parameters = {"resolution": options.resolution, "bars_max": options.bars}
    if options.mode == "backtest":
        print(Backtest(options.place).run(MovingAverage, **parameters))
    else:
        Live(options.place, account=options.account).run(MovingAverage, **parameters)


if __name__ == "__main__":
    main()
