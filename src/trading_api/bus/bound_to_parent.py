"""Runs a program that ends with the process that started it:
`python bound_to_parent.py [--own-group] PROGRAM ARGUMENT...`. Only Linux can do that; elsewhere it
stays."""

import ctypes
import os
import signal
import sys

OWN_GROUP = "--own-group"
PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process receives when its parent dies."""


def command(*options: str) -> list[str]:
    """Return the beginning of the command line that runs a program under this one."""
    return [sys.executable, "-I", "-S", __file__, *options]


def main(command: list[str]) -> None:
    if command[0] == OWN_GROUP:
        # Ctrl-C reaches the parent alone, which stops this program after its users.
        os.setpgid(0, 0)
        del command[0]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
