"""What a person reads once a risk is filed: where it stands now, and the way to the next one."""

from flask import flash, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from riskreg.db import db
from riskreg.org.access import can
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.asked import asked_view
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Risk
from riskreg.risks.scoring import standing
from riskreg.risks.tops import rank_in
from riskreg.risks.words import band_label

KEPT = "filed"


def note_filed(risk: Risk) -> None:
    """Let the next page say it: to count whom a risk stands behind is no part of storing it."""
    session[KEPT] = risk.id


def tell_filed(actor: Actor) -> None:
    """Say once, on the page that follows, what was filed just now."""
    number = session.pop(KEPT, None)
    risk = db.session.get(Risk, number) if number is not None else None
    if risk is not None and can(actor, Permission.RISK_VIEW, risk):
        flash(_filed_words(risk))


def _filed_words(risk: Risk) -> Markup:
    """Band and place of a new risk in its team, with links to it and to an empty form."""
    link = Markup('<a href="{}">{}</a>')
    ref = link.format(url_for("risks.show", ref=risk.ref), risk.ref)
    another = link.format(
        url_for("risks.new", team=risk.team.slug, kind=risk.kind), _("File another")
    )
    return Markup("{} {}").format(_placed(risk, ref), another)


def _placed(risk: Risk, ref: Markup) -> Markup:
    if risk.band_rank is None:
        words = escape(_("%(ref)s is filed. It has no place until somebody rates it."))
        return words % {"ref": ref}
    place = rank_in(asked_view({}, risk.team), standing(risk))
    words = escape(_("%(ref)s is filed: %(band)s, place %(rank)s of %(total)s in %(team)s."))
    return words % {
        "ref": ref,
        "band": band_label(matrices()[risk.matrix_id], risk.band_rank),
        "rank": place.rank,
        "total": place.total,
        "team": risk.team.name,
    }
