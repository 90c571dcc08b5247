"""What remains of an account's removed events, and how it is proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256

import msgspec

from trading_api.modules.broker.journal.sql.projections import Row

RowSeqs = Mapping[str, Mapping[str, int]]
"""By table, the `seq` of each row by the id of its order or the symbol of its position."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row of the table `anchors`: an account after its event `seq`, all of whose events up to
    there were removed."""

    account_id: str
    seq: int
    hash: str
    payload: str
    row_seqs: str
    opened_ms: int
    updated_ms: int
    keys_hash: str
    proof: str = ""

    def row(self) -> Row:
        return astuple(self)

    def proved(self) -> Anchor:
        """Return the anchor with the proof by which every later change to it shows."""
        text = "\n".join(map(str, self.row()[:-1]))
        return replace(self, proof=sha256(text.encode()).hexdigest())


def encode_row_seqs(row_seqs: RowSeqs) -> str:
    return msgspec.json.encode(row_seqs).decode()


def decode_row_seqs(row_seqs: str) -> RowSeqs:
    return msgspec.json.decode(row_seqs, type=dict[str, dict[str, int]])


def hash_of_keys(keys: Iterable[Row]) -> str:
    """Return the hash of the rows of idempotency keys, in the order of `seq`."""
    digest = sha256()
    for row in keys:
        digest.update(f"{row!r}\n".encode())
    return digest.hexdigest()
