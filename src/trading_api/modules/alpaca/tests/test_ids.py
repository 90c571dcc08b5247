"""UUIDs decode to the ids that they encode, in their own account only."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.alpaca.ids import RecordKind, asset_uuid, numbered_id, numbered_uuid

accounts = st.text(st.characters(codec="ascii"), min_size=1, max_size=64)
kinds: st.SearchStrategy[RecordKind] = st.sampled_from(["order", "execution", "cash"])


@given(account=accounts, other=accounts, kind=kinds, number=st.integers(1, 2**48 - 1))
def test_a_uuid_is_resolved_in_its_account_alone(
    account: str, other: str, kind: RecordKind, number: int
) -> None:
    id = f"{kind}-{number}"
    uuid = numbered_uuid(account, id)
    assert UUID(str(uuid)) == uuid
    assert (uuid.version, uuid.variant) == (8, "specified in RFC 4122")
    assert numbered_id(account, kind, uuid) == id
    for another in ("order", "execution", "cash"):
        if (other, another) != (account, kind):
            assert numbered_id(other, another, uuid) is None


@given(uuid=st.uuids())
def test_a_foreign_uuid_names_nothing(uuid: UUID) -> None:
    assert numbered_id("ACCOUNT", "order", uuid) is None


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD"])
def test_uuids_never_change(symbol: str) -> None:
    """Clients store them."""
    assert (
        str(asset_uuid(symbol))
        == {
            "AAPL": "0013ae2d-4ed6-5e63-8c3a-ede02de808da",
            "BTCUSD": "720099d3-fb71-5d8a-85b5-e69bc2916bf8",
        }[symbol]
    )
    expected = "906a54c8-4e22-8702-b348-000000000007"
    assert str(numbered_uuid("DEMO-ACCOUNT", "order-7")) == expected
