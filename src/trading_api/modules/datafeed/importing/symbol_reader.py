"""Collects the rows of one symbol in one file, and checks them together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trading_api.modules.datafeed.importing.csv_rows import FAULTS_KEPT_MAX, CsvRows
from trading_api.modules.datafeed.importing.number_parsing import (
    DECIMALS_MAX,
    DIGITS_MAX,
    Floats,
    ParsedNumber,
    at_decimals,
    double_decimals,
    single_decimals,
)


class Digits:
    """Counts the digits of one symbol's prices, or of its volumes: the most decimals that were
    written, and the numbers that are too long to be kept as they are written."""

    def __init__(self) -> None:
        self.decimals = 0
        self.too_long: list[tuple[int, str]] = []
        self.too_long_count = 0
        self._prints_count = 0
        self._are_prints = True

    @property
    def are_doubles(self) -> bool:
        """Whether every number that is too long is provably a printed binary float, as adjusted
        prices are."""
        return self._prints_count > 0 and self._are_prints

    def note(self, number: ParsedNumber, line: int, name: str, text: str) -> None:
        if number.decimals > self.decimals:
            self.decimals = number.decimals
        if number.is_exact:
            return
        self.too_long_count += 1
        self._prints_count += number.is_print
        self._are_prints &= number.is_print or number.has_few_digits
        if len(self.too_long) < FAULTS_KEPT_MAX:
            limits = f"{DECIMALS_MAX} decimals or {DIGITS_MAX} digits"
            what = f"the {name} {text.strip()[:40]!r} has more than {limits}; round it"
            self.too_long.append((line, what))


class SymbolReader:
    """Collects the rows of one symbol, with what is only known of all of them."""

    def __init__(self, rows: CsvRows) -> None:
        self.rows = rows
        self.price_digits, self.volume_digits = Digits(), Digits()
        self.sides: list[str] = ["", ""]
        self.volume_count = 0
        self.empty_volumes: list[tuple[int, str]] = []
        self.empty_volume_count = 0

    def note_empty_volume(self, text: str, line: int) -> None:
        self.empty_volume_count += 1
        if len(self.empty_volumes) < FAULTS_KEPT_MAX:
            what = f"the volume {text[:40]!r} is not a finite, usable number"
            self.empty_volumes.append((line, what))

    def finish(self, reject: Callable[[int, str], None]) -> int:
        """Check the rows together, and round binary floats. Pass the lines with faults to `reject`,
        the first ones of each kind, and return the number of the others."""
        if not len(self.rows):
            return 0
        others = 0
        if not self.volume_count:
            self.rows.has_volume = False
        else:
            for line, what in self.empty_volumes:
                reject(line, what)
            others = self.empty_volume_count - len(self.empty_volumes)
        others += self._round_float_noise(reject)
        self._reject_contradictions(reject)
        return others

    def _round_float_noise(self, reject: Callable[[int, str], None]) -> int:
        rows, others = self.rows, 0
        prices = [rows.open, rows.high, rows.low, rows.close]
        for columns, digits in (
            (prices, self.price_digits),
            ([rows.volume], self.volume_digits),
        ):
            # Views of the memory of the rows.
            views: list[Floats] = [np.frombuffer(column) for column in columns]
            decimals = single_decimals(np.concatenate(views), digits.decimals)
            if decimals is None and digits.are_doubles:
                decimals = double_decimals(np.concatenate(views))
                rows.rounded += digits.too_long_count
            if decimals is not None:
                for view in views:
                    view[:] = at_decimals(view, decimals)
                continue
            for line, what in digits.too_long:
                reject(line, what)
            others += digits.too_long_count - len(digits.too_long)
        return others

    def _reject_contradictions(self, reject: Callable[[int, str], None]) -> None:
        rows = self.rows
        open_, high, low, close = (
            np.frombuffer(column) for column in (rows.open, rows.high, rows.low, rows.close)
        )
        bad = ~((low <= np.minimum(open_, close)) & (np.maximum(open_, close) <= high))
        what = "the row has a high and a low that do not hold its open and close"
        if rows.are_ticks:
            # The side that a row leaves out may have moved since it was written.
            bad, what = high < low, "the ask is below the bid"
            bad[rows.carried] = False
        for number in np.flatnonzero(bad).tolist():
            reject(rows.line[number], what)
        for number in np.flatnonzero(low <= 0).tolist():
            reject(rows.line[number], "the row has a price too small to be kept")
