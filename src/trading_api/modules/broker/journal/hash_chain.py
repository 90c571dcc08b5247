"""The hash chain through one account's events, which shows every later change."""

from hashlib import sha256


def first_hash(account_id: str) -> str:
    """Return the hash before an account's first event; it differs between accounts."""
    return sha256(account_id.encode()).hexdigest()


def next_hash(previous: str, seq: int, kind: str, payload: str) -> str:
    """Return the hash of an event that follows the event with the hash `previous`."""
    return sha256(f"{previous}\n{seq}\n{kind}\n{payload}".encode()).hexdigest()


def snapshot_hash(event_hash: str, seq: int, payload: str) -> str:
    """Return the hash of the snapshot of an account after the event `seq`, whose hash is given."""
    return next_hash(event_hash, seq, "AccountSnapshot", payload)
