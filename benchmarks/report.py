"""The report of a run: a table, and the same figures as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

LIBRARIES = ("fastapi", "fastws", "pydantic", "starlette", "uvicorn", "uvloop", "websockets")


class Skipped(Exception):
    """The scenario cannot run here; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Figure:
    scenario: str
    name: str
    value: float
    unit: str


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of the values do not exceed."""
    ascending = sorted(values)
    return ascending[math.ceil(len(ascending) * percent / 100) - 1]


def spread(scenario: str, name: str, values: Sequence[float], unit: str) -> list[Figure]:
    """Return one figure: the median of the turns, with their range in its name."""
    least, most = _format(min(values)), _format(max(values))
    return [Figure(scenario, f"{name} ({least} to {most})", median(values), unit)]


def skipped_peers(scenario: str, reasons: dict[str, str]) -> list[Figure]:
    return [Figure(scenario, f"{name}: {why}", 0, "skipped") for name, why in reasons.items()]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as an aligned Markdown table."""
    rows = [("scenario", "figure", "value", "unit"), ("-", "-", "-", "-")]
    rows += [
        (figure.scenario, figure.name, _format(figure.value), figure.unit) for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "| "
        + " | ".join(_cell(text, width) for text, width in zip(row, widths, strict=True))
        + " |"
        for row in rows
    )


def write_json(path: Path, figures: Sequence[Figure], skipped: dict[str, str]) -> None:
    report = {
        "machine": machine(),
        "figures": [asdict(figure) for figure in figures],
        "skipped": skipped,
    }
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures depend on, without the name of the machine."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")


def _format(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cell(text: str, width: int) -> str:
    return "-" * width if text == "-" else text.ljust(width)
