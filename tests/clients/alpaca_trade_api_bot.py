"""The older alpaca-trade-api, unmodified: a program that `make clients` runs.

It reads history, follows both data streams, trades, and prints what came as one JSON object."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from alpaca_trade_api import REST, Stream, TimeFrame


def read_history(api: Any) -> dict[str, Any]:
    end = datetime.now(UTC) - timedelta(minutes=2)
    window = {"start": (end - timedelta(hours=1)).isoformat(), "end": end.isoformat()}
    bars = api.get_bars(["AAPL", "MSFT"], TimeFrame.Minute, limit=40, **window)
    quotes = api.get_quotes("AAPL", limit=5, **window)
    trades = api.get_trades("AAPL", limit=5, **window)
    crypto = api.get_crypto_bars("BTC/USD", TimeFrame.Hour, limit=5, **window)
    return {
        "bars": len(bars),
        "columns": sorted(bars.df.columns),
        "quotes": len(quotes),
        "trades": len(trades),
        "crypto": len(crypto.df),
        "latest bar": api.get_latest_bar("AAPL").c > 0,
        "latest quote": api.get_latest_quote("AAPL").bp > 0,
        "latest trades": sorted(api.get_latest_trades(["AAPL", "MSFT"])),
        "snapshot": api.get_snapshot("AAPL").daily_bar.c > 0,
        "snapshots": sorted(api.get_snapshots(["AAPL", "MSFT"])),
        "crypto snapshots": sorted(api.get_crypto_snapshots(["BTC/USD"])),
    }


def trade(api: Any) -> dict[str, Any]:
    account, clock = api.get_account(), api.get_clock()
    order = api.submit_order("AAPL", qty=2, side="buy", type="market", time_in_force="day")
    filled = api.get_order(order.id)
    working = api.submit_order(
        "AAPL", qty=1, side="buy", type="limit", time_in_force="gtc", limit_price=1
    )
    replaced = api.replace_order(working.id, qty=2, limit_price=2)
    listed = [each.id for each in api.list_orders(status="open")]
    api.cancel_order(replaced.id)
    position = api.get_position("AAPL")
    api.close_position("AAPL")
    try:
        api.submit_order("NONE", qty=1, side="buy", type="market", time_in_force="day")
        refused = ""
    except Exception as error:  # noqa: BLE001, whatever the client raises is what its user sees
        refused = f"{type(error).__name__}: {error}"
    return {
        "account": [account.status, account.currency],
        "clock": clock.is_open,
        "filled": [filled.status, filled.filled_qty],
        "listed": replaced.id in listed,
        "position": position.qty,
        "positions left": len(api.list_positions()),
        "refused": refused,
    }


async def follow(url: str, api: Any) -> list[str]:
    """Return the kinds of messages of the data streams and of the trading stream."""
    stream = Stream("any", "any", base_url=url, data_stream_url=url)
    seen: set[str] = set()
    done = asyncio.Event()

    def handler(kind: str) -> Any:
        async def handle(_: Any) -> None:
            seen.add(kind)
            if len(seen) == 4:
                done.set()

        return handle

    stream.subscribe_trades(handler("trade"), "AAPL")
    stream.subscribe_quotes(handler("quote"), "AAPL")
    stream.subscribe_crypto_quotes(handler("crypto quote"), "BTC/USD")
    stream.subscribe_trade_updates(handler("trade update"))
    running = asyncio.create_task(stream._run_forever())
    while not done.is_set():
        await asyncio.to_thread(
            api.submit_order, "MSFT", qty=1, side="buy", type="market", time_in_force="day"
        )
        await asyncio.wait([asyncio.create_task(done.wait())], timeout=0.5)
    running.cancel()
    return sorted(seen)


def main(url: str) -> None:
    api = REST("any", "any", base_url=url)
    result: dict[str, Any] = {"history": read_history(api), "trading": trade(api)}
    result["streams"] = asyncio.run(asyncio.wait_for(follow(url, api), 30))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
