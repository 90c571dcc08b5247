"""The report of a check as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from trading_api.modules.broker.external.check.check_report import (
    CheckedFill,
    CheckedOrder,
    CheckReport,
)

FILLS_SHOWN = 20


def check_text(report: CheckReport) -> str:
    """Return the report as lines. It ends with whether the ledger agrees."""
    return "\n".join(_lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    name = f"{report.account_id} at {report.venue}"
    if not report.is_connected:
        yield f"{name}: not connected. {report.reason}"
        return
    yield f"{name}: connected. Nothing was placed."
    yield from _venue(report)
    yield from _holdings(report)
    yield f"Open orders: {len(report.open_orders)}"
    for order in report.open_orders:
        yield f"  {_order(order)}"
    yield f"Fills of the last day: {len(report.fills)}"
    if len(report.fills) > FILLS_SHOWN:
        yield f"  The last {FILLS_SHOWN}:"
    for fill in report.fills[-FILLS_SHOWN:]:
        yield f"  {_fill(fill)}"
    yield from _ledger(report)


def _venue(report: CheckReport) -> Iterator[str]:
    if report.clock_offset_ms is not None:
        direction = "ahead of" if report.clock_offset_ms >= 0 else "behind"
        yield f"Clock: the venue's is {abs(report.clock_offset_ms)} ms {direction} ours."
    for limit in report.rate_limits:
        bound = f" of {limit.limit}" if limit.limit else ""
        yield f"Rate limit {limit.name}: {limit.used}{bound} in {limit.interval_s} s"
    if (features := report.features) is not None:
        yield f"Order types: {', '.join(features.order_types)}"
        yield f"Durations: {', '.join(features.durations)}"
        abilities = {
            "replaces orders": features.can_replace,
            "holds brackets": features.has_brackets,
            "is a spot market": features.is_spot,
        }
        words = (f"{name}: {'yes' if able else 'no'}" for name, able in abilities.items())
        yield f"The venue {'; '.join(words)}"


def _holdings(report: CheckReport) -> Iterator[str]:
    yield f"Balances: {len(report.balances)}"
    for balance in report.balances:
        available = _digits(balance.available)
        yield f"  {_digits(balance.total)} {balance.currency}, of which {available} available"
    positions = [each for each in report.positions if each.quantity]
    yield f"Positions: {len(positions)}"
    for position in positions:
        price = position.average_price
        at = f" at {_digits(price)}" if price else ""
        yield f"  {_digits(position.quantity)} {position.symbol}{at}"


def _ledger(report: CheckReport) -> Iterator[str]:
    if not report.ledger:
        yield "Ledger: there is none yet, so nothing was compared."
        return
    if not report.disagreements:
        yield f"Ledger: {report.ledger} agrees."
        return
    count = len(report.disagreements)
    yield f"Ledger: {report.ledger} differs in {count} {'place' if count == 1 else 'places'}."
    for each in report.disagreements:
        yield f"  {each.kind} {each.name}: venue {each.venue}, ledger {each.ledger}"
    yield (
        "A running server takes over what the venue states within a minute. Check again; what "
        "stays is explained in docs/live.md."
    )


def _order(order: CheckedOrder) -> str:
    prices = {"stop": order.stop_price, "limit": order.limit_price}
    terms = [f"{name} {_digits(price)}" for name, price in prices.items() if price is not None]
    return (
        f"{order.side} {_digits(order.quantity)} {order.symbol}, {' '.join(terms) or order.type}, "
        f"filled {_digits(order.filled)}, id {order.client_order_id or order.venue_order_id}"
    )


def _fill(fill: CheckedFill) -> str:
    commission = ""
    if fill.commission:
        commission = f", commission {_digits(fill.commission)} {fill.commission_currency}"
    return (
        f"{fill.time} {fill.side} {_digits(fill.quantity)} {fill.symbol} at "
        f"{_digits(fill.price)}{commission}"
    )


def _digits(amount: Decimal) -> str:
    return f"{amount:f}"
