"""The controls of a market that is played: a recording, or a market under the step clock."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trading_api.models.common import NamedLiteral, Number, SubscriptionModel, WireModel, example

JUMP_MS_MAX = 366 * 24 * 60 * 60 * 1000
SPEED_MIN, SPEED_MAX = 0.001, 100_000

PlayState = Annotated[Literal["playing", "paused", "ended", "live"], NamedLiteral("PlayState")]
MarketOrigin = Annotated[Literal["replay", "simulator", "live"], NamedLiteral("MarketOrigin")]


class ReplayState(WireModel):
    """What the time of the market does. Times are in ms since 1970.

    `source` is where the prices come from. A market that is `live` follows the wall clock, and
    cannot be controlled; `speed` is 1 then. `controllable` is whether the market can be paused and
    moved forward, and `reason` says why not. A recording has an end, `end_ms`. `jump_to_ms` is
    where a jump that is under way ends.
    """

    model_config = example(
        {
            "source": "replay",
            "state": "paused",
            "controllable": True,
            "speed": 60,
            "now_ms": 1790000040000,
            "start_ms": 1789000000000,
            "end_ms": 1791000000000,
        }
    )

    source: MarketOrigin
    state: PlayState
    controllable: bool
    reason: str | None = None
    speed: Number
    now_ms: int
    start_ms: int | None = None
    end_ms: int | None = None
    jump_to_ms: int | None = None


class ReplayRequest(WireModel):
    """What to change: at least one of the two. `speed` is how much faster than the wall clock the
    market is played. `state` also ends a jump that is under way."""

    model_config = example({"state": "playing", "speed": 60})

    state: Annotated[Literal["playing", "paused"], NamedLiteral("PlayCommand")] | None = None
    speed: (
        Annotated[float, Field(strict=True, ge=SPEED_MIN, le=SPEED_MAX, allow_inf_nan=False)] | None
    ) = None

    @model_validator(mode="after")
    def _has_a_change(self) -> Self:
        if self.state is None and self.speed is None:
            raise ValueError("give state or speed")
        return self


class JumpRequest(WireModel):
    """How far to move forward. Exactly one of the two fields is required. `by_ms` moves at least to
    the next tick, and at most to the end."""

    model_config = example({"by_ms": 60_000})

    by_ms: Annotated[int, Field(strict=True, ge=1, le=JUMP_MS_MAX)] | None = None
    to_ms: (
        Annotated[
            int,
            Field(strict=True, ge=0, le=10**14, description="Milliseconds since 1970, UTC"),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.by_ms is None) == (self.to_ms is None):
            raise ValueError("give by_ms or to_ms")
        return self


class ReplaySubscriptionRequest(SubscriptionModel):
    """What the time of the market does. There is one such topic."""
