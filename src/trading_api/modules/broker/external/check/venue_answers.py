"""Reads the state of an account at its venue, without placing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    RateLimitUse,
    VenueAccount,
    VenueClient,
    VenueFeatures,
    VenueLink,
    VenueNotReached,
    VenueRejected,
    VenueTimeout,
)

DAY_MS = 86_400_000


class VenueAnswers(NamedTuple):
    """All answers of the venue. `clock_offset_ms` is None where the client does not measure it."""

    account: VenueAccount
    open_orders: Sequence[ExecutionReport]
    fills: Sequence[ExecutionReport]
    features: VenueFeatures
    rate_limits: Sequence[RateLimitUse]
    clock_offset_ms: int | None


class CannotConnect(Exception):
    """The venue was not reached, or did not accept the keys."""


@runtime_checkable
class _MeasuresClock(Protocol):
    @property
    def clock_offset_ms(self) -> int: ...


async def ask_venue(
    client: VenueClient, symbols: Collection[str], timeout_s: float
) -> VenueAnswers:
    """Connect, and return the state of the account and its fills of the last day, in the symbols
    and in those of its positions and orders. Raises CannotConnect."""
    link = _Link()
    running = asyncio.create_task(client.run(link))
    try:
        await link.wait_connected(timeout_s)
        return await _ask(client, symbols)
    except (VenueRejected, VenueNotReached, VenueTimeout) as error:
        raise CannotConnect(str(error)) from None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _ask(client: VenueClient, symbols: Collection[str]) -> VenueAnswers:
    account = await client.account()
    open_orders = await client.open_orders()
    used = {*symbols, *(each.symbol for each in account.positions)}
    used |= {each.symbol for each in open_orders}
    fills = await client.fills_since(sorted(used), account.time_ms - DAY_MS)
    offset_ms = client.clock_offset_ms if isinstance(client, _MeasuresClock) else None
    limits = client.rate_limits()
    return VenueAnswers(account, open_orders, fills, client.features, limits, offset_ms)


class _Link:
    """A VenueSink that waits for the connection. Reports are not needed here."""

    def __init__(self) -> None:
        self._link, self._reason = VenueLink.CONNECTING, ""
        self._changed = asyncio.Event()

    def on_report(self, report: ExecutionReport) -> None: ...

    def on_link(self, link: VenueLink, reason: str = "") -> None:
        self._link = link
        self._reason = reason or self._reason
        self._changed.set()

    async def wait_connected(self, timeout_s: float) -> None:
        """Return once connected. Refused keys are not tried again. Raises CannotConnect."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._link is not VenueLink.CONNECTED:
                    if self._link is VenueLink.AUTHENTICATION_FAILED:
                        raise CannotConnect(self._reason)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            reason = self._reason or "it does not answer"
            raise CannotConnect(f"{reason} (tried for {timeout_s:g} s)") from None
