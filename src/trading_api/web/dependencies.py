"""The only place where endpoints look up the services of the modules."""

from typing import Any

from fastapi import Depends, Request


def get_service(module: str) -> Any:
    """Return a dependency that resolves to the service of the named module.

    Example: `service: Annotated[DatafeedService, get_service("datafeed")]`.
    """

    async def resolve(request: Request) -> Any:
        return request.app.state.services[module]

    return Depends(resolve)
