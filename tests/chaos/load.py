"""The clients of a run: traders and followers, on all gateways in turn."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Sequence

from tests.chaos.follower import Follower
from tests.chaos.ledger_view import AccountView, read_account
from tests.chaos.recording import Recording
from tests.chaos.trader import Trader
from tests.chaos.violation import Violation
from tests.kit.deployment import Deployment, trading_api

ACCOUNTS = 16
SECOND_FOLLOWERS = 4
"""So many accounts are followed by two clients, on different gateways."""
SECOND_FOLLOWER_DELAY_S = 2.0
"""When the second client of an account comes, so that it begins with a state."""
CATCH_UP_S_MAX = 30.0


class Load:
    """Trades and follows `accounts` accounts from `start` until `finish`."""

    def __init__(self, base_urls: Sequence[str], seed: int, accounts: int = ACCOUNTS) -> None:
        self.recording = Recording()
        self._base_urls = base_urls
        self.account_ids = [f"CHAOS-{number}" for number in range(accounts)]
        self._traders: list[Trader] = []
        self._followers: list[Follower] = []
        self._late_followers: list[Follower] = []
        for number, account_id in enumerate(self.account_ids):
            chance = seed * 1_000 + number
            trader = Trader(account_id, base_urls, number, self.recording, chance)
            self._traders.append(trader)
            self._followers.append(self._follower(account_id, number + 1, "a"))
            if number < SECOND_FOLLOWERS:
                self._late_followers.append(self._follower(account_id, number, "b"))
        self._trading: list[asyncio.Task[None]] = []
        self._following: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._following = [asyncio.create_task(each.run()) for each in self._followers]
        self._following += [asyncio.create_task(_run_late(each)) for each in self._late_followers]
        self._trading = [asyncio.create_task(each.run()) for each in self._traders]

    def check(self) -> None:
        """Raise the exception of a client that failed by itself."""
        for task in (*self._trading, *self._following):
            if task.done():
                task.result()

    async def all_acknowledged(self, seconds_max: float) -> bool:
        """Wait until every account has an acknowledged command that began after this call. Return
        whether that was in time."""
        start_s = time.monotonic()
        while time.monotonic() < start_s + seconds_max:
            self.check()
            done = {
                each.account_id
                for each in self.recording.acknowledged()
                if each.started_s > start_s
            }
            if len(done) == len(self.account_ids):
                return True
            await asyncio.sleep(0.1)
        return False

    async def finish(self) -> tuple[dict[str, AccountView], float]:
        """Let each trader bring its command to an end, wait until the followers have every update,
        and return the accounts and the time at which the clients were stopped."""
        for trader in self._traders:
            trader.stop()
        await asyncio.gather(*self._trading)
        self.recording.end_window()
        accounts = await self._read_accounts()
        deadline_s = time.monotonic() + CATCH_UP_S_MAX
        while time.monotonic() < deadline_s and not self._have_all(accounts):
            self.check()
            await asyncio.sleep(0.2)
        # Orders and positions may have changed by themselves.
        accounts = await self._read_accounts()
        await asyncio.sleep(1)
        ended_s = time.monotonic()
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        return accounts, ended_s

    def _follower(self, account_id: str, url_index: int, suffix: str) -> Follower:
        name = f"{account_id}{suffix}"
        return Follower(name, account_id, self._base_urls, url_index, self.recording)

    async def _read_accounts(self) -> dict[str, AccountView]:
        views = [await read_account(self._base_urls[0], each) for each in self.account_ids]
        return {view.account_id: view for view in views}

    def _have_all(self, accounts: dict[str, AccountView]) -> bool:
        last = {
            account_id: max((e["seq"] for e in view.events if "order" in e), default=0)
            for account_id, view in accounts.items()
        }
        followed = {
            stream.client: stream.last_seq or 0
            for stream in self.recording.streams
            if stream.route == "orders"
        }
        return all(
            followed.get(name, 0) >= last[state.account_id]
            for name, state in self.recording.clients.items()
        )


async def _run_late(follower: Follower) -> None:
    await asyncio.sleep(SECOND_FOLLOWER_DELAY_S)
    await follower.run()


def verify_ledger(deployment: Deployment) -> list[Violation]:
    """Run `trading-api verify-ledger`, which also checks the hash chain."""
    environment = next(iter(deployment.processes.values())).environment
    answer = subprocess.run(
        trading_api("verify-ledger"),
        env={**environment, **deployment.client_environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        return []
    return [Violation("ledger", "", f"verify-ledger: {answer.stdout}{answer.stderr}")]
