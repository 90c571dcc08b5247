"""The limit of open files, of which each connection is one."""

import resource

OPEN_FILES_MAX = 65_536


def raise_open_files_limit() -> int:
    """As far as this process may; the limit there is then. Most systems begin with 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
