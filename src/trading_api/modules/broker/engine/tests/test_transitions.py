"""The order's states: drawn in docs/orders.md, and held by the engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kit.engine_tables import buy, play
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.events import OrderAccepted, OrderCanceled, OrderPlaced
from trading_api.modules.broker.engine.order import accepted, canceled
from trading_api.modules.broker.engine.transitions import TRANSITIONS, check_transition
from trading_api.modules.broker.journal.event_codec import KINDS

Step = tuple[str, str, str]


def named(status: OrderStatus | None) -> str:
    return status.name.capitalize() if status else "new"


DOCUMENT = Path(__file__).parents[6] / "docs" / "orders.md"
STEPS = {
    (named(before), named(after), kind.removeprefix("Order").lower())
    for event, steps in TRANSITIONS.items()
    for kind in [kind for kind, event_class in KINDS.items() if event_class is event]
    for before, after in steps
}


def test_drawing_shows_every_transition_and_no_other() -> None:
    drawn = re.findall(r"^ +(\S+) --> (\S+): (\w+)$", DOCUMENT.read_text(), re.MULTILINE)
    assert len(drawn) == len(set(drawn))
    assert {(before.replace("[*]", "new"), after, event) for before, after, event in drawn} == STEPS


def test_drawing_ends_at_the_terminal_states() -> None:
    ends = re.findall(r"^ +(\w+) --> \[\*\]$", DOCUMENT.read_text(), re.MULTILINE)
    assert set(ends) == {named(status) for status in OrderStatus if status.is_terminal}


def test_table_lists_every_transition_and_no_other() -> None:
    table = DOCUMENT.read_text().split("| event | in |")[1].split("\n\n")[0]
    listed: set[Step] = set()
    for row in table.splitlines()[2:]:
        _, event, befores, afters, *_ = (cell.strip() for cell in row.split("|"))
        for before in befores.split(", "):
            for after in [before] if afters == "the same" else afters.split(", "):
                listed.add((before, after, event))
    assert listed == STEPS


def test_terminal_orders_have_no_way_on() -> None:
    terminal = {named(status) for status in OrderStatus if status.is_terminal}
    assert not {before for before, _, _ in STEPS} & terminal


def test_event_out_of_turn_is_a_bug() -> None:
    engine = play((None, buy(1, limit="90"), ["placed 1"]))
    order = engine.state.orders["order-1"]
    check_transition(order, OrderCanceled(canceled(order, 2), 2))
    with pytest.raises(AssertionError):
        check_transition(order, OrderPlaced(order, 2))
    with pytest.raises(AssertionError):
        check_transition(order, OrderAccepted(accepted(order, 2), 2))
    with pytest.raises(AssertionError):
        check_transition(order, OrderCanceled(canceled(canceled(order, 2), 2), 2))
