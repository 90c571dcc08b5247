"""What getBars answers: as it is sent, and as pydantic would have written it."""

from __future__ import annotations

from trading_api.models.market import GetBarsResponse
from trading_api.modules.datafeed.bars_encoding import encode_bars
from trading_api.modules.datafeed.history import History
from trading_api.modules.datafeed.mapping import to_bar
from trading_api.modules.datafeed.service import DatafeedService


async def bars_answer(
    service: DatafeedService,
    symbol: str,
    resolution: str,
    from_time: int,
    to_time: int,
    count_back: int = 0,
) -> GetBarsResponse:
    history = await service.bars(symbol, resolution, from_time, to_time, count_back)
    return GetBarsResponse.model_validate_json(await encode_bars(history))


def encode_bars_slowly(history: History) -> bytes:
    """The twin of `encode_bars`."""
    response = GetBarsResponse(
        bars=[to_bar(bar, history.instrument) for bar in history.bars],
        no_data=history.no_data,
        next_time=history.next_ms,
    )
    return response.model_dump_json(exclude_none=True).encode()
