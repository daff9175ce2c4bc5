"""Words for the closed sets of the register, as people read them."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from riskreg.metrics.ranking import Order, WhyNot
from riskreg.risks.kinds import CloseReason, Kind, Size, Status, Tier, Treatment

Labels = Mapping[str, LazyString]

KIND: Labels = {
    Kind.SECURITY: _l("Security"),
    Kind.OPERATIONAL: _l("Operational"),
    Kind.BOTH: _l("Both kinds"),
}
STATUS: Labels = {Status.OPEN: _l("Open"), Status.CLOSED: _l("Closed")}
TREATMENT: Labels = {
    Treatment.UNDECIDED: _l("Undecided"),
    Treatment.MITIGATE: _l("Mitigate"),
    Treatment.ACCEPT: _l("Accept"),
    Treatment.TRANSFER: _l("Transfer"),
    Treatment.AVOID: _l("Avoid"),
}
CLOSE_REASON: Labels = {
    CloseReason.MITIGATED: _l("Mitigated: we did what it takes"),
    CloseReason.GONE: _l("Gone: it can no longer happen"),
    CloseReason.DUPLICATE: _l("Duplicate: another risk says the same"),
    CloseReason.MISTAKE: _l("Mistake: it never was a risk"),
}
CLOSED_AS: Labels = {
    CloseReason.MITIGATED: _l("mitigated"),
    CloseReason.GONE: _l("gone"),
    CloseReason.DUPLICATE: _l("a duplicate"),
    CloseReason.MISTAKE: _l("filed by mistake"),
}
TIER: Labels = {
    Tier.CURRENT: _l("Current"),
    Tier.TARGET: _l("Target"),
    Tier.INHERENT: _l("Inherent"),
}
TIER_MEANING: Labels = {
    Tier.CURRENT: _l("How it stands today, with the controls there are."),
    Tier.TARGET: _l("How it stands once the planned work is done."),
    Tier.INHERENT: _l("How it would stand without any control."),
}
ORDER: Labels = {
    Order.SEVERITY: _l("most severe first, then best value"),
    Order.VALUE: _l("best value for the effort first"),
}
ORDER_SHORT: Labels = {Order.SEVERITY: _l("Most severe"), Order.VALUE: _l("Best value")}
SIZE: Labels = {
    Size.XS: _l("XS, a few days"),
    Size.S: _l("S, two weeks"),
    Size.M: _l("M, five weeks"),
    Size.L: _l("L, three months"),
    Size.XL: _l("XL, half a year and more"),
}
# With figures to compare, `why_not_words` says it with them.
WHY_NOT: Labels = {
    WhyNot.PINNED_OUT: _l("A pinned risk took its place"),
    WhyNot.LOWER_BAND: _l("A lower band than the last of the ten"),
    WhyNot.NEEDS_EFFORT: _l("As severe, but nobody has said what it takes"),
    WhyNot.LOWER_VALUE: _l("Less value than the last of the ten"),
    WhyNot.LOWER_EXPOSURE: _l("Same value, less exposure than the last of the ten"),
    WhyNot.TIE: _l("A tie: the last of the ten was identified earlier"),
}
# What each field is called where a person compares two versions or reads what changed.
FIELD: Labels = {
    "title": _l("Title"),
    "kind": _l("Kind"),
    "category": _l("Category"),
    "cause": _l("Because"),
    "event": _l("What may happen"),
    "consequence": _l("Leading to"),
    "description": _l("Description"),
    "controls": _l("Controls in place"),
    "team": _l("Team"),
    "system": _l("System"),
    "owner": _l("Owner"),
    "treatment": _l("Treatment"),
    "identified_on": _l("Identified"),
    "effort_days": _l("Effort in person-days"),
    "effort_size": _l("Size"),
    "tags": _l("Tags"),
    "links": _l("Links"),
    "knowers": _l("Knowledge holders"),
    "external_ref": _l("Reference elsewhere"),
    "stated_score": _l("Score as stated"),
    "current": _l("Current rating"),
    "target": _l("Target rating"),
    "inherent": _l("Inherent rating"),
    "current_likelihood": _l("Current likelihood"),
    "current_impact": _l("Current impact"),
    "target_likelihood": _l("Target likelihood"),
    "target_impact": _l("Target impact"),
    "inherent_likelihood": _l("Inherent likelihood"),
    "inherent_impact": _l("Inherent impact"),
    "status": _l("Status"),
    "confidential": _l("Confidential"),
    "readers": _l("Readers"),
    "until": _l("Until"),
    "close_reason": _l("Closed as"),
    "close_note": _l("How we know"),
    "closed_at": _l("Closed"),
    "review_due_on": _l("Next review"),
    "reviewed_on": _l("Reviewed"),
    "pin_reason": _l("Pinned because"),
    "pinned_at": _l("Pinned"),
}
ACT: Labels = {
    "risk.create": _l("Filed"),
    "risk.update": _l("Changed"),
    "risk.assess": _l("Rated again"),
    "risk.close": _l("Closed"),
    "risk.reopen": _l("Reopened"),
    "risk.pin": _l("Pinned"),
    "risk.unpin": _l("Unpinned"),
    "risk.review": _l("Reviewed and kept"),
    "risk.conceal": _l("Said who may read it"),
    "risk.reveal": _l("Let everybody read it"),
    "risk.break_glass": _l("Opened in an emergency"),
    "risk.read": _l("Read"),
    "risk.take": _l("Taken along in a file"),
}

FILTER = {
    "kind": _l("Kind"),
    "status": _l("Status"),
    "effort": _l("Effort"),
    "tier": _l("Tier"),
    "order": _l("Order"),
    "band": _l("Band"),
    "owner": _l("Owner"),
    "due": _l("Due for review"),
    "likelihood": _l("Likelihood"),
    "impact": _l("Impact"),
}
