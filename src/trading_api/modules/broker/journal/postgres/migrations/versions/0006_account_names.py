"""The names of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("name", sa.Text(collation="C"), nullable=False, server_default="")
    )
