"""What clients do with alerts: requests, and topics."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from weakref import WeakValueDictionary

from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Conflict, Invalid, NotFound, SymbolNotFound, Unavailable, truncate
from trading_api.models.alerts import Alert, AlertRequest
from trading_api.modules.alerts.alert import AlertStatus, PriceAlert, RequestKey
from trading_api.modules.alerts.engine import AlertEngine, shard_moving
from trading_api.modules.alerts.mapping import (
    to_price,
    to_price_alert,
    to_request_key,
    to_wire_alert,
)
from trading_api.modules.alerts.store.store import AlertStore
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.topics import parse_topic

ROUTE = "alerts"
PRICE_MAX = Decimal("1E12")
_ID = re.compile(r"alert-([1-9]\d{0,14})", re.ASCII)


class AlertService:
    """The alerts of accounts, for endpoints and for the route `alerts`.

    The requests of one account are executed one after the other, in the order of the calls."""

    def __init__(
        self,
        store: AlertStore,
        broker: Broker,
        market: MarketData,
        subscriptions: Subscriptions,
        alerts_max: int,
    ) -> None:
        self._market = market
        self._subscriptions = subscriptions
        self._alerts_max = alerts_max
        self.engine = AlertEngine(store, broker, market, self._publish)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # The creations that are being written, by account and key.
        self._creating: dict[tuple[str, str], asyncio.Future[PriceAlert]] = {}

    # Requests

    async def create(self, account_id: str, request: AlertRequest, key: str | None) -> Alert:
        """Store a new alert, and return it. A request with a known key returns the alert that the
        first one created. Raises ApiError."""
        request_key = to_request_key(key, request)
        async with self._turn(account_id):
            alert = await self._created_by(account_id, request_key)
            if alert is None:
                instrument = self._check(request)
                if len(self.engine.alerts(account_id)) >= self._alerts_max:
                    raise Conflict(
                        f"An account has at most {self._alerts_max} alerts; delete some first.",
                        "too_many_alerts",
                    )
                number = self.engine.last_number(account_id) + 1
                now_ms, symbol = self._market.now_ms, instrument.symbol
                new = to_price_alert(account_id, number, request, symbol, now_ms)
                alert = await self._put_new(replace(new, created_by=request_key))
        return to_wire_alert(alert)

    async def alerts(self, account_id: str) -> list[Alert]:
        """Return the account's alerts, the oldest first. Raises Unavailable."""
        async with self._turn(account_id):
            return [to_wire_alert(each) for each in self.engine.alerts(account_id)]

    async def alert(self, account_id: str, alert_id: str) -> Alert:
        """Return one alert. Raises NotFound and Unavailable."""
        async with self._turn(account_id):
            return to_wire_alert(self._found(account_id, alert_id))

    async def change(
        self, account_id: str, alert_id: str, request: AlertRequest, key: str | None
    ) -> Alert:
        """Replace what an alert waits for, and return it. It is active again. A request with the
        key of the last change changes nothing. Raises ApiError."""
        request_key = to_request_key(key, request)
        async with self._turn(account_id):
            alert = self._found(account_id, alert_id)
            if not _is_repeated(request_key, alert.changed_by):
                instrument = self._check(request)
                self._require_idle(alert)
                new = to_price_alert(
                    account_id, alert.number, request, instrument.symbol, alert.created_ms
                )
                changed = replace(
                    new,
                    firings=alert.firings,
                    last_fired=alert.last_fired,
                    created_by=alert.created_by,
                    changed_by=request_key,
                )
                alert = await asyncio.shield(self.engine.put(changed))
        return to_wire_alert(alert)

    async def delete(self, account_id: str, alert_id: str) -> None:
        """Delete an alert. One that was deleted before stays deleted. Raises ApiError."""
        async with self._turn(account_id):
            number = _number(alert_id)
            alert = self.engine.alert(account_id, number)
            if alert is None:
                if not 0 < number <= self.engine.last_number(account_id):
                    raise _not_found(alert_id)
                return
            self._require_idle(alert)
            await asyncio.shield(self.engine.put(alert.end(AlertStatus.DELETED)))

    @asynccontextmanager
    async def _turn(self, account_id: str) -> AsyncIterator[None]:
        turn = self._turns.get(account_id)
        if turn is None:
            turn = self._turns[account_id] = asyncio.Lock()
        async with turn:
            self._require_loaded(account_id)
            yield

    async def _created_by(self, account_id: str, key: RequestKey | None) -> PriceAlert | None:
        if key is None:
            return None
        creating = self._creating.get((account_id, key.key))
        if creating is not None:
            alert: PriceAlert | None = await asyncio.shield(creating)
        else:
            alert = await self.engine.created_by(account_id, key.key)
            self._require_loaded(account_id)
        if alert is not None:
            _is_repeated(key, alert.created_by)
        return alert

    async def _put_new(self, alert: PriceAlert) -> PriceAlert:
        written = self.engine.put(alert)
        if alert.created_by is not None:
            # A caller that is cancelled leaves its turn before the alert is written.
            place = alert.account_id, alert.created_by.key
            self._creating[place] = written
            written.add_done_callback(lambda _: self._creating.pop(place))
        return await asyncio.shield(written)

    def _require_loaded(self, account_id: str) -> None:
        if not self.engine.is_loaded(account_id):
            raise shard_moving()

    def _require_idle(self, alert: PriceAlert) -> None:
        if self.engine.is_changing(alert):
            raise Unavailable(
                f"{alert.id} fires at this moment; nothing was done. Try again.", "alert_firing"
            )

    def _found(self, account_id: str, alert_id: str) -> PriceAlert:
        alert = self.engine.alert(account_id, _number(alert_id))
        if alert is None:
            raise _not_found(alert_id)
        return alert

    def _check(self, request: AlertRequest) -> Instrument:
        """Return the instrument of a request. Raises Invalid."""
        instrument = self._market.instrument(request.symbol)
        if instrument is None:
            raise Invalid(SymbolNotFound(request.symbol).detail, "unknown_symbol")
        price = to_price(request.price)
        if price <= 0:
            raise Invalid(f"Price {price} is not above zero.", "price_not_positive")
        if price > PRICE_MAX:
            raise Invalid(
                f"Price {price} is above the largest price, {PRICE_MAX:f}.", "price_too_large"
            )
        if request.expires_ms is not None and request.expires_ms <= self._market.now_ms:
            raise Invalid(
                f"The time {request.expires_ms} is not in the future; expiresMs is in "
                "milliseconds.",
                "expiry_past",
            )
        return instrument

    # Topics

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start to publish the alerts of an account. Raises Unavailable."""
        account_id = _account(topic)
        self._require_loaded(account_id)
        self._subscriptions.attach(topic, topic_update, [(ROUTE, account_id)])

    def remove_topic(self, topic: str) -> None:
        """Stop publishing a topic. Ignores an unknown topic."""
        self._subscriptions.detach(topic)

    def topic_state(self, topic: str) -> Sequence[Alert]:
        """Return the account's alerts."""
        return [to_wire_alert(each) for each in self.engine.alerts(_account(topic))]

    def _publish(self, alert: PriceAlert) -> None:
        if topics := self._subscriptions.topics_of((ROUTE, alert.account_id)):
            datum = to_wire_alert(alert)
            for topic in topics:
                topic.publish(datum)


def _account(topic: str) -> str:
    request: Mapping[str, str] = parse_topic(topic)[1]
    return request["accountId"]


def _number(alert_id: str) -> int:
    """Return the number in an id, or 0, which no alert has, for what is no id."""
    found = _ID.fullmatch(alert_id)
    return int(found[1]) if found else 0


def _not_found(alert_id: str) -> NotFound:
    return NotFound(f"There is no alert {truncate(alert_id)!r}.", "alert_not_found")


def _is_repeated(key: RequestKey | None, known: RequestKey | None) -> bool:
    """Return whether a request has the key of an earlier one. Raises Conflict if the earlier one
    asked for something else."""
    if key is None or known is None or key.key != known.key:
        return False
    if key.fingerprint != known.fingerprint:
        raise Conflict(
            f"The Idempotency-Key {truncate(key.key)!r} belongs to another request.",
            "idempotency_key_reused",
        )
    return True
