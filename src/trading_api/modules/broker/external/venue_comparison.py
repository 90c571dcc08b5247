"""What the venue holds and the ledger does not: a pure comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.adjustments import adjust_cash, adjust_position, warn
from trading_api.modules.broker.external.live_terms import LiveTerms
from trading_api.modules.broker.external.venue_client import VenueAccount, VenueFeatures

CASH_TOLERANCE = Decimal("1E-6")
"""Smaller differences of cash come from rounding."""
_ADJUSTED = "to what the venue reports."
NOTIFIED_CASH = Decimal("0.01")
"""Smaller differences of cash are adjusted without a notification."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What has to be added to the ledger: to the positions by symbol, and to the cash."""

    positions: Mapping[str, Decimal] = field(default_factory=dict)
    cash: Decimal = ZERO

    def __bool__(self) -> bool:
        return bool(self.positions or self.cash)


def compare(
    state: AccountState, account: VenueAccount, features: VenueFeatures, terms: LiveTerms
) -> Differences:
    """Return how the venue's holdings differ from the ledger's.

    Where fills move their whole value, the venue's cash is the balance without what was paid for
    the open positions. Symbols without a price, and venues that report no balance, are left out."""
    with localcontext(EXACT):
        held = {each.symbol: each.quantity for each in account.positions}
        changes = {}
        for symbol in dict.fromkeys((*state.positions, *held)):
            change = held.get(symbol, ZERO) - state.position(symbol).quantity
            if change and _price(symbol, account, terms) is not None:
                changes[symbol] = change
        if not account.balances:
            return Differences(changes)
        cash = _cash(account, state.currency) - expected_cash(state, features)
        return Differences(changes, cash if abs(cash) > CASH_TOLERANCE else ZERO)


def expected_cash(state: AccountState, features: VenueFeatures) -> Decimal:
    """Return the cash that the venue should report for the state."""
    if not features.moves_full_value:
        return state.balance
    paid = sum((_account_cost(each) for each in state.positions.values()), ZERO)
    return EXACT.subtract(state.balance, paid)


def adjust(
    transaction: Transaction,
    account: VenueAccount,
    differences: Differences,
    features: VenueFeatures,
    terms: LiveTerms,
    code: str,
    now_ms: int,
) -> None:
    """Emit the events that make the ledger agree with the venue. `code` is the reason."""
    is_opening = code == "opening"
    reason = "The account was opened with it." if is_opening else "The venue reports another one."
    with localcontext(EXACT):
        for symbol, change in differences.positions.items():
            price = _price(symbol, account, terms)
            assert price is not None
            adjust_position(transaction, terms, symbol, change, price, code, reason, now_ms)
            if not is_opening:
                text = f"The position in {symbol} was adjusted by {change:f} {_ADJUSTED}"
                warn(transaction, "venue_position_differs", text, now_ms, symbol=symbol)
        if not account.balances:
            return
        amount = _cash(account, transaction.state.currency)
        amount -= expected_cash(transaction.state, features)
        if not amount:
            return
        adjust_cash(transaction, amount, code, reason, now_ms)
        if not is_opening and abs(differences.cash) >= NOTIFIED_CASH:
            currency = transaction.state.currency
            text = f"The cash was adjusted by {differences.cash:f} {currency} {_ADJUSTED}"
            warn(transaction, "venue_cash_differs", text, now_ms)


def _cash(account: VenueAccount, currency: str) -> Decimal:
    return sum((each.total for each in account.balances if each.currency == currency), ZERO)


def _price(symbol: str, account: VenueAccount, terms: LiveTerms) -> Decimal | None:
    """Return the price at which a difference of a position counts, or None where there is none."""
    average = (each.average_price for each in account.positions if each.symbol == symbol)
    price = next(average, ZERO)
    return price if price > 0 else terms.mark_price(symbol)


def _account_cost(position: Position) -> Decimal:
    cost = position.account_cost
    return position.cost * position.rate if cost is None else cost
