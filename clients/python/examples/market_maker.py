"""Quote both sides of a symbol around its mid price, within an inventory limit.

Run it with `python market_maker.py http://127.0.0.1:8000 --seconds 60`.

The quotes follow the market. At the end, and after Ctrl-C, they are canceled.
"""

import argparse
import asyncio
import signal

from trading_api_client import AsyncClient, OrderStatus, PlacedOrder, Position, Refused, Side
from trading_api_client.models import QuoteValues

SYMBOL, QTY, INVENTORY_MAX, TICKS_FROM_MID = "AAPL", 5, 20, 2


class MarketMaker:
    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.inventory = 0.0
        self.quotes: dict[Side, tuple[str, float]] = {}  # the working order and its price

    def on_position(self, position: Position) -> None:
        if position.symbol == SYMBOL:
            self.inventory = position.side * position.qty

    def on_order(self, order: PlacedOrder) -> None:
        is_quoted = self.quotes.get(order.side, ("", 0))[0] == order.id
        if is_quoted and order.status is not OrderStatus.WORKING:
            del self.quotes[order.side]

    async def quote(self, side: Side, price: float) -> None:
        order_id, quoted = self.quotes.get(side, ("", 0))
        is_allowed = side * self.inventory + QTY <= INVENTORY_MAX
        try:
            if not order_id and is_allowed:
                placed = await self.client.place_order(SYMBOL, side, QTY, limit_price=price)
                self.quotes[side] = placed.orderId, price
            elif order_id and not is_allowed:
                await self.client.cancel_order(order_id)
            elif order_id and price != quoted:
                self.quotes[side] = order_id, price
                await self.client.modify_order(order_id, limit_price=price)
        except Refused as error:  # for example, the order was filled in the meantime
            print(f"{side.name}: {error}")
            self.quotes.pop(side, None)


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--account", help="default: the server's default account")
    parser.add_argument("--seconds", type=float, default=60, help="how long to quote")
    options = parser.parse_args()

    async with AsyncClient(options.url, account=options.account) as client:
        maker = MarketMaker(client)
        await client.on_position(maker.on_position).synchronized()
        await client.on_order(maker.on_order).synchronized()
        tick = (await client.instrument(SYMBOL)).minTick

        stream = client.quotes(SYMBOL)
        loop = asyncio.get_running_loop()
        loop.call_later(options.seconds, stream.close)  # ends `async for`, between two commands
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stream.close))
        try:
            async for quote in stream:
                if isinstance(quote.v, QuoteValues):
                    mid = (quote.v.bid + quote.v.ask) / 2
                    for side in Side:
                        ticks = round(mid / tick - side * TICKS_FROM_MID)
                        await maker.quote(side, round(ticks * tick, 8))
        finally:
            await client.cancel_orders([order_id for order_id, _ in maker.quotes.values()])

        working = [each for each in await client.orders() if each.status is OrderStatus.WORKING]
        print(f"inventory {maker.inventory:g} {SYMBOL}, working orders: {len(working)}")
        print(await client.executions(SYMBOL, limit=20))
        print(await client.equity())


if __name__ == "__main__":
    asyncio.run(main())
