"""What the pages of a system and of a risk say of its reviews."""

from flask_babel import gettext as _

from riskreg.org.access import can
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.reviews import labels
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.queries import origins_of, reviews_of_system
from riskreg.reviews.rechecks import links_to_recheck
from riskreg.risks.models import Risk
from riskreg.web.jinja import today
from riskreg.web.panels import Panel


def system_panel(actor: Actor, system: System) -> Panel | None:
    """The reviews of a system, for its page."""
    if not can(actor, Permission.REVIEW_VIEW, system):
        return None
    rows = reviews_of_system(actor, system, day=today())
    newest = next((row for row in rows if row.status != ReviewStatus.IN_PROGRESS), None)
    return Panel(
        title=_("Operability reviews"),
        template="reviews/_system_panel.html",
        context={
            "rows": rows,
            "newest": newest.id if newest and newest.next_review_on else None,
            "labels": labels,
            "system": system,
            "may_start": can(actor, Permission.REVIEW_EDIT, system),
        },
    )


def risk_panel(actor: Actor, risk: Risk) -> Panel | None:
    """Which review and statement a risk came from, for its page."""
    links = [link for link in origins_of(risk) if can(actor, Permission.REVIEW_VIEW, link.review)]
    if not links:
        return None
    return Panel(
        title=_("From an operability review"),
        template="reviews/_risk_panel.html",
        context={"links": links, "to_recheck": links_to_recheck(risk, links)},
    )
