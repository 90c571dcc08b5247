"""The alerts of this process: what is stored of them, what is being written, what fires."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.shards import shard_of
from trading_api.errors import Unavailable
from trading_api.modules.alerts.alert import (
    AlertFrequency,
    AlertKey,
    AlertStatus,
    PriceAlert,
)
from trading_api.modules.alerts.alert_watcher import AlertWatcher, Trigger
from trading_api.modules.alerts.notifier import FiringNotifier
from trading_api.modules.alerts.store.store import (
    AlertBatch,
    AlertStore,
    ShardNotOwned,
    StoredAlerts,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

ALERTS_PER_TURN = 256
"""After so many alerts other work of the event loop gets its turn."""
RETRY_MIN_S = 0.05
RETRY_MAX_S = 2.0


@dataclass(slots=True)
class AlertChange:
    """An alert as it will be once it is written.

    A change by a client has a future for its result. `before` is the alert that it replaces, and
    `seen_price` the price from which it watches."""

    alert: PriceAlert
    before: PriceAlert | None = None
    seen_price: Decimal | None = None
    done: asyncio.Future[PriceAlert] | None = None


class AlertEngine:
    """Alerts change here alone. Each change is written before anyone sees it.

    A firing is written twice: as `firing` before its notification is submitted, and as `fired` or
    `active` after that. What stands in between at a start is submitted again. `on_change` is called
    with each alert that was written."""

    def __init__(
        self,
        store: AlertStore,
        broker: Broker,
        market: MarketData,
        on_change: Callable[[PriceAlert], None],
    ) -> None:
        self._store = store
        self._market = market
        self._on_change = on_change
        self.watcher = AlertWatcher(market, self._wake, self.flush)
        self._notifier = FiringNotifier(broker, self._on_notified, self._on_progress)
        self._accounts: dict[str, dict[int, PriceAlert]] = {}
        self._last_numbers: dict[str, int] = {}
        self._loaded: set[int] = set()
        # The shards that are to be loaded, in order.
        self._waiting: dict[int, None] = {}
        self._loading = asyncio.Lock()
        # What is being written, by alert: at most one change of each.
        self._pending: dict[AlertKey, PriceAlert] = {}
        self._changes: list[AlertChange] = []
        self._prices: dict[tuple[int, str], Decimal] = {}
        self._has_work, self._progress = asyncio.Event(), asyncio.Event()
        self._writing = asyncio.Lock()
        self._is_stalled = False
        self.fired_total = 0

    # State

    def is_loaded(self, account_id: str) -> bool:
        """Return whether the alerts of the account are in memory."""
        return self._shard(account_id) in self._loaded

    def alerts(self, account_id: str) -> list[PriceAlert]:
        """Return the alerts of an account as they are stored, the oldest first."""
        return list(self._accounts.get(account_id, {}).values())

    def alert(self, account_id: str, number: int) -> PriceAlert | None:
        """Return an alert as it is stored, or None if there is none, or none any more."""
        return self._accounts.get(account_id, {}).get(number)

    def last_number(self, account_id: str) -> int:
        """Return the number of the account's newest alert, 0 if it never had one."""
        return self._last_numbers.get(account_id, 0)

    def is_changing(self, alert: PriceAlert) -> bool:
        """Return whether the alert fires or is being written."""
        return alert.status is AlertStatus.FIRING or alert.key in self._pending

    def count(self) -> int:
        """Return how many alerts there are in memory."""
        return sum(len(alerts) for alerts in self._accounts.values())

    async def created_by(self, account_id: str, key: str) -> PriceAlert | None:
        """Return the alert that a request with this key created. Raises Unavailable."""
        for alert in self._accounts.get(account_id, {}).values():
            if alert.created_by is not None and alert.created_by.key == key:
                return alert
        try:
            return await self._store.created_by(account_id, key)
        except StoreUnavailable as error:
            raise _unavailable(error) from error

    def health(self) -> str | None:
        """Return why alerts are unreliable now, or None if they are reliable."""
        return "the alerts were not written the last time" if self._is_stalled else None

    # Changes by clients

    def put(self, alert: PriceAlert) -> asyncio.Future[PriceAlert]:
        """Write a new alert, or one that replaces the stored one. Return a future with the alert
        once it is written, which otherwise has an Unavailable.

        Until then the alert neither fires nor expires."""
        before = self.alert(*alert.key)
        assert alert.key not in self._pending, alert
        done: asyncio.Future[PriceAlert] = asyncio.get_running_loop().create_future()
        # The client may not wait for it any more.
        done.add_done_callback(lambda written: written.exception())
        seen_price = self.watcher.last_price(alert.symbol)
        shard = self._shard(alert.account_id)
        if alert.status is AlertStatus.ACTIVE and seen_price is not None:
            self.watcher.store_price(shard, alert.symbol, seen_price)
        if before is None:
            self._last_numbers[alert.account_id] = alert.number
        else:
            self.watcher.unwatch(before, shard)
        self._put(AlertChange(alert, before, seen_price, done))
        return done

    def _put(self, change: AlertChange) -> None:
        self._pending[change.alert.key] = change.alert
        self._changes.append(change)
        self._wake()

    # Lifecycle

    async def load(self) -> None:
        """Load all alerts, and let them fire. Raises ConfigurationError."""
        await self._load(range(self._store.shards), await self._store.load())

    async def load_shard(self, shard: int) -> None:
        """Load the alerts of a shard, and let them fire. Shards that are loaded at the same time
        are read together. Raises ConfigurationError."""
        self._waiting[shard] = None
        try:
            async with self._loading:
                if shard not in self._loaded:
                    shards = list(self._waiting)
                    await self._load(shards, await self._store.load(shards))
        finally:
            self._waiting.pop(shard, None)

    async def _load(self, shards: Collection[int], stored: StoredAlerts) -> None:
        for number, alert in enumerate(stored.alerts):
            if number % ALERTS_PER_TURN == ALERTS_PER_TURN - 1:
                await asyncio.sleep(0)
            self._add(alert, stored.prices)
        self._last_numbers |= stored.last_numbers
        self._loaded |= set(shards)

    def _add(self, alert: PriceAlert, prices: Mapping[tuple[int, str], Decimal]) -> None:
        self._accounts.setdefault(alert.account_id, {})[alert.number] = alert
        is_firing = alert.status is AlertStatus.FIRING
        if is_firing:
            self._notifier.put(alert)
        fires_again = is_firing and alert.frequency is AlertFrequency.REPEATING
        if alert.status is AlertStatus.ACTIVE or fires_again:
            shard = self._shard(alert.account_id)
            self.watcher.watch(alert, shard, prices.get((shard, alert.symbol)))

    async def release_shard(self, shard: int) -> None:
        """Let the alerts of a shard fire no more, finish what is being written, and remove them
        from memory. The next owner submits what is not submitted then."""
        self._loaded.discard(shard)
        for account_id in [each for each in self._accounts if self._shard(each) == shard]:
            for alert in self._accounts[account_id].values():
                self.watcher.unwatch(alert, shard)
                self._notifier.discard(alert.key)
        async with self._writing:
            self._discard(shard)
            for account_id in [each for each in self._last_numbers if self._shard(each) == shard]:
                del self._last_numbers[account_id]
                for alert in self._accounts.pop(account_id, {}).values():
                    # What was written while the lock was awaited may watch again.
                    self.watcher.unwatch(alert, shard)
                    self._notifier.discard(alert.key)

    def _discard(self, shard: int) -> None:
        dropped = [each for each in self._changes if self._shard(each.alert.account_id) == shard]
        self._changes = [each for each in self._changes if each not in dropped]
        for change in dropped:
            self._pending.pop(change.alert.key, None)
            _fail(change, shard_moving())
        self._prices = {key: price for key, price in self._prices.items() if key[0] != shard}

    async def run(self) -> None:
        """Write changes and submit notifications until cancelled, then close the store."""
        notifying = asyncio.create_task(self._notifier.run())
        writing = asyncio.create_task(self._write_changes())
        try:
            ended, _ = await asyncio.wait([notifying, writing], return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in (notifying, writing):
                task.cancel()
            await asyncio.wait([notifying, writing])
            await self._store.close()

    async def flush(self) -> None:
        """Return once everything that happened up to now is written and published, or waits for
        the store or the broker to come back."""
        while self._is_busy():
            self._progress.clear()
            await self._progress.wait()

    def _is_busy(self) -> bool:
        if self._writing.locked() or self._notifier.is_busy or self.watcher.has_triggers():
            return True
        return bool(self._changes or self._prices) and not self._is_stalled

    # Writing

    def _wake(self) -> None:
        self._has_work.set()

    def _on_progress(self) -> None:
        self._progress.set()

    async def _write_changes(self) -> None:
        retry_s = RETRY_MIN_S
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            async with self._writing:
                self._is_stalled = not await self._write_batch()
            self._on_progress()
            if not self._is_stalled:
                retry_s = RETRY_MIN_S
                continue
            try:
                async with asyncio.timeout(retry_s):
                    await self._has_work.wait()
            except TimeoutError:
                retry_s = min(2 * retry_s, RETRY_MAX_S)
                self._wake()

    async def _write_batch(self) -> bool:
        """Write everything that waits. Return whether it is written."""
        await self._take_triggers()
        # No await up to the write: the prices belong to the changes that they caused.
        self._prices |= self.watcher.take_prices()
        (changes, self._changes), (prices, self._prices) = (self._changes, []), (self._prices, {})
        if not (changes or prices):
            return True
        try:
            await self._store.write(AlertBatch([each.alert for each in changes], prices))
        except (StoreUnavailable, ShardNotOwned) as error:
            log.error("alerts_not_written", extra={"reason": str(error)})
            kept = self._keep_after(error, changes)
            self._changes, self._prices = kept + self._changes, {**prices, **self._prices}
            return False
        await self._apply(changes)
        return True

    async def _take_triggers(self) -> None:
        count = 0
        while self.watcher.has_triggers():
            self._take(self.watcher.take_trigger())
            count += 1
            if count % ALERTS_PER_TURN == 0:
                await asyncio.sleep(0)

    def _take(self, trigger: Trigger) -> None:
        alert = self.alert(*trigger.alert)
        if alert is None or alert.key in self._pending:
            return
        firing = trigger.firing
        if firing is None:
            if alert.status is not AlertStatus.ACTIVE or not alert.is_over(self._market.now_ms):
                return
            changed = alert.end(AlertStatus.EXPIRED)
        else:
            if alert.price != trigger.threshold or not alert.can_fire(firing):
                return
            changed = alert.fire(firing)
            self.fired_total += 1
        if changed.status is AlertStatus.EXPIRED or alert.frequency is AlertFrequency.ONCE:
            self.watcher.unwatch(alert, self._shard(alert.account_id))
        self._put(AlertChange(changed, alert))

    def _keep_after(
        self, error: StoreUnavailable | ShardNotOwned, changes: Sequence[AlertChange]
    ) -> list[AlertChange]:
        """Fail the changes of clients, and return the changes that are written again."""
        is_unknown = isinstance(error, StoreUnavailable) and error.is_unknown
        kept: list[AlertChange] = []
        for change in changes:
            _fail(change, _unavailable(error))
            if change.done is None or is_unknown:
                kept.append(change)
            else:
                self._undo(change)
        return kept

    def _undo(self, change: AlertChange) -> None:
        del self._pending[change.alert.key]
        before = change.before
        if before is not None and before.status is AlertStatus.ACTIVE:
            self.watcher.watch(before, self._shard(before.account_id), change.seen_price)

    async def _apply(self, changes: Sequence[AlertChange]) -> None:
        for number, change in enumerate(changes):
            if number % ALERTS_PER_TURN == ALERTS_PER_TURN - 1:
                await asyncio.sleep(0)
            self._apply_change(change)

    def _apply_change(self, change: AlertChange) -> None:
        alert, shard = change.alert, self._shard(change.alert.account_id)
        del self._pending[alert.key]
        alerts = self._accounts.setdefault(alert.account_id, {})
        if alert.status is AlertStatus.DELETED:
            alerts.pop(alert.number, None)
        else:
            alerts[alert.number] = alert
        if not alerts:
            del self._accounts[alert.account_id]
        if alert.status is AlertStatus.FIRING:
            self._notifier.put(alert)
        if alert.status is AlertStatus.ACTIVE and change.done is not None:
            self.watcher.watch(alert, shard, change.seen_price)
        self._on_change(alert)
        if change.done is not None and not change.done.done():
            change.done.set_result(alert)
        if alert.status is AlertStatus.ACTIVE and alert.is_over(self._market.now_ms):
            # Its time passed while it was being written.
            self._take(Trigger(alert.key))

    def _on_notified(self, alert: PriceAlert) -> None:
        if self.alert(*alert.key) is alert:
            self._put(AlertChange(alert.settle(), alert))

    def _shard(self, account_id: str) -> int:
        return shard_of(account_id, self._store.shards)


def shard_moving() -> Unavailable:
    """Return the error for an account whose alerts this process does not have now."""
    return Unavailable(
        "The account is moving to another server; nothing was done. Try again.", "shard_moving"
    )


def _unavailable(error: StoreUnavailable | ShardNotOwned) -> Unavailable:
    if isinstance(error, ShardNotOwned):
        return shard_moving()
    if error.is_unknown:
        return Unavailable(
            f"{error.reason}; it is not known whether this was done.", "alert_outcome_unknown"
        )
    return Unavailable(f"{error.reason}; nothing was done. Try again.", "alerts_unavailable")


def _fail(change: AlertChange, error: Unavailable) -> None:
    if change.done is not None and not change.done.done():
        change.done.set_exception(error)
