"""Check the migrations: one head, they build the tables from nothing, and the models agree.

Runs on SQLite, and on PostgreSQL where there is one. Started by `dev.py check migrations`.
"""

import os
import subprocess
import sys
import tempfile

from alembic.script import ScriptDirectory

from riskreg import migrate
from tests import postgres


def main() -> int:
    """Return 1 if anything is wrong, after saying what."""
    heads = ScriptDirectory.from_config(migrate.config()).get_heads()
    if len(heads) != 1:
        print(f"There must be one last migration, and there are {len(heads)}: {', '.join(heads)}.")
        return 1
    failed = _differs("")
    try:
        if postgres.ensure_server() is None:
            print(f"Not tried on PostgreSQL: {postgres.missing_reason()}")
        else:
            failed = _differs(postgres.create_database("migrations")) or failed
    finally:
        postgres.stop_server()
    return int(failed)


def _differs(url: str) -> bool:
    """Upgrade the empty database at this address (none: SQLite) and compare it to the models."""
    with tempfile.TemporaryDirectory() as home:
        environ = {name: word for name, word in os.environ.items() if "RISKREG" not in name}
        environ |= {"RISKREG_HOME": home} | ({"RISKREG_DATABASE_URL": url} if url else {})
        return any(
            subprocess.run(
                [sys.executable, "-m", "riskreg", "db", act], env=environ, check=False
            ).returncode
            for act in ("upgrade", "check")
        )


if __name__ == "__main__":
    sys.exit(main())
