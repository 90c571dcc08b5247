"""Random commands, prices, faults and kills of a live broker that holds brackets."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.live_chaos import LiveChaos
from tests.kit.live_setup import LiveSetup, limit_order, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    BrokerCommand,
    CancelOrderCommand,
    ClosePositionCommand,
    EditBracketsCommand,
)
from trading_api.domain.market_status import MarketState
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.venue_client import ExecutionReport


class HeldChaos(LiveChaos):
    """Drives a LiveSetup by a seed.

    Only closing orders and exits sell. So the venue holds less than nothing only if an exit is sent
    twice or closes too much."""

    def __init__(self, live: LiveSetup, seed: int) -> None:
        super().__init__(live, seed)
        live.venue.fills_market_orders = seed % 2 == 0

    async def step(self) -> None:
        """Do one random action."""
        chance = self.chance
        match chance.randrange(10):
            case 0 | 1 | 2:
                await self._move(chance.randint(80, 120))
            case 3 if chance.random() < 0.3:
                state = chance.choice([MarketState.STALE, MarketState.OPEN])
                self.live.market.become(state)
            case _:
                await super().step()
        self._check()

    def command(self) -> BrokerCommand:
        """Return a random command that never sells more than is held."""
        chance, live = self.chance, self.live.live()
        match chance.randrange(10):
            case 0 | 1 | 2:
                return order(quantity=chance.randint(1, 9), brackets=self._brackets())
            case 3 | 4:
                limit = chance.randint(80, 120)
                return limit_order(limit, chance.randint(1, 9))
            case 5 if live:
                return CancelOrderCommand(chance.choice(live).id)
            case 6:
                return EditBracketsCommand("AAPL", self._brackets())
            case 7:
                return ClosePositionCommand("AAPL", Decimal(chance.randint(1, 4)))
            case 8:
                pips = BracketsInstruction(trailing_pips=Decimal(chance.choice([200, 500, 900])))
                return order(
                    Side.SELL,
                    chance.randint(1, 9),
                    type=OrderType.STOP,
                    is_trailing=True,
                    reduce_only=True,
                    brackets=pips,
                )
        return ClosePositionCommand("AAPL")

    def _brackets(self) -> BracketsInstruction:
        chance, price = self.chance, self.live.venue.prices["AAPL"]
        if chance.random() < 0.3:
            return BracketsInstruction(
                take_profit=price + 5, trailing_pips=Decimal(chance.choice([200, 600]))
            )
        low, high = price - chance.randint(1, 8), price + chance.randint(1, 8)
        return BracketsInstruction(take_profit=high, stop_loss=low)

    async def _move(self, price: int) -> None:
        self.live.venue.prices["AAPL"] = Decimal(price)
        self.live.market.move("AAPL", f"{price}.00", f"{price}.02")

    async def settle(self) -> None:
        """Let every open request end."""
        self.live.market.become(MarketState.OPEN)
        await super().settle()
        for each in self._open_at_venue():
            if each.new.side is Side.SELL:
                self.live.venue.trade(each, each.open_quantity)
        await settle()
        await self.live.clock.advance(70)
        self._check()

    def _check(self) -> None:
        held = self.live.venue.holdings.get("AAPL", Decimal(0))
        assert held >= 0, "a position was closed twice"

    def exits(self) -> list[ExecutionReport]:
        """Return the fills that have sold."""
        return [each for each in self.live.venue.fills if each.side is Side.SELL]
