"""Idempotency keys, which make commands safe to repeat."""

from __future__ import annotations

import secrets


def new_idempotency_key() -> str:
    """Return 128 random bits in hex."""
    return secrets.token_hex(16)
