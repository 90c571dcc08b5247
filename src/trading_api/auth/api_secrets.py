"""Secrets of clients that cannot send a token: creates, hashes and verifies them."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes, token_urlsafe

_NO_SECRET = token_bytes(32)


def new_secret() -> str:
    """Return 256 random bits as 43 characters that URLs and JSON need not escape."""
    return token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 digest under which a secret is stored.

    A password hash would add nothing: 256 random bits cannot be guessed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def secret_matches(secret: str, digest: bytes | None) -> bool:
    """Return whether a secret has the stored digest. Without a digest, because the id is unknown,
    it returns False after the same time."""
    is_equal = compare_digest(hash_secret(secret), digest or _NO_SECRET)
    return is_equal and digest is not None
