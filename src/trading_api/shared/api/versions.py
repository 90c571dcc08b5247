"""GET /versions and /version: the versions of the API."""

from trading_api.models.versioning import APIMetadata, VersionInfo
from trading_api.version import RELEASE_DATE
from trading_api.web.json_route import StrictJSONRouter
from trading_api.web.paths import DOCS_URL

API_VERSION = "v1"

router = StrictJSONRouter(tags=["versions"])

_current = VersionInfo(
    version=API_VERSION, status="stable", release_date=RELEASE_DATE, breaking_changes=[]
)


@router.get("/versions", operation_id="getAPIVersions", summary="Every version of the API")
async def get_api_versions() -> APIMetadata:
    return APIMetadata(
        current_version=API_VERSION, available_versions=[_current], documentation_url=DOCS_URL
    )


@router.get("/version", operation_id="getCurrentAPIVersion", summary="The version of this API")
async def get_current_api_version() -> VersionInfo:
    return _current
