"""The command `trading-api`, which is also `python -m trading_api`."""

import sys

from trading_api.installation import check_installation


def main() -> int:
    """Run the command line and return the exit status. Without FastWS, the status is 2."""
    check_installation()
    # Imported after the check, because the command line imports FastWS.
    from trading_api.cli import main as run_command_line

    return run_command_line()


if __name__ == "__main__":
    sys.exit(main())
