"""The migrations as they must not be made, for a control: each statement is kept by itself."""

from alembic import command

from riskreg import create_app, migrate
from riskreg.db import db, opened
from riskreg.settings import Settings


def main() -> None:
    """Upgrade without waiting for anybody."""
    with opened(create_app(Settings.from_env())):
        db.engine.update_execution_options(isolation_level="AUTOCOMMIT")
        command.upgrade(migrate.config(), "head")


if __name__ == "__main__":
    main()
