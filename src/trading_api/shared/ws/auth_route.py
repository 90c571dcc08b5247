"""The operation `auth`: a token by message.

It serves clients that could not send a token before the upgrade, and those whose token expires."""

from __future__ import annotations

from collections.abc import Callable

from fastws import OperationRouter

from trading_api.auth.principal import Principal
from trading_api.auth.tokens import TokenVerifier
from trading_api.errors import ApiError
from trading_api.models.auth import AuthRequest, AuthResponse
from trading_api.streaming.session import AUTH, Session, SessionClosed


class AuthRouter(OperationRouter):
    """Verifies the token, and calls `authenticate(session, principal)`, which may raise
    ApiError."""

    def __init__(
        self, tokens: TokenVerifier, authenticate: Callable[[Session, Principal], None]
    ) -> None:
        super().__init__()
        self._tokens = tokens
        self._authenticate = authenticate
        self.send(AUTH, reply=f"{AUTH}.response")(self.auth)

    async def auth(self, payload: AuthRequest, client: Session) -> AuthResponse:
        """Authenticate before any other message, or again before the present token expires."""
        try:
            self._authenticate(client, await self._tokens.authenticate(payload.token))
        except ApiError as rejection:
            if client.principal is None:
                raise SessionClosed(rejection.detail) from None
            return AuthResponse(status="error", message=rejection.detail)
        return AuthResponse(status="ok", message="Authenticated")
