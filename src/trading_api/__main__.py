"""The command `trading-api`, which is also `python -m trading_api`."""

import gc
import sys

from trading_api.installation import check_installation


def main() -> int:
    """Run the command line and return the exit status. Without FastWS, the status is 2."""
    check_installation()
    # What is imported is no garbage, and looking for some takes a tenth of the time of a start.
    gc.disable()
    # Imported after the check, because the command line imports FastWS.
    from trading_api.cli import main as run_command_line

    gc.freeze()
    gc.enable()
    return run_command_line()


if __name__ == "__main__":
    sys.exit(main())
