"""ccxt's exchange of one account within the connector: symbols, clock, rate limits and faults."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, TypeVar

from trading_api.connectors.ccxt_exchange import BANNED_WAIT_S, symbol_names
from trading_api.domain.orders import OrderType
from trading_api.modules.broker.external.ccxt.ccxt_errors import (
    CLOCK,
    NOT_CONNECTED,
    NOT_SUPPORTED,
    RATE_LIMITED,
    Outcome,
    VenueFault,
    classify,
    redact,
)
from trading_api.modules.broker.external.ccxt.ccxt_features import (
    BEFORE_CONNECTING,
    features_of,
    retry_after_s,
    symbol_limits,
    used_limits,
)
from trading_api.modules.broker.external.ccxt.ccxt_mapping import text_of
from trading_api.modules.broker.external.venue_client import NewOrder, RateLimitUse

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE_S = 10.0
"""How long nothing is sent after the venue refused for its rate limit and named no time."""

_send_until_s: ContextVar[float] = ContextVar("send_until_s", default=math.inf)
"""The time of `time.monotonic` until which the present task may send."""

_RATE_LIMITS = re.compile(r'"rateLimits"\s*:\s*(\[[^\]]*\])')


class VenueFailed(Exception):
    """A request that failed, with what is certain about it. Its text has no keys or signatures."""

    def __init__(self, fault: VenueFault, retry_after_s: float = 0.0) -> None:
        super().__init__(fault.text)
        self.fault, self.retry_after_s = fault, retry_after_s


class RequestExpired(Exception):
    """The request waited so long for its turn that it is not sent any more."""


def rejected(code: str, text: str) -> VenueFailed:
    """Return the failure of a request that is refused here, before anything is sent."""
    return VenueFailed(VenueFault(Outcome.REJECTED, code, text))


class ExchangeSession:
    """ccxt's exchange, with our symbols, and with faults that state what is certain.

    `on_limits` receives the use of the venue's rate limits whenever it changes."""

    def __init__(
        self,
        exchange: Any,
        symbols: Sequence[str],
        secrets: Sequence[str],
        on_limits: Callable[[Sequence[RateLimitUse]], None],
    ) -> None:
        self.exchange = exchange
        self.features = BEFORE_CONNECTING
        self.clock_offset_ms = 0
        self.symbols: dict[str, str] = {}  # ours of each of ccxt's
        self._wanted = symbols
        self._names: dict[str, str] = {}  # ccxt's of each of ours
        self._secrets = secrets
        self._on_limits = on_limits
        self._limits: dict[str, RateLimitUse] = {}
        self._paused_until_s = 0.0
        self._read_responses()
        self._expire_requests()

    async def load(self) -> None:
        """Load the venue's markets, unless they are known, and measure its clock. Raises
        VenueFailed."""
        if not self._names:
            self._select(symbol_names(await self.call(self.exchange.load_markets)))
        if self.exchange.has.get("fetchTime") is True:
            await self.measure_clock()

    async def measure_clock(self) -> None:
        """Measure how far the venue's clock is ahead of ours, and sign requests by it."""
        before_ms = self.exchange.milliseconds()
        venue_ms = int(await self.call(self.exchange.fetch_time))
        after_ms = self.exchange.milliseconds()
        self.clock_offset_ms = venue_ms - (before_ms + after_ms) // 2
        # The latest that our clock can be ahead: a timestamp in the venue's future is refused.
        self.exchange.options["timeDifference"] = after_ms - venue_ms

    async def call(self, method: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Return what a method of ccxt returns. Raises VenueFailed. After a difference of the
        clocks, which the venue notices before it does anything, it is called once more."""
        try:
            return await self._call(method, *arguments)
        except VenueFailed as failed:
            if failed.fault.code != CLOCK or method == self.exchange.fetch_time:
                raise
        await self.measure_clock()
        return await self._call(method, *arguments)

    @contextmanager
    def sent_until(self, until_s: float) -> Iterator[None]:
        """Let nothing be sent after that time of `time.monotonic`, however long ccxt keeps a
        request for the rate limit: the server may have given it up by then."""
        token = _send_until_s.set(until_s)
        try:
            yield
        finally:
            _send_until_s.reset(token)

    def fault(self, error: BaseException) -> VenueFault:
        """Return what an exception means."""
        if isinstance(error, VenueFailed):
            return error.fault
        return classify(error, self._secrets, str(self.exchange.id))

    def redact(self, text: str) -> str:
        return redact(text, self._secrets)

    def name(self, symbol: str) -> str:
        """Return ccxt's name of our symbol. Raises VenueFailed."""
        if not self._names:
            text = "The venue's markets are not known yet."
            raise VenueFailed(VenueFault(Outcome.NOT_REACHED, NOT_CONNECTED, text))
        try:
            return self._names[symbol]
        except KeyError:
            raise rejected("unknown_symbol", f"{symbol} is not traded here.") from None

    def base_assets(self) -> dict[str, str]:
        """Return the asset of each of our symbols, as the venue's balance names it."""
        return {ours: str(self.exchange.market(name)["base"]) for ours, name in self._names.items()}

    def now_ms(self) -> int:
        """Return the time by the venue's clock."""
        return int(self.exchange.milliseconds()) + self.clock_offset_ms

    def check(self, order: NewOrder) -> None:
        """Raise VenueFailed for an order that the venue lacks, or whose amounts ccxt would round
        silently."""
        name = self.name(order.symbol)
        if order.type not in self.features.order_types:
            kind = order.type.name.lower().replace("_", "-")
            raise rejected(NOT_SUPPORTED, f"{order.symbol} has no {kind} orders.")
        if order.type is not OrderType.MARKET and order.duration not in self.features.durations:
            raise rejected(NOT_SUPPORTED, f"The venue has no orders of {order.duration.value}.")
        if order.take_profit is not None or order.stop_loss is not None:
            raise rejected(NOT_SUPPORTED, "The venue holds no brackets.")
        self._check_grid("quantity", name, order.quantity, self.exchange.amount_to_precision)
        for price in (order.limit_price, order.stop_price):
            if price is not None:
                self._check_grid("price", name, price, self.exchange.price_to_precision)

    async def _call(self, method: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        wait_s = self._paused_until_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            text = f"The venue's rate limit is used up for {wait_s:.0f} s."
            raise VenueFailed(VenueFault(Outcome.NOT_REACHED, RATE_LIMITED, text), wait_s)
        try:
            return await method(*arguments)
        except Exception as error:  # noqa: BLE001 classified, whatever it is
            # Without the cause: ccxt's texts and tracebacks carry signed URLs.
            wait_s = self._paused_until_s - asyncio.get_running_loop().time()
            raise VenueFailed(self.fault(error), max(wait_s, 0.0)) from None

    def _check_grid(
        self, what: str, name: str, amount: Decimal, to_precision: Callable[[str, str], str]
    ) -> None:
        text = text_of(amount)
        try:
            is_exact = Decimal(to_precision(name, text)) == amount
        except Exception:  # noqa: BLE001 ccxt raises for an amount below the smallest step
            is_exact = False
        if not is_exact:
            code = "quantity_off_lot" if what == "quantity" else "price_off_tick"
            raise rejected(code, f"The {what} {text} is not on the venue's grid.")

    def _select(self, names: Mapping[str, str]) -> None:
        missing = [symbol for symbol in self._wanted if symbol not in names]
        if len(missing) == len(self._wanted):
            raise rejected("unknown_symbol", f"The venue has no {', '.join(missing[:10])}.")
        self._warn("venue_lacks_symbols", missing)
        self._names = {symbol: names[symbol] for symbol in self._wanted if symbol in names}
        self._drop_shared_assets()
        self.symbols = {name: symbol for symbol, name in self._names.items()}
        markets = [self.exchange.market(name) for name in self._names.values()]
        self.features = features_of(
            str(self.exchange.id), self.exchange.has, self._create_order_features(), markets
        )

    def _drop_shared_assets(self) -> None:
        """Keep one symbol of each asset of a spot market: a holding of the asset is the position of
        one symbol, and would count twice in two."""
        owners: dict[str, str] = {}
        for symbol, name in self._names.items():
            market = self.exchange.market(name)
            owners.setdefault(str(market["base"]) if market.get("spot") else name, symbol)
        kept = set(owners.values())
        self._warn(
            "venue_symbols_share_an_asset", [each for each in self._names if each not in kept]
        )
        self._names = {symbol: name for symbol, name in self._names.items() if symbol in kept}

    def _warn(self, event: str, symbols: Sequence[str]) -> None:
        if symbols:
            fields = {"venue": self.exchange.id, "symbols": ", ".join(symbols[:10])}
            log.warning(event, extra=fields)

    def _create_order_features(self) -> Mapping[str, Any]:
        described = self.exchange.features or {}
        market = self.exchange.market(next(iter(self._names.values())))
        of_type = described.get(market["type"]) or {}
        if market.get("subType"):
            of_type = of_type.get(market["subType"]) or {}
        return of_type.get("createOrder") or {}

    def _read_responses(self) -> None:
        """Read the headers of each response: ccxt calls `on_rest_response` with it."""
        original = self.exchange.on_rest_response

        def on_rest_response(
            code: int,
            reason: str,
            url: str,
            method: str,
            headers: Mapping[str, str],
            body: str,
            *others: Any,
        ) -> Any:
            self._read_response(code, url, headers, body)
            return original(code, reason, url, method, headers, body, *others)

        self.exchange.on_rest_response = on_rest_response

    def _expire_requests(self) -> None:
        """Check the time of a request after its turn has come, just before it is signed."""
        original = self.exchange.throttle

        async def throttle(cost: Any = None) -> None:
            await original(cost)
            if time.monotonic() > _send_until_s.get():
                raise RequestExpired("The request waited too long, so it was not sent.")

        self.exchange.throttle = throttle

    def _read_response(self, code: int, url: str, headers: Mapping[str, str], body: str) -> None:
        if code in (418, 429):
            wait_s = retry_after_s(headers) or (PAUSE_S if code == 429 else BANNED_WAIT_S)
            self._paused_until_s = asyncio.get_running_loop().time() + wait_s
        limits = self._limits
        if url.partition("?")[0].endswith("/exchangeInfo") and (found := _RATE_LIMITS.search(body)):
            limits = symbol_limits({"rateLimits": json.loads(found[1])})
        limits = used_limits(headers, limits)
        if limits != self._limits:
            self._limits = limits
            self._on_limits(tuple(limits.values()))
