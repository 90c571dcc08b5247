"""The ledger and the present state of accounts, read over REST after a run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

PAGE_SIZE = 1_000
READ_ATTEMPTS_MAX = 60
READ_PAUSE_S = 0.5


@dataclass(slots=True)
class AccountView:
    """An account as the server shows it: all its events, live and ended orders by id, positions by
    symbol, executions by id, and its equity."""

    account_id: str
    events: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    positions: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    equity: dict[str, Any] = field(default_factory=dict)

    @property
    def last_seq(self) -> int:
        return int(self.events[-1]["seq"]) if self.events else 0


async def read_account(base_url: str, account_id: str) -> AccountView:
    """Return the account. Raises httpx.HTTPError if the server does not answer in time."""
    view = AccountView(account_id)
    async with httpx.AsyncClient(base_url=f"{base_url}/api/v1/broker", timeout=10) as rest:
        since = 0
        while page := await _get(rest, "/events", account_id, since=since, limit=PAGE_SIZE):
            view.events += page
            since = page[-1]["seq"]
        view.orders = _by_id(await _get(rest, "/orders", account_id))
        view.positions = _by_id(await _get(rest, "/positions", account_id))
        before: dict[str, Any] = {}
        while page := await _get(rest, "/executions", account_id, limit=PAGE_SIZE, **before):
            view.executions |= _by_id(page)
            before = {"before": page[0]["id"]}
        view.equity = await _get(rest, "/equity", account_id)
    return view


def _by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


async def _get(rest: httpx.AsyncClient, path: str, account_id: str, **parameters: Any) -> Any:
    """Return the body of an answer. Repeats the request while the server is not available."""
    for _ in range(READ_ATTEMPTS_MAX):
        try:
            response = await rest.get(path, params={"account_id": account_id, **parameters})
            if response.status_code < 500:
                return response.raise_for_status().json()
        except httpx.TransportError:
            pass
        await asyncio.sleep(READ_PAUSE_S)
    raise httpx.ReadTimeout(f"{path} of {account_id} was not answered")
