"""Write everything that is generated in Python, or with --check only report what is stale.

One process imports the application once for all generators."""

import sys

import export_asyncapi_spec
import export_openapi_spec
import generate_blocking_client
import generate_python_models
import generate_ws_router

GENERATORS = (
    generate_ws_router.main,
    export_openapi_spec.main,
    export_asyncapi_spec.main,
    generate_python_models.main,
    generate_blocking_client.main,
)
"""In this order, because later ones read what earlier ones write."""


def main() -> int:
    return max([generate() for generate in GENERATORS])


if __name__ == "__main__":
    sys.exit(main())
