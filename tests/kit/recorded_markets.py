"""Recorded markets with random bars."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import resolutions_built_from
from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.bar_series import BarSeries

DAY_MS = 86_400_000
ALWAYS = "24x7"


def random_series(
    symbol: str,
    seed: int,
    *,
    first_ms: int,
    rows: int,
    step_ms: int = 60_000,
    offset_ms: int = 0,
    currency: str = "USD",
    session: str = ALWAYS,
    price: int = 10_000,
    price_scale: int = 100,
    gaps: float = 0.0,
) -> BarSeries:
    """Return bars that begin at the UTC day of `first_ms`, with an instrument of its own. `gaps` is
    the share of bars that are missing."""
    chance = np.random.default_rng(seed)
    start_ms = first_ms // DAY_MS * DAY_MS + offset_ms
    times = start_ms + np.arange(rows) * step_ms
    sessions = None
    if session != ALWAYS:
        hours = SessionHours.parse(session, "Etc/UTC", "", "")
        sessions = hours.sessions(start_ms, int(times[-1]))
        if step_ms < DAY_MS:
            numbers = sessions.starts_ms.searchsorted(times, "right") - 1
            times = times[(numbers >= 0) & (times < sessions.ends_ms[numbers])]
        else:
            times = times[np.isin(times, sessions.days_ms)]
    times = times[chance.random(len(times)) >= gaps]
    closes = np.maximum(50, price + np.cumsum(chance.integers(-4, 5, len(times))))
    opens = np.concatenate([[price], closes[:-1] + chance.integers(-1, 2, len(times) - 1)])
    highs = np.maximum(opens, closes) + chance.integers(0, 6, len(times))
    lows = np.minimum(opens, closes) - chance.integers(0, 6, len(times))
    volumes = chance.integers(0, 400, len(times))
    columns = BarColumns.from_arrays(
        each.astype(np.int64) for each in (times, opens, highs, lows, closes, volumes)
    )
    resolutions = resolutions_built_from(step_ms)
    instrument = Instrument(
        symbol=symbol,
        description=symbol,
        exchange="TEST",
        type="stock",
        currency=currency,
        price_scale=price_scale,
        min_move=1,
        volume_scale=1,
        quantity_step=Decimal(1),
        quantity_max=Decimal(100_000),
        session=session,
        timezone="Etc/UTC",
        resolutions=resolutions,
    )
    return BarSeries(instrument, columns, resolutions, step_ms, True, sessions)
