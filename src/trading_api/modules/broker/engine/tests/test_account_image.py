"""A state without its history, and a state from an image, continue as the complete state does."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import settings

from tests.kit.random_account import RandomAccount
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of, restore
from trading_api.modules.broker.engine.commands import CancelOrder, Command, ModifyOrder
from trading_api.modules.broker.engine.engine import Engine

DERIVED = {"working", "bracket_indexes", "brackets_of", "client_ids"}
HISTORY = {
    "ended",
    "executions",
    "executions_by_symbol",
    "cash",
    "recorded_keys",
    "recalled_client_ids",
}


def test_every_field_of_a_state_is_in_its_image_or_follows_from_it() -> None:
    stored = {field.name for field in fields(AccountImage)}
    assert {field.name for field in fields(AccountState)} == stored | DERIVED | HISTORY


class LeanAccount(RandomAccount):
    """Sends each command to three engines. `complete` keeps every record, `engine` discards them,
    and `restored` comes from an image after each command."""

    def begin(self) -> None:
        self.complete = Engine(AccountState(), self.exchange_rules)
        self.restored = Engine(AccountState(), self.exchange_rules)

    def apply(self, command: Command) -> None:
        self.at_ms += 1
        for lean in (self.engine.state, self.restored.state):
            recall(self.complete.state, lean, command)
        expected = self.complete.apply(command)
        assert self.engine.apply(command) == expected
        assert self.restored.apply(command) == expected
        self.engine.state.discard_history()
        image = image_of(self.complete.state)
        assert image_of(self.engine.state) == image
        assert image_of(self.restored.state) == image
        restored = restore(image)
        assert restored == self.engine.state
        self.restored = Engine(restored, self.exchange_rules)
        assert len(restored.orders) == len(image.orders)


def recall(complete: AccountState, lean: AccountState, command: Command) -> None:
    """Give the lean state what the command refers to."""
    orders = []
    if isinstance(command, CancelOrder | ModifyOrder) and command.order_id not in lean.orders:
        orders = [each for each in [complete.orders.get(command.order_id)] if each]
    client_id = getattr(getattr(command, "request", None), "client_id", "")
    known = {client_id: complete.client_ids[client_id]} if client_id in complete.client_ids else {}
    key = getattr(command, "key", None)
    recorded = complete.recorded_keys.get((key.operation, key.key)) if key else None
    lean.recall(orders, known, [recorded] if recorded else [])


TestLeanAccount = LeanAccount.TestCase
TestLeanAccount.settings = settings(max_examples=30, stateful_step_count=50)
