"""Search for instruments by what a person types."""

from __future__ import annotations

from collections.abc import Iterable

from trading_api.domain.instrument import Instrument, full_name


def search_instruments(
    instruments: Iterable[Instrument],
    text: str,
    *,
    exchange: str = "",
    type: str = "",
    limit: int,
    offset: int = 0,
) -> list[Instrument]:
    """Return the exact symbol first, then those that begin with the text, then those that contain
    it in the symbol or the description. An empty `exchange` or `type` matches all. The result
    begins after the first `offset` matches and has at most `limit` of them."""
    wanted = text.strip().upper()
    ranked = [
        (rank, number, instrument)
        for number, instrument in enumerate(instruments)
        if exchange in ("", instrument.exchange)
        and type in ("", instrument.type)
        and (rank := _rank(instrument, wanted)) is not None
    ]
    ranked.sort(key=lambda entry: entry[:2])
    return [instrument for _, _, instrument in ranked[offset : offset + limit]]


def _rank(instrument: Instrument, wanted: str) -> int | None:
    """Return 0 for the symbol itself, 1 for its beginning, 2 for text within it or its description,
    None for no match. Only an input with a colon is compared with the exchange: otherwise `N` would
    find all of NASDAQ before NVDA."""
    if wanted in (instrument.symbol, full_name(instrument)):
        return 0
    name = full_name(instrument) if ":" in wanted else instrument.symbol
    if name.startswith(wanted):
        return 1
    held = wanted in instrument.symbol or wanted in instrument.description.upper()
    return 2 if held else None
