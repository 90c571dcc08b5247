"""Follow an account for a while, and show its equity and its executions as DataFrames.

Run it with `python account_to_dataframe.py http://127.0.0.1:8000 --seconds 60`.
Ctrl-C ends it early. It needs pandas: `pip install "trading-api-client[pandas]"`.
"""

import argparse
import time
from contextlib import suppress

import pandas as pd

from trading_api_client import Client, Execution
from trading_api_client.models import EquityData
from trading_api_client.tables import ModelList


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--account", help="default: the server's default account")
    parser.add_argument("--seconds", type=float, default=60, help="how long to follow")
    options = parser.parse_args()

    times: list[pd.Timestamp] = []
    states, executions = ModelList(EquityData), ModelList(Execution)

    # These functions run in the thread of the client, so they only keep what they receive.
    def on_equity(state: EquityData) -> None:
        times.append(pd.Timestamp.now("UTC"))
        states.append(state)

    def on_execution(execution: Execution) -> None:
        executions.append(execution)
        print(execution)

    with (
        Client(options.url, account=options.account) as client,
        client.on_equity(on_equity) as equity_updates,
        client.on_execution(on_execution) as execution_updates,
    ):
        equity_updates.synchronized()
        execution_updates.synchronized()
        with suppress(KeyboardInterrupt):
            print(f"following {client.account().id}")
            time.sleep(options.seconds)

    equity = states.to_pandas().set_index(pd.DatetimeIndex(times, name="time"))
    print(equity[["equity", "balance", "unrealizedPL"]].resample("1s").last().ffill())

    fills = executions.to_pandas()  # `side` is BUY or SELL, and `time` is in UTC
    print(fills[["time", "symbol", "side", "qty", "price", "netAmount"]].to_string())
    print(fills.groupby(["symbol", "side"], observed=True).qty.sum())


if __name__ == "__main__":
    main()
