"""Compares the updates that a client received on one topic with the events of the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chaos.recording import Received, Stream
from tests.chaos.violation import Violation

LIVE = (3, 4, 6)
"""The order statuses inactive, placing and working."""


def judge_stream(stream: Stream, events: list[dict[str, Any]], fault: str) -> Iterator[Violation]:
    """Yield what breaks the rules of docs/protocol.md. The state comes first; from it on no
    update is missing or repeated, and `prev` names no update that the client does not have."""
    label = f"{stream.client} {stream.route}"
    count = 0
    while count < len(stream.updates) and stream.updates[count].prev is None:
        count += 1
    state, updates = stream.updates[:count], stream.updates[count:]
    if not stream.updates:
        return
    start = state[-1].seq if state else (updates[0].prev or 0)
    yield from _judge_state(label, stream.route, state, start, events, fault)
    yield from _judge_chain(label, updates, start, fault)
    # A stream that is over ended with its session: the client may have missed what followed.
    end = stream.updates[-1].seq if stream.is_over else events[-1]["seq"]
    yield from _judge_completeness(label, stream.route, updates, (start, end), events, fault)


def _judge_state(
    label: str,
    route: str,
    state: list[Received],
    start: int,
    events: list[dict[str, Any]],
    fault: str,
) -> Iterator[Violation]:
    """The state shows what the events up to its number leave open."""
    if any(each.seq != start for each in state):
        yield Violation("final", fault, f"{label}: a state of several moments")
    if route == "executions":
        return
    expected: dict[str, int] = {}
    for event in events[:start]:
        if route == "orders" and (order := event.get("order")):
            expected.pop(order["id"], None)
            if order["status"] in LIVE:
                expected[order["id"]] = order["version"]
        if route == "positions" and (position := event.get("position")):
            expected.pop(position["symbol"], None)
            if position["qty"]:
                expected[position["symbol"]] = 0
    shown = {each.name: each.version for each in state}
    if shown != expected or len(shown) != len(state):
        missing, more = sorted(expected.keys() - shown), sorted(shown.keys() - expected)
        detail = f"{label}: state of {start} misses {missing[:3]}, has {more[:3]}"
        yield Violation("lost" if missing else "repeated", fault, detail)


def _judge_chain(
    label: str, updates: list[Received], start: int, fault: str
) -> Iterator[Violation]:
    """Each update follows one that the client has."""
    last = start
    for update in updates:
        if update.prev is None:
            yield Violation("repeated", fault, f"{label}: the state again, at {update.seq}")
        elif update.prev > last:
            yield Violation(
                "lost", fault, f"{label}: {update.seq} follows {update.prev}, not {last}"
            )
        if update.seq <= last:
            yield Violation("repeated", fault, f"{label}: {update.seq} after {last}")
        last = max(last, update.seq)


def _judge_completeness(
    label: str,
    route: str,
    updates: list[Received],
    span: tuple[int, int],
    events: list[dict[str, Any]],
    fault: str,
) -> Iterator[Violation]:
    """Every event that concerns the route has its update, with the right content."""
    start, end = span
    received = {update.seq: (update.name, update.version) for update in updates}
    for event in events[start:end]:
        seq = event["seq"]
        content = _content(route, event)
        if content is not None and seq not in received:
            yield Violation("lost", fault, f"{label}: nothing about event {seq}")
        elif content is not None and received[seq] != content:
            yield Violation("final", fault, f"{label}: {received[seq]}, not {content}, at {seq}")
        elif content is None and seq in received and not _may_show(route, event):
            yield Violation("repeated", fault, f"{label}: {seq} is about something else")


def _content(route: str, event: dict[str, Any]) -> tuple[str, int] | None:
    """Return the id and version that the update of an event must have, or None without update."""
    if route == "orders" and (order := event.get("order")):
        return order["id"], order["version"]
    if route == "executions" and (execution := event.get("execution")):
        return execution["id"], 0
    if route == "positions" and (position := event.get("position")):
        return position["symbol"], 0
    return None


def _may_show(route: str, event: dict[str, Any]) -> bool:
    """A position also shows the prices of its brackets."""
    return route == "positions" and "order" in event
