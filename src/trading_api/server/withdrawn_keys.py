"""Sessions end with the key that their token is signed with."""

from websockets.frames import CloseCode

from trading_api.auth.tokens import TokenVerifier
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter

REASON = "The key of the token is not accepted any more; connect again with a fresh token"


def close_withdrawn_sessions(ws_app: FastWSAdapter, tokens: TokenVerifier) -> None:
    """Close the sessions whose token is signed with a key that was withdrawn, with 1008."""
    for session in ws_app.sessions():
        if session.principal is not None and not tokens.is_current(session.principal):
            session.request_close(CloseCode.POLICY_VIOLATION, REASON)
