from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_api.models.common import WireModel, example

ADVANCE_MS_MAX = 24 * 60 * 60 * 1000


class AdvanceClockRequest(WireModel):
    """Exactly one of the two."""

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
    """The clock's present, in milliseconds since 1970. `market` as in the health of the
    datafeed: once a replay has ended it is closed."""

    model_config = example({"now_ms": 1790000040000, "market": "open"})

    now_ms: int
    market: str
