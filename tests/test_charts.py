"""What charts ask for, over a real socket."""

from tests.support import connected, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings


async def test_the_tape_and_the_book_are_live() -> None:
    api_app, _ = create_app(Settings.defaults())
    async with serving(api_app) as address, connected(address) as client:
        trades = await client.subscribe("trades", symbol="EURUSD")
        book = await client.subscribe("orderbook", symbol="EURUSD", depth=50)
        seen = {trades: 0, book: 0}
        while min(seen.values()) < 3:
            update = (await client.update())["payload"]
            seen[update["topic"]] += 1
            if update["topic"] == book:
                assert len(update["payload"]["asks"]) == 50
            else:
                assert update["payload"]["qty"] > 0
