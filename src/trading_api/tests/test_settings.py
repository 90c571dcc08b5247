"""Settings that expose a server without authentication, or have no meaning, are rejected."""

import pytest
from pydantic import ValidationError

from tests.kit.signed_tokens import secured
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings, check_exposure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "trading.example", ""])
def test_an_address_that_other_machines_reach_requires_authentication(host: str) -> None:
    exposed = Settings.defaults().model_copy(update={"host": host})
    with pytest.raises(ConfigurationError, match="AUTH_MODE=secret and AUTH_SECRET"):
        check_exposure(exposed)
    check_exposure(secured(host=host))


@pytest.mark.parametrize("currency", ["USD", "USDT", "1INCH", "EUR"])
def test_a_currency_is_three_to_five_capital_letters_or_digits(
    currency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_CURRENCY", currency)
    assert Settings().account_currency == currency


@pytest.mark.parametrize("currency", ["US", "usdt", "DOLLAR", "US$", "", "USDT\n", "ÄÖÜ"])
def test_other_codes_of_a_currency_are_rejected(
    currency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_CURRENCY", currency)
    with pytest.raises(ValidationError, match="account_currency"):
        Settings()
