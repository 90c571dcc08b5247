"""The errors of the client, as people and programs see them."""

from __future__ import annotations

import pickle

from trading_api_client import Refused


def test_an_error_of_the_server_reads_well_and_keeps_its_fields_between_processes() -> None:
    error = Refused("order_not_found", "There is no order order-7", 404, retry_after_s=2.0)
    assert str(error) == "There is no order order-7 (order_not_found, 404)"
    assert repr(error) == "Refused('order_not_found', 'There is no order order-7', status=404)"
    copied = pickle.loads(pickle.dumps(error))
    assert (repr(copied), copied.retry_after_s) == (repr(error), 2.0)
