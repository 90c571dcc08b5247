"""The full names of subjects on a server that other deployments may use too."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_KNOWN_SUBJECTS_MAX = 4096


@lru_cache(_KNOWN_SUBJECTS_MAX)
def full_subject(prefix: str, subject: str) -> str:
    """Return the subject with the prefix in front. A malformed subject is a bug."""
    assert _WORDS.fullmatch(subject), f"malformed subject {subject!r}"
    return f"{prefix}.{subject}"


@lru_cache(_KNOWN_SUBJECTS_MAX)
def request_subject(prefix: str, subject: str) -> str:
    """Return the full name for the requests of a subject, which its messages do not reach.

    No subject has a slash. Both servers allow one."""
    return f"{full_subject(prefix, subject)}/requests"
