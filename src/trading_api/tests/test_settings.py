"""Settings that expose a server without authentication are rejected."""

import pytest

from tests.kit.signed_tokens import secured
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings, check_exposure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "trading.example", ""])
def test_an_address_that_other_machines_reach_requires_authentication(host: str) -> None:
    exposed = Settings.defaults().model_copy(update={"host": host})
    with pytest.raises(ConfigurationError, match="AUTH_MODE=secret and AUTH_SECRET"):
        check_exposure(exposed)
    check_exposure(secured(host=host))
