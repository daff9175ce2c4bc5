"""riskreg token: what programs sign in with, from the command line."""

import argparse
import sys
from typing import Any


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    token = subparsers.add_parser(
        "token", help="look after tokens for programs", epilog=f"Example: {_EXAMPLE}"
    )
    actions = token.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = actions.add_parser(
        "add", help="make a token and print it, once", epilog=f"Example: {_EXAMPLE}"
    )
    add.add_argument("--user", required=True, metavar="EMAIL", help="for whom the program acts")
    add.add_argument("--team", required=True, metavar="SLUG", help="this team and those below it")
    add.add_argument("--scope", required=True, choices=("read", "write"))
    add.add_argument("--days", type=int, default=90, metavar="N", help="1 to 365, default 90")
    add.add_argument("--name", default="riskreg token add", help="what it is for")
    add.set_defaults(run=run_token_add)


_EXAMPLE = "riskreg token add --user ada@example.org --team warehouse --scope read"


def run_token_add(chosen: argparse.Namespace) -> int:
    """Print the token on standard output and nothing else there; what it is on standard error."""
    from riskreg.db import transaction
    from riskreg.errors import Invalid
    from riskreg.fields import clean
    from riskreg.org.kinds import Scope
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import person_with_email, team_for
    from riskreg.org.tokens import create_token

    name = str(clean(chosen.name))
    if not 0 < len(name) <= 60:
        raise Invalid("A token's name has 1 to 60 characters.")
    with transaction():
        person = person_with_email(chosen.user)
        if person is None:
            raise Invalid(f"There is nobody with the e-mail {chosen.user}.")
        token, words = create_token(
            SYSTEM_ACTOR,
            person=person,
            team=team_for(SYSTEM_ACTOR, chosen.team),
            name=name,
            scope=Scope(chosen.scope),
            days=chosen.days,
        )
        until = f"{token.expires_at:%Y-%m-%d}"
    print(words)
    print(f"It counts until {until} and is shown this once.", file=sys.stderr)
    return 0
