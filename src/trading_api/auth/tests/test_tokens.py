"""Token verifiers need complete settings."""

import pytest

from trading_api.auth.tokens import create_token_verifier
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"auth_mode": "secret"}, "AUTH_SECRET"),
        ({"auth_mode": "secret", "auth_secret": "too short"}, "at least 32 bytes"),
        ({"auth_mode": "jwks"}, "AUTH_JWKS"),
    ],
)
def test_incomplete_authentication_settings_are_rejected(
    changed: dict[str, str], sentence: str
) -> None:
    settings = Settings.model_validate(Settings.defaults().model_dump() | changed)
    with pytest.raises(ConfigurationError, match=sentence):
        create_token_verifier(settings)
