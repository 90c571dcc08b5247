"""Runs a program that ends with the process that started it:
`python bound_to_parent.py PROGRAM ARGUMENT...`. Only Linux can do that; elsewhere it stays."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process receives when its parent dies."""


def main(command: list[str]) -> None:
    # A process group of its own: Ctrl-C reaches the parent, which stops it after its users.
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
