"""The step clock."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_api.models.common import WireModel, example

ADVANCE_MS_MAX = 24 * 60 * 60 * 1000


class AdvanceClockRequest(WireModel):
    """How far to advance the clock. Exactly one of the two fields is required."""

    model_config = example({"by_ms": 60_000})

    by_ms: Annotated[int, Field(strict=True, ge=0, le=ADVANCE_MS_MAX)] | None = None
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


class ClockResponse(WireModel):
    """The current time of the clock, in ms since 1970.

    `market` is the market's state, as in the health of the datafeed. After the end of a replay it
    is `closed`.
    """

    model_config = example({"now_ms": 1790000040000, "market": "open"})

    now_ms: int
    market: str
