"""The chain of hashes through one account's events."""

from hashlib import sha256


def first_hash(account_id: str) -> str:
    """What an account's first event follows, so that no chain fits another account."""
    return sha256(account_id.encode()).hexdigest()


def next_hash(previous: str, seq: int, kind: str, payload: str) -> str:
    return sha256(f"{previous}\n{seq}\n{kind}\n{payload}".encode()).hexdigest()
