"""A process that imports the application as ASGI servers do, and runs it with its policy.

Run it as a process: `python -m trading_api.server.tests.served_policy`."""

import asyncio
import gc

from trading_api.main import app
from trading_api.server.gc_policy import GcPolicy


async def main() -> None:
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0)
        owners = [getattr(each, "__self__", None) for each in gc.callbacks]
        assert any(isinstance(each, GcPolicy) for each in owners), "no policy"
        assert gc.get_freeze_count() > 0


if __name__ == "__main__":
    asyncio.run(main())
