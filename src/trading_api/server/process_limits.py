"""The limit of open files. Each connection counts as one."""

import resource

OPEN_FILES_MAX = 65_536


def raise_open_files_limit() -> int:
    """Raise the limit as far as this process may, and return it. The usual default is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
