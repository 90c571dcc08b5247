"""Lists of the wire's objects in the REPL and in a notebook."""

import copy
import pickle

import msgspec
import pytest

from clients.python.tests.tables.samples import CASH_LINE, EXECUTION, ORDER
from trading_api_client.models import CashLine, Execution, PlacedOrder
from trading_api_client.tables import ModelList
from trading_api_client.tables.decimal_text import decimal_text


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def test_a_list_is_shown_as_a_table() -> None:
    lines = ModelList(CashLine, [CASH_LINE])
    assert repr(lines) == (
        "seq  kind        amount  balance                     time  symbol  orderId  executionId\n"
        "  7  commission    -0.1  99999.9  2026-09-21 14:13:20.250  AAPL    order-1  execution-1\n"
        "[1 row of CashLine, times in UTC]"
    )


def test_columns_without_a_value_are_left_out_and_those_that_do_not_fit_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert repr(ModelList(PlacedOrder, [ORDER])) == (
        "id       symbol  type        side  qty  status   limitPrice\n"
        "order-1  AAPL    STOP_LIMIT  SELL   10  WORKING      187.44\n"
        "[1 row of PlacedOrder, times in UTC; also duration.type, updateTime]"
    )


def test_a_long_list_shows_its_ends() -> None:
    rows = [
        msgspec.structs.replace(EXECUTION, id=f"execution-{number}", price=1.0)
        for number in range(1_234)
    ]
    shown = repr(ModelList(Execution, rows)).splitlines()
    assert len(shown) == 1 + 20 + 1 + 1
    assert shown[10].startswith("execution-9 ")
    assert shown[11].startswith("... ")
    assert shown[12].startswith("execution-1224 ")
    assert shown[-1] == "[1,234 rows of Execution, times in UTC]"


def test_an_empty_list_is_shown_with_its_type() -> None:
    assert repr(ModelList(Execution)) == "[no rows of Execution]"
    assert ModelList(Execution)._repr_html_() == "<p>no rows of Execution</p>"


def test_a_notebook_shows_a_table_whose_texts_are_escaped() -> None:
    line = CashLine(seq=1, kind="<b>", amount=1, balance=2, time=1_790_000_000_000)
    assert ModelList(CashLine, [line])._repr_html_() == (
        "<table><thead><tr><th>seq</th><th>kind</th><th>amount</th><th>balance</th><th>time</th>"
        "</tr></thead><tbody><tr><td>1</td><td>&lt;b&gt;</td><td>1</td><td>2</td>"
        "<td>2026-09-21 14:13:20</td></tr></tbody></table>"
        "<p>1 row of CashLine, times in UTC</p>"
    )


def test_a_list_is_an_ordinary_list_with_a_type() -> None:
    rows = ModelList(Execution, [EXECUTION, EXECUTION])
    assert rows == [EXECUTION, EXECUTION]
    assert isinstance(rows[:1], ModelList)
    assert rows[0] is EXECUTION
    for same in (copy.copy(rows), pickle.loads(pickle.dumps(rows))):
        assert same == rows
        assert same.type_ is Execution
    assert len(ModelList(Execution).to_pandas().columns) == 9
    assert rows.to_polars().height == 2


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (100_000.0, "100000"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (187.44, "187.44"),
        (10, "10"),
    ],
)
def test_a_number_is_decimal_text_without_an_exponent(number: float, text: str) -> None:
    assert decimal_text(number) == text
