"""The judge finds nothing in a correct run, and finds each fault that is put into its recording."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from tests.chaos.judge import judge
from tests.chaos.ledger_view import AccountView
from tests.chaos.load import verify_ledger
from tests.chaos.recording import Recording, Stream, UnreadClose
from tests.chaos.runner import run
from tests.kit.deployment import Deployment
from tests.kit.deployment_layouts import embedded

SEED = 14
ACCOUNT = "CHAOS-0"
SECOND_CLIENT = f"{ACCOUNT}b"
"""This client comes later, so its orders begin with a state."""


@dataclass(slots=True)
class Evidence:
    """What the judge decides on; a test changes a copy of it."""

    recording: Recording
    accounts: dict[str, AccountView]
    ended_s: float

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.accounts[ACCOUNT].events

    def stream(self, route: str, client: str = f"{ACCOUNT}a") -> Stream:
        found = [s for s in self.recording.streams if (s.client, s.route) == (client, route)]
        return max(found, key=lambda stream: len(stream.updates))

    def kinds(self) -> set[str]:
        return {each.kind for each in judge(self.recording, self.accounts, self.ended_s)}


@pytest.fixture(scope="module")
def run_with_a_kill(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, Evidence]:
    """Trade on a server that is killed once."""
    deployment = embedded(tmp_path_factory.mktemp("chaos"))
    report = anyio.run(run, deployment, 1, SEED, ["kill server"], 4)
    assert report.violations == []
    assert any(stream.sessions > 1 for stream in report.recording.streams), "none was resumed"
    return deployment, Evidence(report.recording, report.accounts, report.ended_s)


@pytest.fixture
def evidence(run_with_a_kill: tuple[Deployment, Evidence]) -> Evidence:
    return copy.deepcopy(run_with_a_kill[1])


def test_a_correct_run_is_accepted(evidence: Evidence) -> None:
    assert evidence.kinds() == set()


@pytest.mark.parametrize("route", ["orders", "positions", "executions"])
@pytest.mark.parametrize("place", [1, -1])
def test_an_update_that_is_missing_is_lost(evidence: Evidence, route: str, place: int) -> None:
    stream = evidence.stream(route)
    index = next(
        i for i in range(1, len(stream.updates)) if _is_expected(evidence, stream, i * place)
    )
    del stream.updates[index * place]
    assert "lost" in evidence.kinds()


def _is_expected(evidence: Evidence, stream: Stream, index: int) -> bool:
    """Return whether the update is one that the judge can expect: it is about an event that
    changed an order, or a position itself and not only its brackets."""
    event = evidence.events[stream.updates[index].seq - 1]
    return "order" in event if stream.route == "orders" else "execution" in event


def test_an_update_that_comes_twice_is_repeated(evidence: Evidence) -> None:
    updates = evidence.stream("orders").updates
    updates.insert(-2, updates[-3])
    assert evidence.kinds() == {"repeated"}


def test_updates_in_another_order_are_found(evidence: Evidence) -> None:
    updates = evidence.stream("orders").updates
    updates[-4], updates[-3] = updates[-3], updates[-4]
    assert {"lost", "repeated"} <= evidence.kinds()


def test_a_prev_that_the_client_does_not_have_is_found(evidence: Evidence) -> None:
    update = evidence.stream("executions").updates[-1]
    update.prev = update.seq - 1
    assert evidence.kinds() == {"lost"}


def test_an_update_with_the_content_of_another_is_found(evidence: Evidence) -> None:
    evidence.stream("orders").updates[-2].version += 1
    assert evidence.kinds() == {"final"}


def test_an_order_that_is_missing_in_a_state_is_lost(evidence: Evidence) -> None:
    stream = evidence.stream("orders", SECOND_CLIENT)
    assert stream.updates[0].prev is None, "the second client begins with a state"
    del stream.updates[0]
    assert evidence.kinds() == {"lost"}


def test_a_state_that_comes_again_is_repeated(evidence: Evidence) -> None:
    stream = evidence.stream("orders", SECOND_CLIENT)
    stream.updates.append(copy.copy(stream.updates[0]))
    assert "repeated" in evidence.kinds()


def test_a_command_that_was_done_twice_is_repeated(evidence: Evidence) -> None:
    _append(evidence, next(e for e in evidence.events if _is_root(e)), id="order-9999")
    assert "repeated" in evidence.kinds()


def test_a_key_that_is_bound_twice_is_repeated(evidence: Evidence) -> None:
    _append(evidence, next(e for e in evidence.events if e["type"] == "commandBound"))
    assert evidence.kinds() == {"repeated"}


def test_an_order_id_that_is_given_twice_is_repeated(evidence: Evidence) -> None:
    placed = [e for e in evidence.events if _is_root(e)]
    placed[1]["order"]["id"] = placed[0]["order"]["id"]
    assert "repeated" in evidence.kinds()


def test_a_command_that_no_client_sent_is_found(evidence: Evidence) -> None:
    placed = next(e for e in evidence.events if _is_root(e))
    _append(evidence, placed | {"requestId": "another"}, id="order-9999")
    assert "ledger" in evidence.kinds()


def test_a_missing_event_is_found(evidence: Evidence) -> None:
    del evidence.events[5]
    assert "ledger" in evidence.kinds()


@pytest.mark.parametrize("kind", ["place", "cancel", "close", "modify", "deposit"])
def test_an_acknowledged_command_without_its_events_is_lost(evidence: Evidence, kind: str) -> None:
    """Also where the numbers have no gap."""
    command = next(c for c in evidence.recording.acknowledged() if c.kind == kind)
    account = evidence.accounts[command.account_id]
    account.events = [e for e in account.events if e.get("requestId") != command.key]
    for seq, event in enumerate(account.events, 1):
        event["seq"] = seq
    assert "lost" in evidence.kinds()


def test_a_refused_command_in_the_ledger_is_found(evidence: Evidence) -> None:
    command = next(c for c in evidence.recording.acknowledged() if len(c.attempts) == 1)
    command.outcome = "refused"
    assert evidence.kinds() == {"ledger"}


def test_a_command_without_an_answer_is_found(evidence: Evidence) -> None:
    next(evidence.recording.acknowledged()).outcome = "open"
    assert evidence.kinds() == {"unanswered"}


def test_an_internal_error_is_found(evidence: Evidence) -> None:
    next(evidence.recording.acknowledged()).attempts[0].status = 500
    assert evidence.kinds() == {"error"}


def _change_order(evidence: Evidence) -> None:
    orders = evidence.recording.clients[f"{ACCOUNT}a"].orders
    next(order for order in orders.values() if order["status"] == 6)["version"] += 1


def _remove_execution(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].executions.popitem()


def _add_position(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].positions["EURUSD"] = {"qty": 1}


def _add_profit(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].profits["EURUSD"] = {"pl": 1}


def _change_balance(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].equity["balance"] += 0.01


def _age_equity(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].equity_seq = 1


def _age_quotes(evidence: Evidence) -> None:
    evidence.recording.clients[f"{ACCOUNT}a"].last_quote_s -= 10


@pytest.mark.parametrize(
    "change",
    [
        _change_order,
        _remove_execution,
        _add_position,
        _add_profit,
        _change_balance,
        _age_equity,
        _age_quotes,
    ],
)
def test_a_client_whose_last_state_differs_is_found(
    evidence: Evidence, change: Callable[[Evidence], None]
) -> None:
    change(evidence)
    assert evidence.kinds() == {"final"}


@pytest.mark.parametrize("what", ["orders", "positions"])
def test_a_present_state_that_does_not_follow_from_the_events_is_found(
    evidence: Evidence, what: str
) -> None:
    if what == "orders":
        evidence.accounts[ACCOUNT].orders.clear()
    else:
        evidence.accounts[ACCOUNT].positions["EURUSD"] = {"symbol": "EURUSD", "qty": 1}
    assert "ledger" in evidence.kinds()


@pytest.mark.parametrize("code", [None, 1000, 1006, 1012])
def test_a_client_that_did_not_read_and_was_not_closed_for_it_is_found(
    evidence: Evidence, code: int | None
) -> None:
    evidence.recording.unread_closes.append(UnreadClose(evidence.ended_s, 1013, ""))
    assert evidence.kinds() == set()
    evidence.recording.unread_closes.append(UnreadClose(evidence.ended_s, code, ""))
    assert evidence.kinds() == {"unclosed"}


def test_a_ledger_whose_hash_chain_is_broken_is_found(
    run_with_a_kill: tuple[Deployment, Evidence],
) -> None:
    deployment, _ = run_with_a_kill
    assert verify_ledger(deployment) == []
    path = deployment.folder / "trading.db"
    with closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute("UPDATE events SET payload = replace(payload, 'AAPL', 'MSFT')")
    assert [each.kind for each in verify_ledger(deployment)] == ["ledger"]


def _is_root(event: dict[str, Any]) -> bool:
    return event["type"] == "orderPlaced" and "parentId" not in event["order"]


def _append(evidence: Evidence, event: dict[str, Any], **order: Any) -> None:
    """Append a copy of an event to the ledger, with other fields of its order."""
    appended = copy.deepcopy(event) | {"seq": len(evidence.events) + 1}
    if order:
        appended["order"] |= order
    evidence.events.append(appended)
