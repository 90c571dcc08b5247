"""Which request caused an event, where its caller named it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "named_requests",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", name="pk_named_requests"),
        sa.ForeignKeyConstraint(
            ["account_id", "seq"],
            ["events.account_id", "events.seq"],
            name="fk_named_requests_events",
        ),
    )
