"""The limit of open files. Each connection counts as one."""

import asyncio
import errno
import logging
import os
import resource

log = logging.getLogger(__name__)

OPEN_FILES_MAX = 65_536
CHECK_INTERVAL_S = 1.0
WARNING_SHARE = 0.9


def raise_open_files_limit() -> int:
    """Raise the limit as far as this process may, and return it. The usual default is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


class OpenFilesWatch:
    """Watches whether the process can still open files.

    Where it cannot, the event loop closes new connections without a word.
    """

    def __init__(self) -> None:
        self.exhausted_checks = 0
        self._is_exhausted = False
        self._is_nearly_exhausted = False

    async def run(self) -> None:
        """Check every `CHECK_INTERVAL_S` until cancelled."""
        while True:
            self.check()
            await asyncio.sleep(CHECK_INTERVAL_S)

    def check(self) -> None:
        """Open a file, and log once when that begins to fail, succeeds again, or soon may fail."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            lowest_free = os.open(os.devnull, os.O_RDONLY)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self.exhausted_checks += 1
            if not self._is_exhausted:
                log.error("open_files_exhausted", extra={"limit": limit, "error": str(error)})
            self._is_exhausted = True
            return
        os.close(lowest_free)
        if self._is_exhausted:
            log.warning("open_files_available", extra={"limit": limit})
        self._is_exhausted = False
        # File descriptors are given out from the lowest, so that it is about their number.
        is_nearly_exhausted = lowest_free > WARNING_SHARE * limit
        if is_nearly_exhausted and not self._is_nearly_exhausted:
            log.warning("open_files_nearly_exhausted", extra={"limit": limit, "open": lowest_free})
        self._is_nearly_exhausted = is_nearly_exhausted

    def health(self) -> str | None:
        """Return that no file can be opened, or None."""
        return "the limit of open files is reached" if self._is_exhausted else None
