"""Symbols are found by name and by text."""

from __future__ import annotations

from typing import Any

from trading_api.modules.datafeed.tests.test_service import Market


def test_search_finds_the_symbol_itself_then_beginnings_then_words() -> None:
    service = Market().service

    def found(*query: Any) -> list[str]:
        return [item.symbol for item in service.search(*query)]

    assert found("eurusd", "", "", 50) == ["EURUSD"]
    assert found("NASDAQ:AAPL", "", "", 50) == ["AAPL"]
    assert found("usd", "", "", 50)[0] == "USDJPY"
    assert found("dollar", "", "forex", 2) == ["EURUSD", "GBPUSD"]
    assert found("NASDAQ:A", "", "", 50) == ["AAPL", "AMZN"]
    assert found("fx:", "", "", 2) == ["EURUSD", "GBPUSD"]
    assert found("A", "", "", 50)[:2] == ["AAPL", "AMZN"]
    assert found("n", "", "", 50)[0] == "NVDA"
    assert found("dollar", "FX", "forex", 50) == ["EURUSD", "GBPUSD", "USDJPY"]
    assert found("dollar", "FX", "stock", 50) == []
    assert found("", "CRYPTO", "", 50) == ["BTCUSD", "ETHUSD", "SOLUSD"]
    assert found("nothing like it", "", "", 50) == []


def test_search_pages_are_parts_of_the_whole_answer() -> None:
    service = Market().service

    def found(max_results: int, offset: int) -> list[str]:
        return [each.symbol for each in service.search("usd", "", "", max_results, offset)]

    whole = found(50, 0)
    assert [symbol for start in range(0, 9, 3) for symbol in found(3, start)] == whole
    assert found(50, 4) == whole[4:]
    assert found(3, len(whole)) == []
