"""What waits for a slow consumer is bounded, and keeps its order."""

from __future__ import annotations

import random

import pytest

from trading_api_client.stream.update_buffer import UpdateBuffer


def test_values_leave_in_the_order_in_which_they_came() -> None:
    buffer: UpdateBuffer[int] = UpdateBuffer(4)
    assert [buffer.put(number) for number in range(5)] == [True] * 4 + [False]
    assert [buffer.take() for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(IndexError):
        buffer.take()


def test_a_half_full_buffer_keeps_the_last_value_of_each_key_in_its_place() -> None:
    buffer: UpdateBuffer[str] = UpdateBuffer(4)
    for value in ("a1", "b1", "a2", "c1", "b2"):
        assert buffer.put(value, key=value[0])
    assert [buffer.take() for _ in range(len(buffer))] == ["a2", "b2", "c1"]


def test_no_value_without_a_key_is_replaced_and_no_key_loses_its_last_value() -> None:
    chance = random.Random(7)
    buffer: UpdateBuffer[tuple[int | None, int]] = UpdateBuffer(8)
    put: list[tuple[int | None, int]] = []
    taken: list[tuple[int | None, int]] = []
    for number in range(2_000):
        key = chance.choice([None, 1, 2, 3])
        if buffer.put((key, number), key):
            put.append((key, number))
        while len(buffer) and chance.random() < 0.55:
            taken.append(buffer.take())
    taken += [buffer.take() for _ in range(len(buffer))]
    assert [each for each in taken if each[0] is None] == [e for e in put if e[0] is None]
    for key in (1, 2, 3):
        numbers = [number for each, number in taken if each == key]
        assert numbers == sorted(numbers)
        assert numbers[-1] == max(number for each, number in put if each == key)
    assert len(taken) < len(put)
