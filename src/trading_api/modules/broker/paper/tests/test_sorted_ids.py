"""A sorted set of ids that are added in any order."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from trading_api.modules.broker.paper.sorted_ids import INSERTED_MAX, SortedIds


def test_ids_are_sorted_however_many_are_new() -> None:
    chance, ids, model = random.Random(3), SortedIds(), set[str]()
    for size in (0, 1, INSERTED_MAX, 3, INSERTED_MAX + 1, 5 * INSERTED_MAX, 7):
        for _ in range(size):
            account_id = f"ACCOUNT-{chance.randrange(5_000)}"
            ids.add(account_id)
            model.add(account_id)
        assert list(ids.after("")) == sorted(model)
    assert (
        list(islice(ids.after("ACCOUNT-2"), 3))
        == sorted(each for each in model if each > "ACCOUNT-2")[:3]
    )
    assert list(ids.after("Z")) == []
    removed = chance.sample(sorted(model), 100)
    ids.add("ACCOUNT-0")
    ids.remove([*removed, "unknown"])
    assert list(ids.after("")) == sorted({*model, "ACCOUNT-0"} - set(removed))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("swing-1", {"Swing-1", "SWING-1"}),
        ("SWING-1", {"Swing-1", "SWING-1"}),
        ("swing", {"sWiNg"}),
        ("swing-", set()),
        ("swing-12", set()),
        ("zeta", {"ZETA"}),
        ("zetas", set()),
        ("stra\u00dfe", set()),
        ("", set()),
    ],
)
def test_ids_are_found_in_whatever_case(text: str, found: set[str]) -> None:
    ids = SortedIds()
    assert list(ids.equal_ignoring_case(text)) == []
    for account_id in ("Swing-1", "SWING-1", "sWiNg", "ZETA", "Alpha", "swine"):
        ids.add(account_id)
    result = list(ids.equal_ignoring_case(text))
    assert (len(result), set(result)) == (len(found), found)
