"""A sorted set of ids that are added in any order."""

from __future__ import annotations

import random
from itertools import islice

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
