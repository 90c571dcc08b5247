"""Random texts that an account stores: notifications, and names of which some are refused."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from trading_api.domain.notification import Notification, Severity

NOTIFICATIONS = st.builds(
    Notification,
    severity=st.sampled_from(Severity),
    code=st.sampled_from(["alert_fired", "session_closing"]),
    text=st.just("Something happened."),
    reference=st.dictionaries(
        st.sampled_from(["symbol", "price", "alertId"]),
        st.just("AAPL") | st.integers(0, 9) | st.sampled_from([Decimal(95), Decimal("99.999")]),
    ),
)
NAMES = st.sampled_from(
    [
        *(None, "", "a", "A b", " a", "b\n", "live-1", "a\u202eb", "\u2007", "x" * 64, "x" * 65),
        *("L\u0406VE-1", "\uff2c\uff29\uff36\uff25-1", "LIVE\u2013", "A\u0412", "\u0410 B"),
        *("a\u3164", "\u00e9", "\uff21b", "\U0001d401", "a\ufe0f", "a\u200db", "\u2764\ufe0f"),
        *("\U0001f469\u200d\U0001f4bb", "m\u00b2"),
    ]
)
