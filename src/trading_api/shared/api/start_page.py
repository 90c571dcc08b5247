"""Where someone who opens the bare address lands."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from trading_api.shared.api.versions import DOCS_URL

router = APIRouter(include_in_schema=False)


@router.get("/")
async def start_page() -> RedirectResponse:
    return RedirectResponse(DOCS_URL)
