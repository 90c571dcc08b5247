"""The check that FastWS is installed.

FastWS pins `fastapi==0.100.0`, although it runs with current versions. An installer rejects both
together, so this package does not name FastWS as a dependency."""

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

FASTWS_REQUIREMENT = "fastws==0.1.7"


def check_installation() -> None:
    """Exit with status 2 if FastWS is missing, and print the command that installs it.

    The command is a line of its own on standard error. The function imports only the standard
    library, so it also works where other packages are missing."""
    if find_spec("fastws") is not None:
        return
    print(
        "trading-api: FastWS is missing. It is installed by a command of its own, because it"
        f" pins an old FastAPI:\n{_install_command()}",
        file=sys.stderr,
    )
    sys.exit(2)


def _install_command() -> str:
    """Return the shell command that installs FastWS in the environment of this process."""
    python = Path(sys.executable)
    if find_spec("pip") is None:
        # uv creates environments without pip.
        installer = ["uv", "pip", "install", "--python", str(python)]
    elif shutil.which("pip") == str(python.with_name("pip")):
        installer = ["pip", "install"]
    else:
        installer = [str(python), "-m", "pip", "install"]
    return shlex.join([*installer, "--no-deps", FASTWS_REQUIREMENT])
