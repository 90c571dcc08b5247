"""A market source as the modules use it, while another part moves it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketListener
from trading_api.domain.quiet_range import ANY_QUOTE, QuietRange
from trading_api.domain.quote import Quote
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.market.interest import InterestSet, ListenerInterest
from trading_api.modules.datafeed.market.ports import MarketSource

log = logging.getLogger(__name__)

_OPEN = MarketStatus(MarketState.OPEN)


class PublishedMarket:
    """MarketData over any source, the source's MarketSink, and a QuietMarket.

    It calls the listeners before a report returns. A symbol that the source reported as stale is
    STALE until the source publishes it or reports it as fresh. A heartbeat of an open market counts
    only if the source's present has moved since the last report."""

    def __init__(self, source: MarketSource) -> None:
        self.source = source
        self._instruments = tuple(source.instruments())
        self._by_name = {
            name: instrument
            for instrument in self._instruments
            for name in (instrument.symbol, f"{instrument.exchange}:{instrument.symbol}")
        }
        self._symbols = frozenset(each.symbol for each in self._instruments)
        self.interest = InterestSet(source)
        self._listeners: list[ListenerInterest] = []
        self._reported_status, self._status = _OPEN, MarketStatus(MarketState.STARTING)
        self._stale_symbols: dict[str, MarketStatus] = {}
        self._last_present_ms = -1

    @property
    def status(self) -> MarketStatus:
        return self._status

    @property
    def now_ms(self) -> int:
        return self.source.now_ms

    @property
    def stale_symbols(self) -> Mapping[str, MarketStatus]:
        """The status of each stale symbol of an open market."""
        return MappingProxyType(self._stale_symbols)

    def instruments(self) -> Sequence[Instrument]:
        return self._instruments

    def instrument(self, symbol: str) -> Instrument | None:
        return self._by_name.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        instrument = self._by_name.get(symbol)
        if instrument is None or instrument.symbol != symbol:
            return None
        interest = self.interest.get(symbol)
        if interest is not None and interest.latest is not None:
            return interest.latest.quote
        return self.source.quote(symbol)

    def status_of(self, symbol: str) -> MarketStatus:
        if self._status.state is not MarketState.OPEN:
            return self._status
        if stale := self._stale_symbols.get(symbol):
            return stale
        reason = self.source.closed_reason(symbol)
        return MarketStatus(MarketState.CLOSED, reason) if reason else self._status

    def session_end_ms(self, symbol: str) -> int:
        each = self._by_name[symbol]
        hours = SessionHours.parse(each.session, each.timezone, each.holidays, each.corrections)
        return hours.day_end_ms(self.now_ms)

    def listen(self, listener: MarketListener) -> ListenerInterest:
        interest = ListenerInterest(listener, self.interest, self._listeners.remove)
        self._listeners.append(interest)
        return interest

    # Reports of the source

    def publish(self, updates: Sequence[MarketUpdate]) -> None:
        """Store all updates as the latest before any listener receives one, so that `quote` returns
        prices of one instant."""
        self._accept(_OPEN)
        if self._stale_symbols:
            for update in updates:
                self._refresh(update.quote.symbol)
        for update in updates:
            if interest := self.interest.get(update.quote.symbol):
                interest.latest = update
        listeners = tuple(self._listeners)
        for update in updates:
            symbol = update.quote.symbol
            for each in listeners:
                if symbol in each:
                    try:
                        each.listener.on_update(update)
                    except Exception:
                        log.exception("market_listener_failed", extra={"symbol": symbol})
        self._pass_time()

    def heartbeat(self) -> None:
        is_closed = self._reported_status.state is MarketState.CLOSED
        if is_closed or self.source.now_ms > self._last_present_ms:
            self.hold()

    def hold(self) -> None:
        """Report that the market is unchanged. It may stand still because a client moves it."""
        self._accept(self._reported_status)
        self._pass_time()

    def closed(self, reason: str) -> None:
        self._accept(MarketStatus(MarketState.CLOSED, reason))

    def symbol_stale(self, symbol: str, reason: str) -> None:
        status = MarketStatus(MarketState.STALE, reason)
        if symbol not in self._symbols:
            raise KeyError(symbol)
        if self._stale_symbols.get(symbol) != status:
            self._stale_symbols[symbol] = status
            log.warning("market_symbol_stale", extra={"symbol": symbol, "reason": reason})
            self._pass_time()

    def symbol_fresh(self, symbol: str) -> None:
        if self._refresh(symbol):
            self._pass_time()

    def _refresh(self, symbol: str) -> bool:
        """Make a symbol fresh, and return whether it was stale."""
        if self._stale_symbols.pop(symbol, None) is None:
            return False
        log.info("market_symbol_fresh", extra={"symbol": symbol})
        return True

    def stale(self, reason: str) -> None:
        """Report that the prices are out of date until the next report."""
        self._become(MarketStatus(MarketState.STALE, reason))

    async def flush(self) -> None:
        """Return once every listener has published the effects of the reports."""
        for each in tuple(self._listeners):
            await each.listener.flush()

    # What a source may skip

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return the prices at which a quote has no effect on any listener, or None."""
        found = ANY_QUOTE
        for each in self._listeners:
            if symbol not in each:
                continue
            quiet = each.quiet_listener.quiet_range(symbol) if each.quiet_listener else None
            if quiet is None:
                return None
            found = quiet.intersection(found)
        return found

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return the earliest market time at which a step may have an effect on a listener, or
        None. It is the present unless the market is open, and all listeners can state it."""
        if self._status.state is not MarketState.OPEN or self._stale_symbols:
            return self.now_ms
        times_ms = []
        for each in self._listeners:
            if each.quiet_listener is None:
                return self.now_ms
            time_ms = each.quiet_listener.quiet_until_ms(step_ms)
            if time_ms is not None:
                times_ms.append(time_ms)
        return min(times_ms, default=None)

    def skipped(self) -> None:
        """Read the quotes from the source until it reports newer ones."""
        for interest in self.interest.values():
            interest.latest = None

    def _accept(self, reported: MarketStatus) -> None:
        self._last_present_ms = self.source.now_ms
        self._reported_status = reported
        self._become(reported)

    def _pass_time(self) -> None:
        for each in tuple(self._listeners):
            try:
                each.listener.on_heartbeat()
            except Exception:
                log.exception("market_listener_failed", extra={"state": self._status.state.value})

    def _become(self, status: MarketStatus) -> None:
        if status == self._status:
            return
        self._status = status
        log.info("market_status", extra={"state": status.state.value, "reason": status.reason})
        for each in tuple(self._listeners):
            try:
                each.listener.on_status(status)
            except Exception:
                log.exception("market_listener_failed", extra={"state": status.state.value})
