"""Names to store the symbols of data vendors by, such as BTC/USDT and ^GSPC."""

from __future__ import annotations

import re

from trading_api.modules.datafeed.storage.store import is_symbol

_OTHER_CHARACTERS = "/!^=@#&+*$ "
_OTHERS = re.compile(f"[{re.escape(_OTHER_CHARACTERS)}]+")


def to_symbol(text: str) -> str | None:
    """Return the name that a symbol is stored by: BTC-USDT for BTC/USDT, ES1 for ES1!, GSPC for
    ^GSPC, EURUSD-X for EURUSD=X. None for a text that is no symbol, or one in lower case."""
    symbol = _OTHERS.sub("-", text.strip(_OTHER_CHARACTERS))
    return symbol if is_symbol(symbol) else None
