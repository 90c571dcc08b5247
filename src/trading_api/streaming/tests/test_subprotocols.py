import pytest

from trading_api.streaming.subprotocols import UnknownSubprotocol, select_subprotocol


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        ([], None),
        ([""], None),
        (["trading-api"], "trading-api"),
        (["graphql-ws", "trading-api"], "trading-api"),
        (["bearer.a.b.c", "trading-api"], "trading-api"),
        (["bearer.a.b.c"], None),
        (["graphql-ws", "bearer.a.b.c"], None),
    ],
)
def test_the_preferred_known_subprotocol_is_selected(
    offered: list[str], selected: str | None
) -> None:
    assert select_subprotocol(offered) == selected


@pytest.mark.parametrize("offered", [["graphql-ws"], ["Trading-Api", "trading-api.v9"], ["bearer"]])
def test_an_offer_without_a_known_subprotocol_is_refused(offered: list[str]) -> None:
    with pytest.raises(UnknownSubprotocol):
        select_subprotocol(offered)
