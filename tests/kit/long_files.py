"""The files of tests that take longest."""

from __future__ import annotations

LONG_FILES = (
    "tests/test_workers.py",
    "tests/test_soak.py",
    "tests/test_recovery.py",
    "tests/test_command_line.py",
    "tests/test_trading_hours_of_symbols.py",
    "src/trading_api/modules/datafeed/venues/tests/test_ccxt_source.py",
    "src/trading_api/modules/broker/external/alpaca/tests/test_alpaca_random_faults.py",
    "tests/test_step_clock_skipping.py",
    "src/trading_api/modules/broker/external/ccxt/tests/test_ccxt_random_faults.py",
    "tests/test_alpaca_account.py",
    "src/trading_api/relay/tests/test_faulty_bus.py",
    "tests/test_fuzzing.py",
    "tests/chaos/test_judge.py",
    "tests/test_faults.py",
    "src/trading_api/backtest/tests/test_skipping_steps.py",
    "src/trading_api/modules/broker/engine/tests/test_engine_properties.py",
    "tests/test_live_trading.py",
    "tests/clients/test_alpaca_py_data.py",
    "tests/test_msgpack.py",
    "tests/test_paused_process.py",
    "clients/python/tests/test_scenarios.py",
    "tests/test_live_kills.py",
    "src/trading_api/modules/broker/ownership/tests/test_owned_brokers.py",
    "src/trading_api/modules/broker/external/ccxt/tests/test_ccxt_faults.py",
    "tests/test_live_market.py",
    "tests/test_step_clock.py",
    "tests/contract/test_lightweight_charts.py",
    "src/trading_api/connectors/tests/test_connector_process.py",
    "clients/python/tests/test_examples.py",
)
"""In this order, the longest first: `make test` begins with them, so that at its end no process
waits for another one's long file. `--durations` of pytest shows what belongs here."""
