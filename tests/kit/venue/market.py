"""The market of the simulated venue: books, tapes and the random trading that moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, Decimal
from random import Random

from tests.kit.venue.clock import VenueClock
from tests.kit.venue.instruments import INSTRUMENTS, Instrument, by_symbol
from tests.kit.venue.matching import ZERO, Book, Side, other
from tests.kit.venue.tape import MINUTE_MS, Tape, Trade

LEVELS = 20
"""The levels of each side that random trading keeps filled."""
HISTORY_TRADES = 4
"""The trades of each minute of the generated history."""

Level = tuple[Decimal, Decimal]
"""A price and a quantity."""


class VenueMarket:
    """All books and tapes. Trades and changes of the best prices are reported to the listeners.

    `seed` decides all random trading. `history_minutes` of candles precede the start.
    """

    def __init__(
        self,
        clock: VenueClock,
        instruments: Iterable[Instrument] = INSTRUMENTS,
        *,
        seed: int = 1,
        history_minutes: int = 0,
    ) -> None:
        self.clock = clock
        self.instruments = by_symbol(instruments)
        self.tapes = {each.symbol: Tape(each.symbol, each.price) for each in instruments}
        self.books = {symbol: Book() for symbol in self.instruments}
        self.statuses = dict.fromkeys(self.instruments, "TRADING")
        self.trade_listeners: list[Callable[[Trade], None]] = []
        self.best_listeners: list[Callable[[str], None]] = []
        self.on_maker_fill: Callable[[int, Trade], None] = lambda order_id, trade: None
        self.after_trades: Callable[[str], None] = lambda symbol: None
        self._random = Random(seed)
        self._next_order_id = 10_000_000
        self._best: dict[str, tuple[Level | None, Level | None]] = {}
        for symbol, tape in self.tapes.items():
            self._write_history(tape, history_minutes)
            tape.extend_to(clock.now_ms())
            self._move_levels(symbol, tape.last_price)
            self._best[symbol] = self.best(symbol)

    def new_order_id(self) -> int:
        self._next_order_id += 1
        return self._next_order_id

    def best(self, symbol: str) -> tuple[Level | None, Level | None]:
        """Return the best bid and the best ask."""
        return self.books[symbol].best("BUY"), self.books[symbol].best("SELL")

    def trade(
        self, symbol: str, price: Decimal, quantity: Decimal, side: Side | None = None
    ) -> list[Trade]:
        """Trade a quantity at a price, whatever anonymous liquidity the book holds.

        Users' orders that accept the price are filled first, each at its own limit. Anonymous
        orders that the price passes disappear. `side` is the aggressor's; by default the side that
        a user's order waits for, else the side of the tick.
        """
        side = side or self._aggressor(symbol, price)
        trades = self.execute(symbol, side, price, quantity, users_only=True)
        rest = quantity - sum((each.quantity for each in trades), ZERO)
        if rest:
            trades.append(self._record(symbol, side, price, rest, 0, None))
        self._drop_passed(symbol, price)
        self.settle(symbol)
        return trades

    def quote(self, symbol: str, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        """Replace the anonymous liquidity. It is matched with the users' orders that it crosses."""
        book = self.books[symbol]
        sides: tuple[Side, Side] = ("BUY", "SELL")
        for side, levels in zip(sides, (bids, asks), strict=True):
            wanted = dict(levels)
            for price in book.sides[side].prices():
                if price not in wanted:
                    book.set_level(side, price, ZERO)
            for price, quantity in wanted.items():
                self._arrive(symbol, side, price, quantity)
        self.settle(symbol)

    def step(self, symbol: str) -> list[Trade]:
        """Trade once at random at the best price, and move the levels now and then."""
        book, random = self.books[symbol], self._random
        side: Side = random.choice(("BUY", "SELL"))
        best = book.best(other(side))
        price = best[0] if best else self.tapes[symbol].last_price
        quantity = self._random_quantity(symbol, price)
        trades = self.execute(symbol, side, price, quantity)
        # The best bid stays where it is, or moves one step to where the aggressor went.
        bid = price if side == "SELL" else price - self._grid(symbol)
        if random.random() < 0.3:
            bid += self._grid(symbol) * (1 if side == "BUY" else -1)
        self._move_levels(symbol, bid)
        self.settle(symbol)
        return trades

    def execute(
        self,
        symbol: str,
        taker: Side,
        limit: Decimal | None,
        quantity: Decimal,
        *,
        taker_id: int = 0,
        users_only: bool = False,
    ) -> list[Trade]:
        """Match a taker with the book and return the trades. The caller calls `settle` then."""
        fills = self.books[symbol].match(taker, limit, quantity, users_only=users_only)
        return [
            self._record(symbol, taker, fill.price, fill.quantity, taker_id, fill.maker_id)
            for fill in fills
        ]

    def settle(self, symbol: str) -> None:
        """Trigger stop orders, then report the best prices if they changed."""
        self.after_trades(symbol)
        best = self.best(symbol)
        if best != self._best[symbol]:
            self._best[symbol] = best
            for listener in self.best_listeners:
                listener(symbol)

    def _record(
        self,
        symbol: str,
        taker: Side,
        price: Decimal,
        quantity: Decimal,
        taker_id: int,
        maker_id: int | None,
    ) -> Trade:
        taker_id = taker_id or self.new_order_id()
        resting_id = maker_id or self.new_order_id()
        buyer_id, seller_id = (taker_id, resting_id) if taker == "BUY" else (resting_id, taker_id)
        trade = self.tapes[symbol].add(
            price,
            quantity,
            self.clock.now_ms(),
            is_buyer_maker=taker == "SELL",
            buyer_id=buyer_id,
            seller_id=seller_id,
        )
        for listener in self.trade_listeners:
            listener(trade)
        if maker_id is not None:
            self.on_maker_fill(maker_id, trade)
        return trade

    def _arrive(self, symbol: str, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Rest anonymous liquidity, after it was matched with the users' orders that it crosses."""
        trades = self.execute(symbol, side, price, quantity, users_only=True)
        rest = quantity - sum((each.quantity for each in trades), ZERO)
        self.books[symbol].set_level(side, price, rest)

    def _aggressor(self, symbol: str, price: Decimal) -> Side:
        book = self.books[symbol]
        for price_of_bid in book.sides["BUY"].prices():
            if price_of_bid >= price and book.sides["BUY"].first(price_of_bid):
                return "SELL"
        for price_of_ask in book.sides["SELL"].prices():
            if price_of_ask <= price and book.sides["SELL"].first(price_of_ask):
                return "BUY"
        return "BUY" if price >= self.tapes[symbol].last_price else "SELL"

    def _drop_passed(self, symbol: str, price: Decimal) -> None:
        book = self.books[symbol]
        for bid in book.sides["BUY"].prices():
            if bid > price:
                book.set_level("BUY", bid, ZERO)
        for ask in book.sides["SELL"].prices():
            if ask < price:
                book.set_level("SELL", ask, ZERO)

    def _move_levels(self, symbol: str, best_bid: Decimal) -> None:
        """Keep anonymous levels below and above a price: bids from it on, asks one step above."""
        book, grid = self.books[symbol], self._grid(symbol)
        best_bid = max(best_bid, grid * (LEVELS + 1))
        bids = [best_bid - grid * i for i in range(LEVELS)]
        asks = [best_bid + grid * (i + 1) for i in range(LEVELS)]
        sides: tuple[Side, Side] = ("BUY", "SELL")
        for side, prices in zip(sides, (bids, asks), strict=True):
            kept = set(prices)
            for price in book.sides[side].prices():
                if price not in kept:
                    book.set_level(side, price, ZERO)
        for side, prices in zip(sides, (bids, asks), strict=True):
            for price in prices:
                if not book.sides[side].anonymous(price):
                    self._arrive(symbol, side, price, self._random_quantity(symbol, price) * 5)

    def _grid(self, symbol: str) -> Decimal:
        """Return the distance of the random levels: a hundredth of a percent in whole ticks."""
        instrument = self.instruments[symbol]
        return max((instrument.price / 10_000 / instrument.tick).to_integral(), Decimal(1)) * (
            instrument.tick
        )

    def _random_quantity(self, symbol: str, price: Decimal) -> Decimal:
        step = self.instruments[symbol].step
        value = Decimal(self._random.randint(10, 2_000))
        return max((value / price / step).to_integral(ROUND_DOWN), Decimal(1)) * step

    def _write_history(self, tape: Tape, minutes: int) -> None:
        now_ms = self.clock.now_ms()
        first_ms = now_ms - now_ms % MINUTE_MS - minutes * MINUTE_MS
        price, grid, random = tape.last_price, self._grid(tape.symbol), self._random
        for i in range(minutes * HISTORY_TRADES):
            price = max(price + grid * random.randint(-3, 3), grid * (LEVELS + 1))
            tape.add(
                price,
                self._random_quantity(tape.symbol, price),
                first_ms + i * MINUTE_MS // HISTORY_TRADES + random.randint(0, 9_000),
                is_buyer_maker=random.random() < 0.5,
                buyer_id=self.new_order_id(),
                seller_id=self.new_order_id(),
            )
