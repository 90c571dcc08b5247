"""Write the reference values of the terminal's indicators, computed by TA-Lib.

They are compared by `tests/indicator-reference.test.ts`, which needs no Python. To write them
again, install `TA-Lib==0.8.2` (the C library 0.8.1) and `mintalib` in an environment of your own,
and run `python tools/indicator_reference.py > tests/support/generated/indicator-reference.json`.
"""

import csv
import importlib.resources
import json
import math
from collections.abc import Callable
from datetime import datetime

import numpy as np
import talib

BARS = 600
"""One-minute bars of Apple: a whole session of 390 minutes, and a part of the next one."""
STEP = 11
"""Every eleventh value is written, and the last ones."""

Series = np.ndarray


def recorded_bars() -> list[list[float]]:
    """Return the time in ms UTC, open, high, low, close and volume of recorded bars."""
    path = importlib.resources.files("mintalib") / "samples" / "minute-prices.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))[:BARS]
    return [
        [
            datetime.fromisoformat(row["datetime"]).timestamp() * 1_000,
            *(round(float(row[name]), 4) for name in ("open", "high", "low", "close")),
            float(row["volume"]),
        ]
        for row in rows
    ]


def session_vwap(times: Series, typical: Series, volume: Series) -> Series:
    """Return the average price of each session so far, weighted by volume, from exact sums."""
    values, first = [], 0
    for index, time in enumerate(times):
        # Apple's sessions are 17.5 hours apart.
        if index > 0 and time - times[index - 1] > 3_600_000:
            first = index
        part = slice(first, index + 1)
        values.append(math.fsum(typical[part] * volume[part]) / math.fsum(volume[part]))
    return np.array(values)


def super_trend(high: Series, low: Series, close: Series, length: int, factor: float) -> Series:
    """Return the trailing bands of SuperTrend around the middles of the bars, from TA-Lib's ATR."""
    atr = talib.ATR(high, low, close, length)
    upper = (high + low) / 2 + factor * atr
    lower = (high + low) / 2 - factor * atr
    values = np.full(len(close), np.nan)
    rises = False
    for index in range(length, len(close)):
        if index > length:
            if not (upper[index] < upper[index - 1] or close[index - 1] > upper[index - 1]):
                upper[index] = upper[index - 1]
            if not (lower[index] > lower[index - 1] or close[index - 1] < lower[index - 1]):
                lower[index] = lower[index - 1]
        rises = close[index] >= lower[index] if rises else close[index] > upper[index]
        values[index] = lower[index] if rises else upper[index]
    return values


def hull(close: Series, length: int) -> Series:
    lag_reduced = 2 * talib.WMA(close, length // 2) - talib.WMA(close, length)
    return talib.WMA(lag_reduced, int(math.sqrt(length)))


def reference(bars: list[list[float]]) -> dict[str, Series]:
    times, _, high, low, close, volume = np.array(bars).T
    typical = talib.TYPPRICE(high, low, close)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    slow_k, slow_d = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    keltner, spread = talib.EMA(close, 20), 2 * talib.ATR(high, low, close, 10)
    highest: Callable[[int], Series] = lambda length: talib.MAX(high, length)  # noqa: E731
    lowest: Callable[[int], Series] = lambda length: talib.MIN(low, length)  # noqa: E731
    middle_of: Callable[[int], Series] = lambda n: (highest(n) + lowest(n)) / 2  # noqa: E731
    return {
        "sma.average": talib.SMA(close, 20),
        "ema.average": talib.EMA(close, 20),
        "wma.average": talib.WMA(close, 20),
        "hma.average": hull(close, 20),
        "vwap.average": session_vwap(times, typical, volume),
        "bollinger.upper": upper,
        "bollinger.middle": middle,
        "bollinger.lower": lower,
        "atr.range": talib.ATR(high, low, close, 14),
        "rsi.index": talib.RSI(close, 14),
        "macd.line": macd,
        "macd.signal": signal,
        "macd.histogram": histogram,
        "stochastic.k": slow_k,
        "stochastic.d": slow_d,
        "volume.average": talib.SMA(volume, 20),
        "obv.volume": talib.OBV(close, volume),
        "cci.index": talib.CCI(high, low, close, 20),
        "williams.percent": talib.WILLR(high, low, close, 14),
        "mfi.index": talib.MFI(high, low, close, volume, 14),
        "roc.change": talib.ROC(close, 9),
        "adx.strength": talib.ADX(high, low, close, 14),
        "adx.plus": talib.PLUS_DI(high, low, close, 14),
        "adx.minus": talib.MINUS_DI(high, low, close, 14),
        "donchian.upper": highest(20),
        "donchian.lower": lowest(20),
        "donchian.middle": middle_of(20),
        "keltner.upper": keltner + spread,
        "keltner.middle": keltner,
        "keltner.lower": keltner - spread,
        "supertrend.line": super_trend(high, low, close, 10, 3),
        "ichimoku.conversion": middle_of(9),
        "ichimoku.base": middle_of(26),
        "ichimoku.spanA": (middle_of(9) + middle_of(26)) / 2,
        "ichimoku.spanB": middle_of(52),
    }


def main() -> None:
    bars = recorded_bars()
    shown = sorted({*range(0, BARS, STEP), *range(BARS - 10, BARS)})
    values = {
        name: [None if math.isnan(series[index]) else series[index] for index in shown]
        for name, series in reference(bars).items()
    }
    version = f"TA-Lib {talib.__version__}, C library {talib.__ta_version__.decode().split()[0]}"
    lines = [f'"version": {json.dumps(version)}', f'"indexes": {json.dumps(shown)}']
    lines += [f'"{name}": {json.dumps(series)}' for name, series in values.items()]
    rows = ",\n".join(json.dumps(bar) for bar in bars)
    print("{\n" + ",\n".join(lines) + f',\n"bars": [\n{rows}\n]\n}}')


if __name__ == "__main__":
    main()
