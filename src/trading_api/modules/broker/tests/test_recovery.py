"""The collector of garbage during a start."""

import gc

import pytest

from trading_api.modules.broker.recovery import all_is_kept


@pytest.mark.parametrize("is_enabled", [True, False])
def test_collecting_goes_on_as_before_once_all_is_loaded(is_enabled: bool) -> None:
    if not is_enabled:
        gc.disable()
    try:
        with all_is_kept():
            assert not gc.isenabled()
        assert gc.isenabled() == is_enabled
        with pytest.raises(ValueError, match="a fault"), all_is_kept():
            raise ValueError("a fault")
        assert gc.isenabled() == is_enabled
        assert gc.get_freeze_count() > 0
    finally:
        gc.enable()
        gc.unfreeze()
