"""Pages of what can be confidential: who reads it, and how it is opened in an emergency.

Each feature whose things can be confidential attaches them to its blueprint with `add_secrecy`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from riskreg.db import db
from riskreg.errors import Invalid, NotFound
from riskreg.fields import clean
from riskreg.org import cookies
from riskreg.org.access import can, take_shown
from riskreg.org.confidential import KINDS, Kind
from riskreg.org.labels import SECRET_OWNER
from riskreg.org.letters import tell_of_opening
from riskreg.org.permissions import Actor, Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import people_by_id, people_names
from riskreg.org.readers import (
    keep_confidential,
    make_public,
    may_open,
    note_reading,
    open_for_a_while,
    readers_mark,
    readers_of,
)
from riskreg.web.security import current_actor, requires

# What these answers hold was shown; a refused form and two versions of a thing show it as well.
SHOWING = frozenset({200, 409, 422})
View = Callable[[str], ResponseReturnValue]


class ReasonForm(Form):
    """Why somebody who may not read it has to."""

    why = TextAreaField(
        _l("Why?"), [DataRequired(_l("Say why, in a sentence.")), Length(max=1000)], filters=[clean]
    )


class ReadersForm(ReasonForm):
    """Who may read something confidential."""

    readers = SelectMultipleField(
        _l("Who may read it"),
        coerce=int,
        description=_l("Beside its owner and whoever has an action of it. No role opens it."),
    )
    base = HiddenField()  # which list was shown


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What the pages need to know of one kind: its model, how one is fetched, what it is called.

    `folder` is where its pages lie, `show` and `index` are endpoints of its blueprint, `head` is
    the template of its styles.
    """

    kind: Kind
    model: type[Any]
    find: Callable[[Actor, str, Permission], Any]
    folder: str
    head: str
    title: Callable[[Any], str] = attrgetter("title")
    show: str = "show"
    index: str = "index"


def init_app(app: Flask) -> None:
    """Tell the trail who was shown what is confidential; after the request's own transaction."""
    app.after_request(_tell_of_readers)


def add_secrecy(bp: Blueprint, feature: Feature) -> None:
    """Attach the pages: its readers, no readers any more, opening it."""
    pages, edit = _Pages(bp.name, feature), feature.kind.edit
    views: list[tuple[str, str, str, View, Permission]] = [
        ("GET", "readers", "readers", pages.readers, edit),
        ("POST", "readers", "name_readers", pages.name_readers, edit),
        ("POST", "readers/removal", "unname_readers", pages.unname_readers, edit),
        ("GET", "opening", "opening", pages.opening, Permission.PERSON_EDIT),
        ("POST", "opening", "open_it", pages.open_it, Permission.PERSON_EDIT),
    ]
    back = {"unname_readers": "readers", "opening": "opening", "open_it": "opening"}
    for method, path, endpoint, view, permission in views:
        answer = requires(permission)(_plain(view))
        if endpoint in back:
            answer = proven_lately(f"{bp.name}.{back[endpoint]}")(answer)
        rule = f"{feature.folder}/<ref>/{path}"
        bp.add_url_rule(rule, endpoint, answer, methods=[method])


def secrecy_of(item: Any, endpoint: str) -> dict[str, Any]:
    """What `org/_secrecy.html` tells beside it, which is nothing of what is not confidential.

    `endpoint` is that of the page of its readers.
    """
    if not item.is_confidential:
        return {"readers": None}
    kind = KINDS[item.__tablename__]
    may_edit = can(current_actor, kind.edit, item)
    return {
        "readers": readers_of(item),
        "secret_owner": SECRET_OWNER[kind.name],
        "readers_url": url_for(endpoint, ref=item.ref) if may_edit else "",
    }


def _tell_of_readers(response: Response) -> Response:
    shown = take_shown()
    if shown and response.status_code in SHOWING:
        note_reading(current_actor, shown)
        db.session.rollback()
    return response


def _plain(view: View) -> View:
    """The method as a function, which takes what is declared of it."""

    def answer(ref: str) -> ResponseReturnValue:
        return view(ref)

    return answer


class _Pages:
    """The views of one kind."""

    def __init__(self, name: str, feature: Feature) -> None:
        self.name, self.feature = name, feature

    def readers(self, ref: str) -> ResponseReturnValue:
        """Who reads it: everybody on the team, or the people named here."""
        item = self._found(ref)
        named = [person.id for person in readers_of(item).named] or [current_actor.person_id]
        return self._page(item, ReadersForm(data={"readers": named, "base": readers_mark(item)}))

    def name_readers(self, ref: str) -> ResponseReturnValue:
        """Keep it confidential to these readers."""
        item = self._found(ref)
        form = _offered(ReadersForm(request.form))
        if not form.validate():
            return self._page(item, form), 422
        found = people_by_id(form.readers.data or [])
        try:
            keep_confidential(
                current_actor,
                item,
                readers=list(found.values()),
                why=form.why.data or "",
                base=form.base.data or None,
            )
        except Invalid as error:
            form[error.field or "why"].errors = [error.message]
            return self._page(item, form), 422
        flash(_("%(ref)s is confidential. Its readers see it, nobody else.", ref=item.ref))
        return redirect(self._onward(item), 303)

    def unname_readers(self, ref: str) -> ResponseReturnValue:
        """Let everybody read it again whose role allows it."""
        item = self._found(ref)
        form, again = ReasonForm(request.form), ReadersForm(request.form)
        if not form.validate():
            again.why.errors = form.why.errors
            return self._page(item, again), 422
        base = again.base.data or None
        make_public(current_actor, item, why=form.why.data or "", base=base)
        flash(_("%(ref)s is not confidential any more.", ref=item.ref))
        return redirect(self._url(self.feature.show, item), 303)

    def opening(self, ref: str) -> ResponseReturnValue:
        """Open it in an emergency."""
        return self._opening(self._closed_to_me(ref), ReasonForm())

    def open_it(self, ref: str) -> ResponseReturnValue:
        """Read it for an hour, with a reason; its readers see who did and why."""
        item = self._closed_to_me(ref)
        form = ReasonForm(request.form)
        if not form.validate():
            return self._opening(item, form), 422
        page = self._url(self.feature.show, item)
        for person in open_for_a_while(current_actor, item, why=form.why.data or ""):
            tell_of_opening(
                person, current_actor, ref=item.ref, page=page, settings=cookies.settings()
            )
        flash(_("%(ref)s is open to you for an hour. Its readers are told.", ref=item.ref))
        return redirect(page, 303)

    def _found(self, ref: str) -> Any:
        return self.feature.find(current_actor, ref, self.feature.kind.edit)

    def _closed_to_me(self, ref: str) -> Any:
        """A confidential one, for whoever administers the whole organisation; else NotFound."""
        kind = self.feature.kind
        match = re.fullmatch(rf"{kind.letters}-([1-9]\d{{0,8}})", ref, re.ASCII)
        item = db.session.get(self.feature.model, int(match[1])) if match else None
        if item is None or not item.is_confidential or not may_open(current_actor):
            raise NotFound(_("There is nothing here, or you may not see it."))
        return item

    def _page(self, item: Any, form: ReadersForm) -> str:
        return render_template(
            "org/readers.html",
            item=item,
            title=self.feature.title(item),
            owner=SECRET_OWNER[self.feature.kind.name],
            form=_offered(form),
            head=self.feature.head,
            page=self._url(self.feature.show, item),
            to_name=self._url("name_readers", item),
            to_unname=self._url("unname_readers", item),
        )

    def _opening(self, item: Any, form: ReasonForm) -> str:
        return render_template(
            "org/opening.html",
            item=item,
            form=form,
            head=self.feature.head,
            to_open=self._url("open_it", item),
            back=url_for(f"{self.name}.{self.feature.index}"),
        )

    def _onward(self, item: Any) -> str:
        """Its page, or the list for somebody who may not see it any more."""
        db.session.flush()
        again = current_actor.person_id in {person.id for person in readers_of(item).named}
        if again or item.secret in current_actor.privy:
            return self._url(self.feature.show, item)
        return url_for(f"{self.name}.{self.feature.index}")

    def _url(self, endpoint: str, item: Any) -> str:
        return url_for(f"{self.name}.{endpoint}", ref=item.ref)


def _offered(form: ReadersForm) -> ReadersForm:
    form.readers.choices = people_names()
    return form
