"""Tasks for the tests of the queue; their effect is a line in a file, so that it can be counted."""

import time
from email.headerregistry import Address
from pathlib import Path

from riskreg.errors import RiskregError
from riskreg.jobs.mail import Letter, hand_in
from riskreg.jobs.registry import Context, task
from riskreg.settings import MailSecurity, MailServer


@task("test.write")
def write(context: Context) -> dict[str, int]:
    """Write one line."""
    with Path(context.payload["path"]).open("a") as file:
        file.write(f"{context.job_id}\n")
    return {"lines": 1}


@task("test.slow")
def slow(context: Context) -> dict[str, int]:
    """Take a while, showing progress, then write one line."""
    steps = int(context.payload["steps"])
    for step in range(steps):
        context.progress(step, steps, "Counting")
        time.sleep(0.05)
    write(context)
    return {"steps": steps}


@task("test.fail")
def fail(_context: Context) -> None:
    """Fail with a sentence."""
    raise RiskregError("The printer is out of paper.")


@task("mail.test")
def mail(context: Context) -> None:
    """Hand a letter in at a port of this machine."""
    server = MailServer(
        host="127.0.0.1",
        port=context.payload["port"],
        security=MailSecurity.NONE,
        sender=Address("riskreg", "riskreg", "example.org"),
    )
    letter = Letter(
        number=context.payload["number"],
        to=context.payload["to"],
        subject="Für Ada",
        text="A line.\n.\nAnother line.\n",
    )
    hand_in(letter, server)
