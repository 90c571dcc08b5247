"""Alpaca's account activities: executions, deposits, withdrawals and fees, the newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from trading_api.domain.account_history import AccountHistory
from trading_api.domain.account_snapshot import CashLineView, ExecutionView
from trading_api.domain.decimal_text import decimal_text
from trading_api.models.alpaca.account import CashActivity, FillActivity
from trading_api.modules.alpaca.assets import display_symbol
from trading_api.modules.alpaca.errors import AlpacaError, invalid_field, unprocessable
from trading_api.modules.alpaca.formats import rfc3339
from trading_api.modules.alpaca.ids import (
    RecordKind,
    account_uuid,
    number_of,
    numbered_id,
    numbered_uuid,
)
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.order_documents import side_name
from trading_api.modules.alpaca.trading.order_reader import OrderReader

ZERO = Decimal(0)
Found = TypeVar("Found")
_KINDS: tuple[RecordKind, ...] = ("execution", "cash")
FILL = "FILL"
CASH_TYPES = {"deposit": "CSD", "withdrawal": "CSW", "commission": "FEE", "adjustment": "JNLC"}
"""Alpaca's types of cash lines, by their kind. Profits are part of a fill."""
PAGE_SIZE_MAX = 100
READ_SIZE = 500
READS_MAX = 40

Activity = FillActivity | CashActivity


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activities a page shows. `types` of None is every type. Times are in milliseconds since
    1970; `page_token` is the id of the last activity of the page before."""

    types: frozenset[str] | None = None
    after_ms: int | None = None
    until_ms: int | None = None
    is_ascending: bool = False
    page_size: int = PAGE_SIZE_MAX
    page_token: str | None = None

    def has(self, activity_type: str) -> bool:
        return self.types is None or activity_type in self.types


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The place of an activity in the list, which is sorted by time, then cash lines before fills,
    then by number."""

    time_ms: int
    is_cash: bool
    number: int

    @property
    def sort_key(self) -> tuple[int, bool, int]:
        return self.time_ms, not self.is_cash, self.number


class AlpacaActivities:
    """The activities of accounts that the caller was granted. Raises AlpacaError and ApiError."""

    def __init__(self, services: AlpacaServices) -> None:
        self._broker = services.context.broker
        self._assets = services.assets

    async def page(self, account_id: str, wanted: ActivityFilter) -> list[Activity]:
        """Return one page of activities."""
        await self._broker.load(account_id)
        reader = OrderReader(self._broker, account_id)
        page = _Page(wanted, _parse_token(account_id, wanted.page_token))
        found: list[tuple[_Cursor, Activity]] = []
        if wanted.has(FILL):
            found += await self._fills(reader, page)
        if any(wanted.has(each) for each in CASH_TYPES.values()):
            found += await self._cash_activities(reader, page)
        found.sort(key=lambda each: each[0].sort_key, reverse=not wanted.is_ascending)
        return [activity for _, activity in found[: wanted.page_size]]

    async def _fills(self, reader: OrderReader, page: _Page) -> list[tuple[_Cursor, Activity]]:
        found: list[tuple[_Cursor, ExecutionView, Decimal]] = []
        later: dict[str, Decimal] = {}
        """What later executions filled of an order."""
        async for execution in _executions(reader.history):
            cursor = _Cursor(execution.time_ms, is_cash=False, number=number_of(execution.id))
            if page.is_before(cursor) or page.is_full(len(found)):
                break
            filled_later = later.get(execution.order_id, ZERO)
            later[execution.order_id] = filled_later + execution.quantity
            if page.has(cursor):
                found.append((cursor, execution, filled_later))
        kept = page.cut(found)
        return [
            (cursor, await self._fill(reader, cursor, fill, rest)) for cursor, fill, rest in kept
        ]

    async def _cash_activities(
        self, reader: OrderReader, page: _Page
    ) -> list[tuple[_Cursor, Activity]]:
        found: list[tuple[_Cursor, CashLineView]] = []
        async for line in _cash_lines(reader.history):
            cursor = _Cursor(line.at_ms, is_cash=True, number=line.seq)
            if page.is_before(cursor) or page.is_full(len(found)):
                break
            activity_type = CASH_TYPES.get(line.kind)
            if activity_type and page.wanted.has(activity_type) and page.has(cursor):
                found.append((cursor, line))
        account_id = reader.account_id
        return [
            (cursor, self._cash_activity(account_id, cursor, line))
            for cursor, line in page.cut(found)
        ]

    async def _fill(
        self, reader: OrderReader, cursor: _Cursor, execution: ExecutionView, filled_later: Decimal
    ) -> FillActivity:
        order = await reader.order(execution.order_id)
        cumulative = order.filled_quantity - filled_later if order else execution.quantity
        leaves = order.quantity - cumulative if order else ZERO
        return FillActivity(
            id=_activity_id(reader.account_id, cursor),
            account_id=str(account_uuid(reader.account_id)),
            transaction_time=rfc3339(cursor.time_ms),
            type="partial_fill" if leaves else "fill",
            price=decimal_text(execution.price),
            qty=decimal_text(execution.quantity),
            side=side_name(execution.side),
            symbol=self._symbol(execution.symbol),
            leaves_qty=decimal_text(leaves),
            order_id=str(numbered_uuid(reader.account_id, execution.order_id)),
            cum_qty=decimal_text(cumulative),
            order_status="partially_filled" if leaves else "filled",
        )

    def _cash_activity(self, account_id: str, cursor: _Cursor, line: CashLineView) -> CashActivity:
        return CashActivity(
            id=_activity_id(account_id, cursor),
            account_id=str(account_uuid(account_id)),
            activity_type=CASH_TYPES[line.kind],
            date=_moment(cursor.time_ms).date().isoformat(),
            net_amount=decimal_text(line.amount),
            description=line.kind,
            symbol=self._symbol(line.symbol) if line.symbol else None,
            created_at=rfc3339(cursor.time_ms),
        )

    def _symbol(self, symbol: str) -> str:
        instrument = self._assets.by_symbol(symbol)
        return display_symbol(instrument) if instrument else symbol


@dataclass(frozen=True, slots=True)
class _Page:
    """Which of the records, read from the newest to the oldest, a page has."""

    wanted: ActivityFilter
    token: _Cursor | None

    def is_before(self, cursor: _Cursor) -> bool:
        """Return whether the page has neither this record nor any older one."""
        after_ms = self.wanted.after_ms
        if after_ms is not None and cursor.time_ms <= after_ms:
            return True
        is_ascending = self.wanted.is_ascending
        return is_ascending and self.token is not None and cursor.sort_key <= self.token.sort_key

    def is_full(self, count: int) -> bool:
        """Return whether older records can only be on later pages."""
        return not self.wanted.is_ascending and count >= self.wanted.page_size

    def has(self, cursor: _Cursor) -> bool:
        until_ms = self.wanted.until_ms
        if until_ms is not None and cursor.time_ms > until_ms:
            return False
        is_descending = not self.wanted.is_ascending
        return not (is_descending and self.token and cursor.sort_key >= self.token.sort_key)

    def cut(self, found: list[Found]) -> list[Found]:
        """Return those of the found records that can be on the page."""
        size = self.wanted.page_size
        return found[-size:] if self.wanted.is_ascending else found[:size]


async def _executions(history: AccountHistory) -> AsyncIterator[ExecutionView]:
    """Yield executions, the newest first."""
    before: str | None = None
    for _ in range(READS_MAX):
        page = await history.executions(None, READ_SIZE, before)
        for execution in reversed(page):
            yield execution
        if len(page) < READ_SIZE:
            return
        before = page[0].id
    raise _too_many()


async def _cash_lines(history: AccountHistory) -> AsyncIterator[CashLineView]:
    """Yield cash lines, the newest first."""
    before: int | None = None
    for _ in range(READS_MAX):
        page = await history.cash_lines(None, READ_SIZE, before)
        for line in reversed(page):
            yield line
        if len(page) < READ_SIZE:
            return
        before = page[0].seq
    raise _too_many()


def _too_many() -> AlpacaError:
    return unprocessable(
        f"more than {READ_SIZE * READS_MAX} activities would be searched: narrow them by after"
    )


def _activity_id(account_id: str, cursor: _Cursor) -> str:
    """Return an id as Alpaca writes it: a time and a UUID."""
    uuid = numbered_uuid(account_id, f"{'cash' if cursor.is_cash else 'execution'}-{cursor.number}")
    moment = _moment(cursor.time_ms)
    return f"{moment:%Y%m%d%H%M%S}{cursor.time_ms % 1_000:03}::{uuid}"


def _parse_token(account_id: str, token: str | None) -> _Cursor | None:
    """Return the cursor that an activity's id names, or None without one. Raises AlpacaError for
    a text that is not such an id."""
    if token is None:
        return None
    time, _, uuid_text = token.partition("::")
    try:
        moment = datetime.strptime(time[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        time_ms = round(moment.timestamp()) * 1_000 + int(time[14:17])
        uuid = UUID(uuid_text)
    except ValueError:
        raise invalid_field("invalid page_token") from None
    for kind in _KINDS:
        if (id := numbered_id(account_id, kind, uuid)) is not None:
            return _Cursor(time_ms, is_cash=kind == "cash", number=number_of(id))
    raise invalid_field("invalid page_token")


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1_000, UTC)
