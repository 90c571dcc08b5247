"""Authentication by message, for WebSocket clients that send no token with the handshake."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, SubscriptionModel, WireModel, example


class AuthRequest(SubscriptionModel):
    """Authenticates the connection, or replaces its token before that expires."""

    token: str = Field(description="A JWT", examples=["eyJhbGciOi..."])


class AuthResponse(WireModel):
    """The reply to `auth`. With `ok`, the connection has the token's rights until it expires."""

    model_config = example({"status": "ok", "message": "Authenticated"})

    status: Annotated[Literal["ok", "error"], NamedLiteral("ReplyStatus")]
    message: str
