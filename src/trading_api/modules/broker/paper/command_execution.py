"""Applies commands, quotes and the time to the accounts in memory, without a commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from trading_api.modules.broker.engine.commands import (
    Command,
    ExpireOrders,
    MatchQuote,
    OpenAccount,
    time_of,
)
from trading_api.modules.broker.engine.engine import CommandAnswer, Outcome
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.paper.accounts import Accounts

log = logging.getLogger(__name__)

AccountEvents = list[tuple[str, Event]]
"""Events to commit together, with their accounts, in the order in which they happened."""


class CommandExecution:
    """Applies commands to the engines of accounts, and appends the resulting events.

    `opening` creates the command that opens an account. The caller commits the events, or resets
    the engines with `restore`. If a quote cannot be applied to an account, the error is logged and
    the account stays as it was. With `raises`, the error is raised instead."""

    def __init__(
        self,
        accounts: Accounts,
        opening: Callable[[str, int], OpenAccount],
        *,
        raises: bool = False,
    ) -> None:
        self._accounts = accounts
        self._opening = opening
        self._raises = raises

    def execute(self, account_id: str, command: Command, events: AccountEvents) -> CommandAnswer:
        """Apply a client's command.

        The account's first command opens it, unless it is rejected. If the engine raises, the
        exception is raised and the command has no effect."""
        outcome = self._apply(account_id, command, events)
        is_done = isinstance(outcome, list)
        return CommandAnswer(outcome, self._accounts[account_id].state.seq if is_done else 0)

    def match(self, quote: MatchQuote, events: AccountEvents) -> None:
        """Match a quote for every account that it can change."""
        self._apply_to_each(self._accounts.index.affected_by(quote.market), quote, events)

    def expire(self, command: ExpireOrders, events: AccountEvents) -> None:
        """Expire the orders whose time is over, also in symbols without quotes."""
        self._apply_to_each(self._accounts.index.take_expired(command.at_ms), command, events)

    def restore(self, account_id: str, uncommitted: Sequence[Event]) -> None:
        """Reset an account's engine to the committed state plus the events that are not committed
        yet."""
        self._accounts[account_id].restore(uncommitted)
        self._accounts.reindex(account_id)
        self._accounts.discard_unopened(account_id)

    def _apply_to_each(
        self,
        account_ids: Sequence[str],
        command: MatchQuote | ExpireOrders,
        events: AccountEvents,
    ) -> None:
        for account_id in account_ids:
            try:
                outcome = self._apply(account_id, command, events)
            except Exception:
                if self._raises:
                    raise
                log.exception("quote_not_applied", extra={"account": account_id})
            else:
                if not outcome:
                    state = self._accounts[account_id].engine.state
                    self._accounts.index.put_back(account_id, state)

    def _apply(self, account_id: str, command: Command, events: AccountEvents) -> Outcome:
        account = self._accounts[account_id]
        caused: list[Event] = []
        try:
            if not account.engine.state.is_open:
                opening = self._opening(account_id, time_of(command))
                caused += _events(account.engine.apply(opening))
            outcome = account.engine.apply(command)
        except Exception:
            self._undo(account_id, events)
            raise
        if not isinstance(outcome, list):
            if caused:
                self._undo(account_id, events)
            return outcome
        if caused or outcome:
            caused += outcome
            events += [(account_id, event) for event in caused]
            self._accounts.reindex(account_id)
        return outcome

    def _undo(self, account_id: str, events: AccountEvents) -> None:
        self.restore(account_id, [event for owner, event in events if owner == account_id])


def _events(outcome: Outcome) -> list[Event]:
    assert isinstance(outcome, list), outcome
    return outcome
