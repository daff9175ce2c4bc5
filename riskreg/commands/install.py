"""riskreg init, serve, db, user: bring an installation up."""

import argparse
import sys
from typing import Any


def add_commands(subparsers: Any) -> None:
    """Add the commands."""
    init = subparsers.add_parser(
        "init",
        help="make the tables, the default content and the first administrator",
        epilog="Example: riskreg init",
    )
    init.add_argument(
        "--no-input", action="store_true", help="ask nothing; print a one-time set-up code"
    )
    init.set_defaults(run=run_init, needs_tables=False)

    serve = subparsers.add_parser(
        "serve", help="serve the pages", epilog="Example: riskreg serve --port 8000"
    )
    serve.add_argument("--host", help="address to listen on (default: RISKREG_HOST)")
    serve.add_argument("--port", type=int, help="port to listen on (default: RISKREG_PORT)")
    serve.add_argument(
        "--no-worker", action="store_true", help="leave background work to `riskreg worker`"
    )
    serve.set_defaults(run=run_serve, needs_app=False)

    _add_database(subparsers)

    user = subparsers.add_parser(
        "user", help="look after people", epilog="Example: riskreg user add ada@example.org"
    )
    actions = user.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = actions.add_parser(
        "add",
        help="add a person",
        epilog="Example: riskreg user add ada@example.org --role engineer --team warehouse",
    )
    add.add_argument("email")
    add.add_argument("--name", default="")
    add.add_argument("--team", default="", metavar="SLUG", help="default: the root team")
    add.add_argument("--role", default="viewer", choices=["viewer", "engineer", "manager", "admin"])
    add.set_defaults(run=run_user_add)
    lost = actions.add_parser(
        "end-second-factor",
        help="take a lost second factor away",
        epilog="Example: riskreg user end-second-factor ada@example.org",
    )
    lost.add_argument("email", help="their e-mail")
    lost.set_defaults(run=run_user_end_second_factor)


def _add_database(subparsers: Any) -> None:
    database = subparsers.add_parser(
        "db", help="look after the database", epilog="Example: riskreg db upgrade"
    )
    actions = database.add_subparsers(title="commands", metavar="COMMAND", required=True)
    upgrade = actions.add_parser("upgrade", help="bring the tables up to date")
    upgrade.add_argument(
        "--no-backup", action="store_true", help="make none of what is there before"
    )
    upgrade.set_defaults(run=run_upgrade, needs_tables=False)
    check = actions.add_parser("check", help="exit 1 when tables and program differ")
    check.set_defaults(run=run_check, needs_tables=False)
    copy = actions.add_parser(
        "copy",
        help="copy everything into another, empty database, and compare",
        epilog="Example: riskreg db copy --to postgresql://riskreg@db.example.org/riskreg",
    )
    copy.add_argument("--to", required=True, metavar="URL", help="like RISKREG_DATABASE_URL")
    copy.add_argument("--format", choices=("text", "json"), default="text")
    copy.set_defaults(run=run_copy)


def run_init(chosen: argparse.Namespace) -> int:
    """Tables, matrix, checklist; then the first administrator, by question or by set-up code.

    With --no-input the administrator is made from RISKREG_ADMIN_EMAIL, _NAME, _PASSWORD and
    RISKREG_ADMIN_ORGANISATION where these are given.
    """
    from riskreg.db import transaction
    from riskreg.org.sessions import new_setup_code
    from riskreg.seed import install_defaults
    from riskreg.settings import admin_from_env

    _upgrade(with_backup=True)
    with transaction():
        install_defaults()
    admin = admin_from_env() if chosen.no_input else _ask_for_admin()
    if admin is not None:
        return _make_admin(admin)
    with transaction():
        code = new_setup_code()
    if code is None:
        print("riskreg is set up already; nothing was changed.")
        return 0
    print("The tables are ready. Open /setup within 30 minutes and enter this one-time code:")
    print(code)
    return 0


def run_serve(chosen: argparse.Namespace) -> int:
    """Serve with waitress, a worker process beside it unless told otherwise."""
    from riskreg.serving import serve

    return serve(host=chosen.host, port=chosen.port, with_worker=not chosen.no_worker)


def run_upgrade(chosen: argparse.Namespace) -> int:
    """Apply the missing migrations, after a backup of what is there."""
    before, head = _upgrade(with_backup=not chosen.no_backup)
    print(f"The database is at {head} (it was at {before or 'nothing'}).")
    return 0


def _upgrade(*, with_backup: bool) -> tuple[str | None, str | None]:
    """Bring the tables up to date; which version they had, and which they have now."""
    from flask import current_app

    from riskreg import migrate
    from riskreg.commands.backup import back_up_before
    from riskreg.disks import demand_fit_disk

    demand_fit_disk(current_app.config["SETTINGS"])
    before, head = migrate.revisions()
    if before is not None and before != head and with_backup:
        back_up_before(f"{head}")
    migrate.upgrade()
    return before, head


def run_check(_chosen: argparse.Namespace) -> int:
    """Compare tables, migrations and models."""
    from riskreg import migrate

    found = migrate.differences()
    for difference in found:
        print(difference, file=sys.stderr)
    if found or not migrate.is_current():
        print("The tables differ from the program; run `riskreg db upgrade`.", file=sys.stderr)
        return 1
    print("The tables are those of this program.")
    return 0


def run_copy(chosen: argparse.Namespace) -> int:
    """Copy the whole register into another database."""
    from riskreg.commands import move

    return move.run_copy(chosen)


def run_user_add(chosen: argparse.Namespace) -> int:
    """Add a person and print their first password once."""
    import secrets

    from riskreg.db import transaction
    from riskreg.org.kinds import Role
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import root_team, team_for
    from riskreg.org.services import create_person, grant_role

    password = secrets.token_urlsafe(15)
    with transaction():
        team = team_for(SYSTEM_ACTOR, chosen.team) if chosen.team else root_team()
        name = chosen.name or chosen.email.partition("@")[0]
        person = create_person(SYSTEM_ACTOR, name=name, email=chosen.email, password=password)
        if team is not None:
            person.home_team_id = team.id
            grant_role(SYSTEM_ACTOR, person, team, Role(chosen.role))
    print(
        f"{person.email} can sign in with this password, which is shown only now:", file=sys.stderr
    )
    print(password)
    return 0


def run_user_end_second_factor(chosen: argparse.Namespace) -> int:
    """Take a second factor away: the way back for an administrator nobody else can help."""
    from sqlalchemy import select

    from riskreg.db import db, transaction
    from riskreg.org.accounts import take_second_factor
    from riskreg.org.models import Person
    from riskreg.org.permissions import SYSTEM_ACTOR

    email = chosen.email.strip().lower()
    with transaction():
        person = db.session.scalar(select(Person).where(Person.email == email))
        if person is not None:
            take_second_factor(SYSTEM_ACTOR, person)
    if person is None:
        print(f"riskreg: There is nobody with the e-mail {email}.", file=sys.stderr)
        return 1
    print(f"{email} signs in with the password alone; every session of theirs ended.")
    return 0


def _ask_for_admin() -> dict[str, str] | None:
    import getpass

    if not sys.stdin.isatty():
        return None
    print("The first administrator (leave empty to use a one-time set-up code in the browser):")
    email = input("E-mail: ").strip()
    if not email:
        return None
    return {
        "email": email,
        "name": input("Name: ").strip() or email,
        "organisation": input("Organisation: ").strip() or "Organisation",
        "password": getpass.getpass("Password (15 characters or more): "),
    }


def _make_admin(admin: dict[str, str]) -> int:
    from sqlalchemy import func, select

    from riskreg.db import db, transaction
    from riskreg.org.models import Person
    from riskreg.org.signin import first_administrator

    if db.session.scalar(select(func.count(Person.id))):
        print("riskreg is set up already; nothing was changed.")
        return 0
    with transaction():
        person = first_administrator(**admin)
    print(f"riskreg is set up; {person.email} can sign in.")
    return 0
