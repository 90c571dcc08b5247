"""The version of a ledger's tables, and the migrations that bring older ones to the newest."""

from __future__ import annotations

from importlib.resources import as_file, files

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.sql.tables import METADATA


def schema_version(connection: Connection) -> str | None:
    """Return the version of the last migration, or None for a database without a ledger."""
    with connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def check_version(connection: Connection, newest: str, place: object) -> None:
    """Raise ConfigurationError if the ledger at `place` does not have the newest version."""
    found = schema_version(connection)
    if found != newest:
        raise ConfigurationError(_version_error(place, found, newest))


def create_tables(connection: Connection, newest: str) -> None:
    """Create the tables of the newest version in a database without a ledger.

    The migrations give the same tables in ten times the time."""
    with connection.begin():
        METADATA.create_all(connection, checkfirst=False)
        _VERSIONS.create(connection, checkfirst=False)
        connection.execute(_VERSIONS.insert(), {"version_num": newest})


def upgrade(
    connection: Connection, package: str, found: str | None, newest: str, place: object
) -> None:
    """Run the migrations of a package from version `found` to the newest. Raises
    ConfigurationError for a version that the package does not know."""
    # Imported here: it takes 0.17 s and is seldom needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    with as_file(files(package) / "migrations") as scripts:
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        if found is not None:
            try:
                ScriptDirectory.from_config(config).get_revision(found)
            except CommandError:
                raise ConfigurationError(_version_error(place, found, newest)) from None
        config.attributes["connection"] = connection
        command.upgrade(config, newest)


_VERSIONS = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""The table in which Alembic finds the version."""


def _version_error(place: object, found: str | None, newest: str) -> str:
    if found is None:
        return f"{place} (DATABASE_URL) holds no ledger."
    if found > newest:
        return (
            f"The ledger {place} (DATABASE_URL) is of version {found}, newer than {newest}, the "
            "newest that this program knows; start the newer program."
        )
    return (
        f"The ledger {place} (DATABASE_URL) is of version {found}; starting the server brings it "
        f"to {newest}."
    )
