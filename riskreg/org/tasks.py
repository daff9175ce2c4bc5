"""Letters about accounts, written and handed in by the worker."""

from datetime import datetime

from flask import current_app
from flask_babel import lazy_gettext as _l

from riskreg.db import db, transaction
from riskreg.jobs.mail import Letter, hand_in
from riskreg.jobs.registry import Context, task
from riskreg.org import letters, one_time_links
from riskreg.org.kinds import Notice
from riskreg.org.models import Person
from riskreg.settings import Settings


@task(one_time_links.TASK, title=_l("Mail a link to choose a password"))
def mail_link(context: Context) -> None:
    """Mail the link, which counts from now; nothing where there is no such person."""
    settings = _settings()
    with transaction():
        link = one_time_links.open_link(context.payload, secret_key=settings.secret_key)
        if link is None:
            return
        subject, text = letters.link_letter(link, base_url=settings.base_url)
        to = link.person.email
    _send(context, to=to, subject=subject, text=text)


@task(letters.TASK, title=_l("Mail about an account"))
def mail_notice(context: Context) -> None:
    """Tell a person what was done to their account."""
    payload = context.payload
    person = db.session.get_one(Person, payload["person_id"])
    at = datetime.fromisoformat(payload["at"])
    subject, text = letters.notice_letter(person, Notice(payload["notice"]), at)
    to = person.email
    db.session.rollback()  # nothing is open while the mail server takes its time
    _send(context, to=to, subject=subject, text=text)


@task(letters.OPENING, title=_l("Mail that something confidential was opened"))
def mail_opening(context: Context) -> None:
    """Tell its owner."""
    person = db.session.get_one(Person, context.payload["person_id"])
    base_url = _settings().base_url
    subject, text = letters.opening_letter(person, context.payload, base_url=base_url)
    to = person.email
    db.session.rollback()  # nothing is open while the mail server takes its time
    _send(context, to=to, subject=subject, text=text)


def _send(context: Context, *, to: str, subject: str, text: str) -> None:
    letter = Letter(number=context.payload["number"], to=to, subject=subject, text=text)
    hand_in(letter, _settings().mail)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
