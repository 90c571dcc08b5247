"""The one place where endpoints get their services."""

from typing import Any

from fastapi import Depends, Request


def service_of(module: str) -> Any:
    """`service: Annotated[DatafeedService, service_of("datafeed")]`"""

    async def provide(request: Request) -> Any:
        return request.app.state.services[module]

    return Depends(provide)
