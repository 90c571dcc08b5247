"""What a run says: a table to read, and the same as JSON."""

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
    """A sentence that says why a scenario can't run here."""


@dataclass(frozen=True, slots=True)
class Figure:
    scenario: str
    name: str
    value: float
    unit: str


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of them don't exceed."""
    ascending = sorted(values)
    return ascending[math.ceil(len(ascending) * percent / 100) - 1]


def spread(scenario: str, name: str, values: Sequence[float], unit: str) -> list[Figure]:
    """One figure: the median, with the least and the most of a run's turns in its name."""
    least, most = _shown(min(values)), _shown(max(values))
    return [Figure(scenario, f"{name} ({least} to {most})", median(values), unit)]


def skipped_peers(scenario: str, reasons: dict[str, str]) -> list[Figure]:
    return [Figure(scenario, f"{name}: {why}", 0, "skipped") for name, why in reasons.items()]


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table, aligned to be read as it is."""
    rows = [("scenario", "figure", "value", "unit"), ("-", "-", "-", "-")]
    rows += [
        (figure.scenario, figure.name, _shown(figure.value), figure.unit) for figure in figures
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
    """What the figures depend on, and nothing that names the machine."""
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


def _shown(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cell(text: str, width: int) -> str:
    return "-" * width if text == "-" else text.ljust(width)
