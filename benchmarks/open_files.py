"""The limit of open files, which thousands of connections meet."""

import resource


def raise_open_files_limit() -> int:
    """As far as this process may; the limit there is then."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
