"""The versions of the API."""

from typing import Annotated, Literal

from trading_api.models.common import NamedLiteral, WireModel, example

_VERSION = {
    "version": "v1",
    "status": "stable",
    "release_date": "2026-11-21",
    "breaking_changes": [],
}


class VersionInfo(WireModel):
    """A version of the API. `release_date` is an ISO 8601 date."""

    model_config = example(_VERSION)

    version: str
    status: Annotated[Literal["stable", "deprecated", "planned"], NamedLiteral("VersionStatus")]
    release_date: str
    breaking_changes: list[str]


class APIMetadata(WireModel):
    """Every version of the API that this server offers."""

    model_config = example(
        {
            "current_version": "v1",
            "available_versions": [_VERSION],
            "documentation_url": "/api/v1/docs",
        }
    )

    current_version: str
    available_versions: list[VersionInfo]
    documentation_url: str
