"""How a WebSocket's client says who it is, where it could not before the upgrade."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import NamedLiteral, SubscriptionModel, WireModel, example


class AuthRequest(SubscriptionModel):
    token: str = Field(description="A JWT", examples=["eyJhbGciOi..."])


class AuthResponse(WireModel):
    """`ok`: the token's rights are the connection's from now on, until it expires."""

    model_config = example({"status": "ok", "message": "Authenticated"})

    status: Annotated[Literal["ok", "error"], NamedLiteral("ReplyStatus")]
    message: str
