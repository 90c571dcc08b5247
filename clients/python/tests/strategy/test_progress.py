"""The progress bar of a run."""

from __future__ import annotations

import io
import sys

import pytest

from trading_api_client.strategy.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_much_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(100, "%", True) as progress:
        progress.reach(40)
    assert "0/100 %" in terminal.getvalue()


@pytest.mark.parametrize("is_wanted", [True, False])
def test_nothing_is_shown_without_a_terminal_or_if_it_is_not_wanted(
    is_wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO() if is_wanted else Terminal()
    monkeypatch.setattr(sys, "stderr", written)
    with Progress(2, "runs", is_wanted) as progress:
        assert progress.counted(7) == 7
    assert written.getvalue() == ""
