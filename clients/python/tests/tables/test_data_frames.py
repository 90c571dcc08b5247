"""Tables as DataFrames of pandas and polars."""

import subprocess
import sys
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pytest

from clients.python.tests.tables.samples import BAR, CASH_LINE, EXECUTION, ORDER, TIME_MS
from trading_api_client import models
from trading_api_client.models import (
    Bar,
    BrokerEvent,
    Execution,
    OrderStatus,
    Position,
    QuoteData,
    QuoteError,
    QuoteValues,
    Side,
)
from trading_api_client.tables import MissingLibrary, to_pandas, to_polars
from trading_api_client.tables.column import TIME_FIELDS, columns_of
from trading_api_client.tables.pandas_table import to_timestamps

TYPES = [
    each
    for each in vars(models).values()
    if isinstance(each, type) and issubclass(each, msgspec.Struct)
]


def test_a_frame_has_the_columns_of_the_wire_in_its_order() -> None:
    expected = list(Execution.__struct_fields__)
    assert list(to_pandas([EXECUTION]).columns) == expected
    assert to_polars([EXECUTION]).columns == expected


def test_times_are_aware_datetimes_in_utc_or_in_the_zone_that_the_caller_names() -> None:
    utc = pd.Timestamp(TIME_MS, unit="ms", tz="UTC")
    assert to_pandas([EXECUTION]).time[0] == utc
    local = to_pandas([EXECUTION], zone="America/New_York").time[0]
    assert local == utc
    assert str(local) == "2026-09-21 10:13:20.250000-04:00"
    assert to_polars([EXECUTION])["time"][0] == utc.to_pydatetime()
    schema = to_polars([EXECUTION], zone="America/New_York").schema
    assert schema["time"] == pl.Datetime("ms", "America/New_York")


def test_enumerations_are_categories_with_the_names_of_all_members() -> None:
    frame = to_pandas([ORDER])
    assert list(frame.status) == ["WORKING"]
    assert list(frame.status.cat.categories) == [each.name for each in OrderStatus]
    assert list(frame["duration.type"]) == ["GTC"]
    assert to_polars([ORDER])["side"].to_list() == ["SELL"]
    assert to_polars([ORDER]).schema["side"] == pl.Enum([each.name for each in Side])


def test_a_field_without_a_value_is_missing() -> None:
    frame = to_pandas([ORDER])
    for name in ("stopPrice", "duration.datetime", "message.text", "parentType", "version"):
        assert frame[name].isna().all(), name
        assert to_polars([ORDER])[name].null_count() == 1, name


@pytest.mark.parametrize("row", [EXECUTION, ORDER, CASH_LINE, BAR])
def test_an_empty_table_has_the_types_of_a_full_one(row: msgspec.Struct) -> None:
    full, empty = to_pandas([row]), to_pandas([], type(row))
    assert empty.empty
    assert list(empty.dtypes) == list(full.dtypes)
    assert list(empty.columns) == list(full.columns)
    assert empty.index.dtype == full.index.dtype
    assert to_polars([], type(row)).schema == to_polars([row]).schema


def test_numbers_are_float64_and_integers_stay_integers() -> None:
    frame = to_pandas([CASH_LINE])
    assert {name: str(frame[name].dtype) for name in ("seq", "amount", "balance", "symbol")} == {
        "seq": "int64",
        "amount": "float64",
        "balance": "float64",
        "symbol": "string",
    }


def test_the_index_of_bars_is_their_time() -> None:
    frame = to_pandas([BAR, BAR])
    assert frame.index.name == "time"
    assert list(frame.columns) == ["open", "high", "low", "close", "volume"]
    assert frame.resample("1h").volume.sum().iloc[0] == 200
    assert to_polars([BAR]).columns[0] == "time"


def test_a_quote_has_the_columns_of_its_values_and_of_its_error() -> None:
    texts = ("short_name", "exchange", "description", "original_name")
    values = {each: "AAPL" if each in texts else 1.5 for each in QuoteValues.__struct_fields__}
    quotes = [
        QuoteData(s="ok", n="AAPL", v=msgspec.convert(values, QuoteValues)),
        QuoteData(s="error", n="NONE", v=QuoteError(error="unknown")),
    ]
    for frame in (to_pandas(quotes), to_polars(quotes)):
        assert list(frame.columns) == ["s", "n", *QuoteValues.__struct_fields__, "error"]
        assert list(frame["n"]) == ["AAPL", "NONE"]
        assert frame["bid"][0] == 1.5
        assert frame["error"][1] == "unknown"
    assert str(to_pandas(quotes).bid.dtype) == "float64"


def test_what_is_no_single_value_is_text_in_json() -> None:
    position = Position(id="AAPL", symbol="AAPL", qty=0, side=Side.BUY, avgPrice=1)
    event = BrokerEvent(seq=3, type="accountReset", time=TIME_MS, positions=[position])
    text = '[{"id":"AAPL","symbol":"AAPL","qty":0,"side":1,"avgPrice":1}]'
    assert to_pandas([event])["positions"][0] == text
    assert to_polars([event])["positions"][0] == text


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.__name__)
def test_every_type_of_the_wire_has_columns(type_: type[msgspec.Struct]) -> None:
    names = [column.name for column in columns_of(type_)]
    assert len(set(names)) == len(names)
    assert len(to_polars([], type_).columns) == len(names)


def test_every_field_with_a_time_is_known() -> None:
    ends = ("time", "Time", "Ms", "_ms", "datetime", "timestamp")
    found = {
        field.name
        for type_ in TYPES
        for field in msgspec.structs.fields(type_)
        if field.name.endswith(ends) and field.type not in (str, bool)
    }
    assert found - {"by_ms", "to_ms"} <= TIME_FIELDS


def test_an_empty_table_without_a_type_is_refused() -> None:
    with pytest.raises(ValueError, match="The type of the rows of an empty table is missing"):
        to_pandas([])
    with pytest.raises(ValueError, match="The type of the rows of an empty table is missing"):
        to_polars([])


@pytest.mark.parametrize(("library", "convert"), [("pandas", to_pandas), ("polars", to_polars)])
def test_a_missing_library_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, convert: Any
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibrary) as caught:
        convert([BAR], Bar)
    expected = f'{library} is not installed: pip install "trading-api-client[{library}]"'
    assert str(caught.value) == expected


def test_no_optional_library_is_imported_before_it_is_needed() -> None:
    program = """
import sys
import trading_api_client, trading_api_client.tables, trading_api_client.accounting.account_export
assert not {"bokeh", "pandas", "polars", "pyarrow", "trading_api"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_timestamps_are_also_made_of_an_array() -> None:
    index = to_timestamps(np.array([TIME_MS], dtype=np.int64))
    assert index.equals(to_timestamps([TIME_MS]))
    assert list(to_timestamps([None]).isna()) == [True]
