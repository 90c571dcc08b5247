"""A result as one HTML file. Needs bokeh."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trading_api_client.models import Side
from trading_api_client.strategy.equity_curve import drawdown
from trading_api_client.strategy.market_data import Floats, Milliseconds
from trading_api_client.strategy.summary import headline, summary_rows

if TYPE_CHECKING:
    from trading_api_client.strategy.result import Result

POINTS_MAX = 4_000
"""The most points of a line. More points make the file larger and change no pixel."""
_SYMBOLS_MAX = 12
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 14px system-ui, sans-serif; margin: 24px; }}
th {{ font-weight: normal; text-align: left; padding-right: 24px; color: #555; }}
</style>
{library}
</head>
<body>
<h1>{title}</h1>
<table>{figures}</table>
{charts}
{script}
</body>
</html>
"""
_BLUE, _GREY, _RED, _GREEN = "#2962ff", "#9598a1", "#d32f2f", "#2e7d32"
_MARKERS = ((Side.BUY, "triangle", _GREEN), (Side.SELL, "inverted_triangle", _RED))


def write_report(result: Result, path: Path) -> None:
    """Write the figures and charts of a result as one HTML file that loads nothing else. Raises
    ImportError without bokeh."""
    try:
        from bokeh.embed import components
        from bokeh.layouts import column
        from bokeh.resources import Resources
    except ImportError as error:
        raise ImportError(
            'A report needs bokeh: pip install "trading-api-client[report]"'
        ) from error
    # Only the core of bokeh: its widgets, tables and formulas triple the size.
    library = Resources(mode="inline", components=["bokeh"]).render()
    script, charts = components(column(*_charts(result), sizing_mode="stretch_width"))
    page = _PAGE.format(
        title=escape(headline(result.record)),
        library=library,
        figures=_figures(result),
        charts=charts,
        script=script,
    )
    path.write_text(page, encoding="utf-8")


def downsampled(times: Milliseconds, *columns: Floats) -> tuple[Any, ...]:
    """Return at most POINTS_MAX points, with the extremes of the first column."""
    if len(times) <= POINTS_MAX:
        return times, *columns
    buckets = np.array_split(np.arange(len(times)), POINTS_MAX // 4)
    first = columns[0]
    kept = {
        int(row)
        for rows in buckets
        for row in (rows[0], rows[first[rows].argmin()], rows[first[rows].argmax()], rows[-1])
    }
    chosen = np.array(sorted(kept))
    return times[chosen], *(values[chosen] for values in columns)


def _figures(result: Result) -> str:
    rows = summary_rows(result.record, result.statistics)
    cells = (f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in rows)
    return "".join(cells)


def _charts(result: Result) -> list[Any]:
    record, curve = result.record, result.record.curve
    money = _chart(f"Equity and balance, {record.currency}", 320)
    times, equity, balance = downsampled(curve.time, curve.equity, curve.balance)
    money.line(_instants(times), balance, color=_GREY, legend_label="balance")
    money.line(_instants(times), equity, color=_BLUE, legend_label="equity")
    _move_legend_above(money)
    below = _chart("Drawdown, %", 180, x_range=money.x_range)
    times, depth = downsampled(curve.time, -100 * drawdown(curve.equity))
    below.varea(x=_instants(times), y1=depth, y2=np.zeros(len(depth)), color=_RED, alpha=0.4)
    symbols = list(dict.fromkeys(each.symbol for each in record.executions))[:_SYMBOLS_MAX]
    return [money, below, *(_executions_chart(result, symbol) for symbol in symbols)]


def _executions_chart(result: Result, symbol: str) -> Any:
    chart = _chart(f"{symbol}: price and executions", 320)
    if marks := result.record.marks.get(symbol):
        times, price = downsampled(marks.time, marks.price)
        chart.line(_instants(times), price, color=_GREY)
    own = [each for each in result.record.executions if each.symbol == symbol]
    for side, marker, color in _MARKERS:
        fills = [each for each in own if each.side == side]
        chart.scatter(
            _instants(np.array([each.time for each in fills], dtype=np.int64)),
            [each.price for each in fills],
            marker=marker,
            size=7,
            color=color,
            legend_label=side.name,
        )
    _move_legend_above(chart)
    return chart


def _chart(title: str, height: int, **options: Any) -> Any:
    from bokeh.models import BasicTickFormatter
    from bokeh.plotting import figure

    chart = figure(
        title=title,
        height=height,
        x_axis_type="datetime",
        sizing_mode="stretch_width",
        tools="pan,xwheel_zoom,box_zoom,reset,save,crosshair",
        **options,
    )
    chart.yaxis.formatter = BasicTickFormatter(use_scientific=False)
    return chart


def _move_legend_above(chart: Any) -> None:
    # Inside the chart it covers the beginning of the lines.
    legend = chart.legend[0]
    legend.update(orientation="horizontal", margin=0, padding=0, border_line_color=None)
    chart.add_layout(legend, "above")


def _instants(times: Milliseconds) -> Any:
    return times.astype("datetime64[ms]")
