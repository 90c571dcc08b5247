"""`auth`: a token by message, for clients that could not send one before the upgrade, and a fresh
one for those whose token expires."""

from __future__ import annotations

from collections.abc import Callable

from fastws import OperationRouter

from trading_api.auth.principal import Principal
from trading_api.auth.tokens import TokenVerifier
from trading_api.errors import ApiError
from trading_api.models.auth import AuthRequest, AuthResponse
from trading_api.streaming.session import Expelled, Session

AUTH = "auth"


class AuthRouter(OperationRouter):
    """`admit(client, principal)` decides on a token that is good; it raises ApiError."""

    def __init__(self, tokens: TokenVerifier, admit: Callable[[Session, Principal], None]) -> None:
        super().__init__()
        self._tokens = tokens
        self._admit = admit
        self.send(AUTH, reply=f"{AUTH}.response")(self.auth)

    async def auth(self, payload: AuthRequest, client: Session) -> AuthResponse:
        """Say who you are: first, or with a fresh token before the present one expires."""
        try:
            self._admit(client, await self._tokens.authenticate(payload.token))
        except ApiError as refusal:
            if client.principal is None:
                raise Expelled(refusal.detail) from None
            return AuthResponse(status="error", message=refusal.detail)
        return AuthResponse(status="ok", message="Authenticated")
