"""A venue on loopback that speaks Binance's spot REST and streams to the unmodified ccxt.

In the event loop of a test:

    async with venue(history_minutes=60) as served:
        exchange = ccxt.pro.binance(ccxt_options(served.address))
        served.quote("BTCUSDT", 99, 101)
        served.trade("BTCUSDT", 100, "0.5")

In a process of its own, with the same controls over HTTP (keyword arguments only):

    with venue_process("--rate", "50", "--history-minutes", "60") as served:
        served.trade(symbol="BTCUSDT", price=100, quantity="0.5")
        served.inject(name="rate_limit", count=2, retry_after_s=3)

The user's key is `API_KEY` with `SECRET`; `balances`, `commission`,
`orders_per_10s` and `weight_max` are options of `Venue`. Orders match with the book as it is, so
`quote` or `book` decides what fills, and `trade` fills resting orders in parts. `repeated_sends`
answers which client order ids reached the venue more than once.

`python -m tests.kit.venue --symbols 5 --rate 500 --fault-every 60 --log trades.jsonl` is for a
soak: the log has every trade, one JSON array a line, and each fault is printed as it begins.

All controls are the methods of `control.Control`, all faults `faults.FaultName`. Nothing happens
by itself unless a rate is set; with it, each symbol trades at random by the seed. Candles are exact
sums of the trades. Ids of aggregate trades differ from ids of trades, as on Binance: combine
`watchTrades` with REST by one of them (`{"name": "aggTrade"}` with `fetchTrades`, or `fetchTrades`
with `{"fetchTradesMethod": "publicGetTrades"}`).

What differs from Binance:

* Each trade is an aggregate trade of its own.
* At one price, users' orders are filled before anonymous liquidity. A user may trade with itself.
* Forming candles are streamed each 100 ms, not each 2 s, and nothing ends a connection after a day.
* The limit of new orders counts those that were filled, too.
* A stop order that buys at the market may fill above what it reserved.
* Left out: order lists, amendments, trailing stops, iceberg orders, partial depth streams, the
  combined stream URL, orders over the WebSocket API, listen keys, Ed25519 keys and sub-accounts.
"""

from tests.kit.venue.account import API_KEY, SECRET
from tests.kit.venue.ccxt_configuration import ccxt_options
from tests.kit.venue.clock import VenueClock
from tests.kit.venue.process import VenueControl, VenueProcess, venue_process
from tests.kit.venue.server import Venue, venue

__all__ = [
    "API_KEY",
    "SECRET",
    "Venue",
    "VenueClock",
    "VenueControl",
    "VenueProcess",
    "ccxt_options",
    "venue",
    "venue_process",
]
