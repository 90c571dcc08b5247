"""The operations that the WebSocket application is put together from."""

from __future__ import annotations

import pytest
from fastws import OperationRouter
from fastws.routing import Operation

from tests.kit.echo_route import EchoApp


async def _answer() -> None:
    """Answer nothing."""


def _router(*names: str) -> OperationRouter:
    return OperationRouter(routes=[Operation(name, _answer, "SEND") for name in names])


@pytest.mark.parametrize("routers", [[("a", "b", "a")], [("a", "b"), ("c", "a")]])
def test_a_name_of_two_operations_is_an_error_at_the_start(routers: list[tuple[str, ...]]) -> None:
    ws_app = EchoApp().ws_app
    *before, last = [_router(*names) for names in routers]
    for router in before:
        ws_app.include_router(router)
    with pytest.raises(AssertionError, match="there are two operations a"):
        ws_app.include_router(last)
    ws_app.include_router(_router("d"))
