"""A post-mortem as it was written."""

from typing import Any

from flask_babel import gettext as _

from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
from riskreg.postmortems.queries import incident_for
from riskreg.postmortems.template import WRITTEN, template


def collect(actor: Actor, scope: Scope) -> dict[str, Any] | None:
    """Every text written in it, in order; None where no post-mortem was started.

    What is written beside the links and the promises stands with them, in the section `incident`.
    """
    report = incident_for(actor, scope.ref).postmortem
    if report is None:
        return None
    written = template()
    return {
        "sections": [
            {"title": section.title, "text": report.sections[section.key]}
            for section in written.sections
            if section.kind in WRITTEN and report.sections.get(section.key)
        ],
        "causes": [written.cause(cause) for cause in report.causes],
        "ideas": [idea.text for idea in report.ideas],
    }


SECTION = Section(key="lessons", title=lambda: _("The post-mortem"), collect=collect)
