"""Decides after a run whether anything that a client was promised is missing or exists twice.

It compares what the clients recorded with the ledger. It shares no code with the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from websockets.frames import CloseCode

from tests.chaos.ledger_view import AccountView
from tests.chaos.recording import Command, Recording
from tests.chaos.stream_judge import judge_stream
from tests.chaos.violation import Violation

QUOTE_AGE_S_MAX = 5.0
CANCELED = 1
LIVE = (3, 4, 6)
"""The order statuses inactive, placing and working."""
CHANGES_BALANCE = ("orderFilled", "cashDeposited")


def judge(
    recording: Recording, accounts: Mapping[str, AccountView], ended_s: float
) -> list[Violation]:
    """Return every violation. `ended_s` is when the clients were stopped."""
    found: list[Violation] = []
    for account in accounts.values():
        found += _judge_events(account)
        found += _judge_keys(recording, account)
        found += _judge_present(account)
    for command in recording.commands.values():
        found += _judge_command(recording, command, accounts[command.account_id])
    for stream in recording.streams:
        fault = recording.fault_at(stream.updates[-1].at_s if stream.updates else ended_s)
        found += judge_stream(stream, accounts[stream.account_id].events, fault)
    for name in recording.clients:
        found += _judge_client(recording, name, accounts, ended_s)
    found += _judge_unread(recording)
    return found


def _judge_events(account: AccountView) -> Iterator[Violation]:
    """The events are numbered 1..n, and their ids of orders and executions are unique."""
    numbers = [event["seq"] for event in account.events]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Violation("ledger", "", f"{account.account_id}: the events are not 1 to n")
    placed = Counter(e["order"]["id"] for e in account.events if e["type"] == "orderPlaced")
    filled = Counter(e["execution"]["id"] for e in account.events if "execution" in e)
    for name, times in (placed + filled).items():
        if times > 1:
            yield Violation("repeated", "", f"{account.account_id}: {name} exists {times} times")


def _judge_keys(recording: Recording, account: AccountView) -> Iterator[Violation]:
    """A key is bound once, and places at most one order that is no bracket."""
    bound, placed, paid = _counts(account, "commandBound"), Counter[str](), Counter[str]()
    # The server's own notifications, such as a lost market's, have keys and no request.
    bound.pop("", None)
    for event in account.events:
        key = event.get("requestId", "")
        if event["type"] == "orderPlaced" and "parentId" not in event["order"]:
            placed[key] += 1
        paid[key] += event["type"] == "cashDeposited"
    for key, times in ((bound | placed) | paid).items():
        command = recording.commands.get(key)
        fault = recording.fault_at(command.started_s) if command else ""
        if command is None:
            yield Violation("ledger", fault, f"{account.account_id}: no client sent {key!r}")
        elif times > 1:
            yield Violation("repeated", fault, f"{key} was done {times} times")


def _counts(account: AccountView, kind: str) -> Counter[str]:
    return Counter(e.get("requestId", "") for e in account.events if e["type"] == kind)


def _judge_command(
    recording: Recording, command: Command, account: AccountView
) -> Iterator[Violation]:
    """What was acknowledged is in the ledger; what was refused is not."""
    caused = [e for e in account.events if e.get("requestId") == command.key]
    answered = recording.fault_at(command.answered_s)
    for attempt in command.attempts:
        if attempt.status == 500:
            yield Violation("error", recording.fault_at(attempt.at_s), f"{command.key}: status 500")
    if command.outcome == "open":
        attempts = [(each.status, each.code) for each in command.attempts[-3:]]
        fault = recording.fault_at(command.started_s)
        yield Violation("unanswered", fault, f"{command.key} {command.kind}: {attempts}")
    elif command.outcome == "acknowledged" and not _is_done(command, caused):
        yield Violation("lost", answered, f"{command.key} {command.kind} {command.order_id}")
    elif command.outcome == "refused" and caused and not command.was_uncertain:
        # A late attempt may be done after a later one was refused, because a refusal binds no key.
        yield Violation("ledger", answered, f"{command.key} was refused, and is in the ledger")


def _is_done(command: Command, caused: list[dict[str, Any]]) -> bool:
    """Return whether the events of the command include its effect."""
    kinds = {
        "place": "orderPlaced",
        "modify": "orderModified",
        "cancel": "orderCanceled",
        "close": "orderPlaced",
        "deposit": "cashDeposited",
    }
    if not any(event["type"] == "commandBound" for event in caused):
        return False
    effects = [event for event in caused if event["type"] == kinds[command.kind]]
    if command.order_id:
        return any(event["order"]["id"] == command.order_id for event in effects)
    return bool(effects)


def _judge_present(account: AccountView) -> Iterator[Violation]:
    """The present state that REST shows follows from the events."""
    orders: dict[str, int] = {}
    live: set[str] = set()
    positions: dict[str, float] = {}
    for event in account.events:
        if order := event.get("order"):
            orders[order["id"]] = order["version"]
            (live.add if order["status"] in LIVE else live.discard)(order["id"])
        if position := event.get("position"):
            positions[position["symbol"]] = position["qty"]
    shown = {id: order["version"] for id, order in account.orders.items()}
    if not live <= shown.keys() or any(orders.get(id) != shown[id] for id in shown):
        yield Violation("ledger", "", f"{account.account_id}: REST shows other orders")
    if {s: p["qty"] for s, p in account.positions.items()} != {
        symbol: quantity for symbol, quantity in positions.items() if quantity
    }:
        yield Violation("ledger", "", f"{account.account_id}: REST shows other positions")


def _judge_client(
    recording: Recording, name: str, accounts: Mapping[str, AccountView], ended_s: float
) -> Iterator[Violation]:
    """What a client shows at the end equals what REST shows."""
    state = recording.clients[name]
    account = accounts[state.account_id]
    fault = recording.fault_at(ended_s)
    for what, mine, theirs in (
        ("orders", _orders(state.orders), _orders(account.orders)),
        ("positions", _positions(state.positions), _positions(account.positions)),
        ("executions", state.executions, account.executions),
        ("balance", state.equity.get("balance"), account.equity["balance"]),
        ("profits", state.profits.keys(), account.positions.keys()),
    ):
        if mine != theirs:
            yield Violation("final", fault, f"{name}: {what} {_difference(mine, theirs)}")
    changed = [e["seq"] for e in account.events if e["type"] in CHANGES_BALANCE]
    if changed and state.equity_seq < changed[-1]:
        yield Violation("final", fault, f"{name}: equity of event {state.equity_seq}")
    if ended_s - state.last_quote_s > QUOTE_AGE_S_MAX:
        yield Violation("final", fault, f"{name}: the last quote is too old")


def _judge_unread(recording: Recording) -> Iterator[Violation]:
    """A client that does not read is closed with 1013."""
    for close in recording.unread_closes:
        if close.code != CloseCode.TRY_AGAIN_LATER:
            fault = recording.fault_at(close.at_s)
            yield Violation("unclosed", fault, f"closed with {close.code}: {close.reason}")


def _orders(orders: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Return live orders. A client may know ended ones that REST no longer lists."""
    fields = ("version", "status", "qty", "filledQty", "limitPrice")
    return {
        id: tuple(order.get(name) for name in fields)
        for id, order in orders.items()
        if order["status"] in LIVE
    }


def _positions(positions: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    fields = ("qty", "side", "avgPrice", "takeProfit", "stopLoss")
    return {id: tuple(each.get(name) for name in fields) for id, each in positions.items()}


def _difference(mine: Any, theirs: Any) -> str:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        names = sorted(n for n in mine | theirs if mine.get(n) != theirs.get(n))
        return f"differ in {names[:5]}: {mine.get(names[0])}, not {theirs.get(names[0])}"
    return f"{mine}, not {theirs}"
