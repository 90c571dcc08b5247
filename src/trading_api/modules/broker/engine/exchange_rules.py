"""What the exchange charges and demands, the same for every account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from trading_api.modules.broker.engine.money import MONEY_STEP, ZERO, rounded


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """In the account's currency: `per_unit` of quantity, basis points of the value, and at least
    `minimum` for an order of which anything was filled. Resting limit orders are makers."""

    per_unit: Decimal = ZERO
    maker_bps: Decimal = ZERO
    taker_bps: Decimal = ZERO
    minimum: Decimal = ZERO

    def accrued(self, quantity: Decimal, value: Decimal, is_maker: bool) -> Decimal:
        """What a fill adds to its order's commission, before the minimum."""
        bps = self.maker_bps if is_maker else self.taker_bps
        return rounded(quantity * self.per_unit + value * bps / 10_000, MONEY_STEP)

    def charged(self, accrued: Decimal, filled_quantity: Decimal) -> Decimal:
        """The commission of an order so far."""
        return max(accrued, self.minimum) if filled_quantity else ZERO


@dataclass(frozen=True, slots=True)
class Slippage:
    """Market orders and triggered stops fill up to `ticks_max` whole ticks behind the touch, by
    chance of the `seed`."""

    ticks_max: int = 0
    seed: int = 0

    def ticks(self, execution_id: str) -> int:
        """The same for the same seed and execution, on every machine."""
        if not self.ticks_max:
            return 0
        digest = blake2b(f"{self.seed}:{execution_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % (self.ticks_max + 1)


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """Orders reach the market `latency_ms` after they were placed. Positions are closed by force
    once equity is below `maintenance_ratio` of their margin."""

    fees: FeeSchedule = FeeSchedule()
    slippage: Slippage = Slippage()
    latency_ms: int = 0
    leverage_default: Decimal = Decimal(1)
    leverage_max: Decimal = Decimal(100)
    maintenance_ratio: Decimal = Decimal("0.5")
