"""The letters about accounts: what they say, and telling a person what was done to theirs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from riskreg.db import db
from riskreg.jobs.mail import post
from riskreg.lib.dates import now
from riskreg.org.kinds import LinkKind, Notice
from riskreg.org.models import Person, Team
from riskreg.org.one_time_links import MailedLink
from riskreg.org.permissions import Actor
from riskreg.settings import Settings

TASK = "mail.notice"
OPENING = "mail.opening"


def tell(person: Person, notice: Notice, *, settings: Settings) -> None:
    """Let the person be told by mail, where there is a mail server."""
    if settings.mail is not None:
        post(TASK, {"person_id": person.id, "notice": notice, "at": now().isoformat()})


def tell_of_opening(
    person: Person, actor: Actor, *, ref: str, page: str, settings: Settings
) -> None:
    """Let the person be told by mail that something confidential was opened in an emergency."""
    if settings.mail is not None:
        opened = {"by": actor.name, "ref": ref, "page": page, "at": now().isoformat()}
        post(OPENING, {"person_id": person.id, **opened})


def link_letter(link: MailedLink, *, base_url: str) -> tuple[str, str]:
    """(subject, text) of the letter with a link to choose a password."""
    url = f"{base_url}/sign-in/password?token={link.token}"
    if link.kind is LinkKind.INVITATION:
        subject = _("Your account in riskreg")
        why = _(
            "%(who)s made an account for you in riskreg, where %(organisation)s keeps what could "
            "hurt it and what it is doing about it. You sign in there as %(email)s.",
            who=_line(link.asked_by),
            organisation=_organisation(),
            email=link.person.email,
        )
        otherwise = _("When it has ended, ask whoever invited you for another.")
    else:
        subject = _("A new password for riskreg")
        why = (
            _(
                "%(who)s asks you to choose a new password for %(email)s in riskreg.",
                who=_line(link.asked_by),
                email=link.person.email,
            )
            if link.asked_by
            else _(
                "Somebody, most likely you, asked for a new password for %(email)s in riskreg.",
                email=link.person.email,
            )
        )
        otherwise = _("If you did not want this, do nothing: your password stays as it is.")
    works = _("The link works once, for %(span)s.", span=_span(link.lasts))
    choose = _("Choose your password here:")
    return subject, _text(link.person, why, f"{choose}\n{url}", f"{works} {otherwise}")


def notice_letter(person: Person, notice: Notice, at: datetime) -> tuple[str, str]:
    """(subject, text) of the letter that tells what was done, and what to do if it was a thief."""
    when = f"{at:%Y-%m-%d %H:%M} UTC"
    if notice is Notice.PASSWORD:
        subject = _("Your password for riskreg was changed")
        what = _(
            "The password of %(email)s was changed on %(when)s.", email=person.email, when=when
        )
    elif notice is Notice.ACCOUNT:
        subject = _("Another account signs you in to riskreg")
        what = _(
            "On %(when)s an account at your organisation’s identity provider was connected with "
            "%(email)s; whoever has it signs in as you.",
            email=person.email,
            when=when,
        )
    elif notice is Notice.TOKEN:
        subject = _("A program may act for you in riskreg")
        what = _(
            "On %(when)s a token was made with which a program acts as %(email)s. It is listed on "
            "your page, where it can be ended.",
            email=person.email,
            when=when,
        )
    else:
        subject = _("Your second factor for riskreg was turned off")
        what = _(
            "The second factor of %(email)s was turned off on %(when)s.",
            email=person.email,
            when=when,
        )
    alarm = _(
        "If neither you nor an administrator did this for you, tell an administrator at once: "
        "they can lock the account."
    )
    return subject, _text(person, what, alarm)


def opening_letter(person: Person, opened: Mapping[str, str], *, base_url: str) -> tuple[str, str]:
    """(subject, text) of the letter about an opening; nothing of what is confidential is in it."""
    at = datetime.fromisoformat(opened["at"])
    subject = _("%(ref)s was opened in riskreg", ref=opened["ref"])
    what = _(
        "%(who)s, who may not read %(ref)s, opened it on %(when)s for an hour, with a reason that "
        "stands on its page:",
        who=_line(opened["by"]),
        ref=opened["ref"],
        when=f"{at:%Y-%m-%d %H:%M} UTC",
    )
    alarm = _("If that reason does not hold, speak with them, or with another administrator.")
    return subject, _text(person, f"{what}\n{base_url}{opened['page']}", alarm)


def _text(person: Person, *paragraphs: str) -> str:
    greeting = _("Hello %(name)s,", name=_line(person.name))
    return "\n\n".join([greeting, *paragraphs]) + "\n"


def _organisation() -> str:
    return _line(db.session.scalar(select(Team.name).where(Team.parent_id.is_(None))) or "")


def _line(text: str) -> str:
    """What people typed, on one line: nobody writes paragraphs into our letters."""
    return " ".join(text.split())


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return str(ngettext("%(num)s hour", "%(num)s hours", minutes // 60))
