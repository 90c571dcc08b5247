from typing import Any, Literal

import pytest
from pydantic import BaseModel, RootModel

from trading_api.models.market import Bar
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.subscription_model import (
    SubscriptionModelError,
    check_subscription_model,
)


class Inner(BaseModel):
    name: str


class Allowed(BaseModel):
    text: str
    count: int
    flag: bool
    nothing: str | None
    several: list[Inner]
    by_name: dict[str, list[int]]
    kind: Literal["a", 1]


class Either(RootModel[Inner | Allowed]):
    pass


class DeepFloat(BaseModel):
    several: list[dict[str, float]]


class Anything(BaseModel):
    value: Any


class Defaulted(BaseModel):
    text: str = ""


class DeepDefault(BaseModel):
    inner: Defaulted


@pytest.mark.parametrize("model", [Allowed, Either])
def test_models_that_every_encoder_writes_alike_are_taken(model: type[BaseModel]) -> None:
    check_subscription_model(model)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (DeepFloat, "DeepFloat.several"),
        (Anything, "Anything.value"),
        (Defaulted, "Defaulted.text"),
        (DeepDefault, "Defaulted.text"),
    ],
)
def test_a_router_of_another_model_fails_and_names_model_and_field(
    model: type[BaseModel], named: str
) -> None:
    class Router(WsRouter[BaseModel, Bar]):
        request_model = model

    with pytest.raises(SubscriptionModelError, match=named):
        Router(route="thing", service=None)  # type: ignore[arg-type]
