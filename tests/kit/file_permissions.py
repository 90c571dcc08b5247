"""Make the permissions of files apply to root too."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1 << 1, 1 << 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def enforced_permissions() -> Iterator[None]:
    """Drop root's right to ignore the modes of files, for this thread and those it starts.

    The user stays the same, so that the interpreter and the clone can still be read, wherever they
    are. For other users this does nothing.
    """
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = _Header(_VERSION_3, 0)
    capabilities = (_Capabilities * 2)()

    def call(function: str) -> None:
        if getattr(libc, function)(ctypes.byref(header), capabilities):
            raise OSError(ctypes.get_errno(), function)

    call("capget")
    before = capabilities[0].effective
    capabilities[0].effective = before & ~(_CAP_DAC_OVERRIDE | _CAP_DAC_READ_SEARCH)
    call("capset")
    try:
        yield
    finally:
        capabilities[0].effective = before
        call("capset")
