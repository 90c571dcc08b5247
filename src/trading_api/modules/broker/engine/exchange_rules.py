"""The rules of the exchange: fees, slippage, latency and margin, the same for every account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from trading_api.modules.broker.engine.money import MONEY_STEP, ZERO, rounded


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The commission of an order, in the account's currency.

    It is `per_unit` for each unit of quantity and basis points of the value. An order of which
    anything was filled pays at least `minimum`. Resting limit orders are makers."""

    per_unit: Decimal = ZERO
    maker_bps: Decimal = ZERO
    taker_bps: Decimal = ZERO
    minimum: Decimal = ZERO

    def accrued(self, quantity: Decimal, value: Decimal, is_maker: bool) -> Decimal:
        """Return what a fill adds to the commission of its order, without the minimum."""
        bps = self.maker_bps if is_maker else self.taker_bps
        return rounded(quantity * self.per_unit + value * bps / 10_000, MONEY_STEP)

    def charged(self, accrued: Decimal, filled_quantity: Decimal) -> Decimal:
        """Return the commission of an order so far, with the minimum."""
        return max(accrued, self.minimum) if filled_quantity else ZERO


@dataclass(frozen=True, slots=True)
class Slippage:
    """How far market orders and triggered stops fill behind the touch.

    The slippage of a fill is a random number of whole ticks, at most `ticks_max`."""

    ticks_max: int = 0
    seed: int = 0

    def ticks(self, execution_id: str) -> int:
        """Return the slippage of an execution: always the same for the same seed and id."""
        if not self.ticks_max:
            return 0
        digest = blake2b(f"{self.seed}:{execution_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % (self.ticks_max + 1)


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """The rules by which the exchange accepts, fills and charges orders.

    Orders reach the market `latency_ms` after they were placed. The exchange liquidates positions
    when equity is below `maintenance_ratio` of their margin. `margin_warning_levels` are in percent
    of the used margin, the highest first."""

    fees: FeeSchedule = FeeSchedule()
    slippage: Slippage = Slippage()
    latency_ms: int = 0
    leverage_default: Decimal = Decimal(1)
    leverage_max: Decimal = Decimal(100)
    maintenance_ratio: Decimal = Decimal("0.5")
    margin_warning_levels: tuple[Decimal, ...] = ()
