"""The open risks of a system, for its page."""

from flask_babel import gettext as _

from riskreg.org.access import can
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.conditions import view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.matrices import matrices
from riskreg.risks.queries import count, list_page
from riskreg.web.panels import Panel, add_panel

ROWS = 5


def system_panel(actor: Actor, system: System) -> Panel | None:
    """The most severe open risks of the system, and how many there are."""
    if not actor.may_somewhere(Permission.RISK_VIEW):
        return None
    view = view_of(actor, RiskFilter(system=system.key))
    known = matrices()
    rows = [
        (row, known[row.matrix_id].bands[row.band_rank - 1].label if row.band_rank else "")
        for row in list_page(view, size=ROWS).rows
    ]
    context = {
        "rows": rows,
        "total": count(view),
        "system": system,
        "may_file": can(actor, Permission.RISK_EDIT, system),
    }
    return Panel(title=_("Open risks"), template="risks/_system_panel.html", context=context)


add_panel("system", system_panel, order=10)
