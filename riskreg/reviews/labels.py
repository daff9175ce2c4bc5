"""Words for the closed sets of operability reviews, as people read them."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from riskreg.metrics.reviews import Readiness, State
from riskreg.org.labels import LEVEL, REASON
from riskreg.reviews.kinds import AnswerValue, ReviewStatus, Severity

__all__ = [
    "FIELD",
    "LEVEL",
    "PRACTICE",
    "PRACTICE_MEANING",
    "READINESS",
    "READINESS_KIND",
    "READINESS_MEANING",
    "REASON",
    "SEVERITY",
    "STATE",
    "STATE_KIND",
    "STATE_ORDER",
    "STATUS",
    "VALUE",
]

Labels = Mapping[str, LazyString]

SEVERITY: Labels = {
    Severity.BLOCKER: _l("Blocker"),
    Severity.MAJOR: _l("Major"),
    Severity.MINOR: _l("Minor"),
}
VALUE: Labels = {
    AnswerValue.MET: _l("Met"),
    AnswerValue.NOT_MET: _l("Not met"),
    AnswerValue.NOT_APPLICABLE: _l("Does not apply"),
}
STATE: Labels = {
    State.MET: _l("Met"),
    State.NOT_MET: _l("Not met"),
    State.NOT_APPLICABLE: _l("Does not apply"),
    State.UNANSWERED: _l("Unanswered"),
    State.STALE: _l("Stale"),
    State.WAIVED: _l("Waived"),
    State.DISPROVED: _l("Disproved"),
}
# From good news to none, for counts.
STATE_ORDER = (
    State.MET,
    State.WAIVED,
    State.STALE,
    State.DISPROVED,
    State.NOT_MET,
    State.NOT_APPLICABLE,
    State.UNANSWERED,
)
# The sign and colour of a state: kinds of the chip macro `state`.
STATE_KIND: Mapping[str, str] = {
    State.MET: "good",
    State.NOT_MET: "bad",
    State.NOT_APPLICABLE: "neutral",
    State.UNANSWERED: "unknown",
    State.STALE: "warn",
    State.WAIVED: "warn",
    State.DISPROVED: "bad",
}
READINESS: Labels = {
    Readiness.NOT_READY: _l("Not ready"),
    Readiness.READY_WITH_PLAN: _l("Ready with plan"),
    Readiness.READY: _l("Ready"),
}
READINESS_KIND: Mapping[str, str] = {
    Readiness.NOT_READY: "bad",
    Readiness.READY_WITH_PLAN: "warn",
    Readiness.READY: "good",
}
READINESS_MEANING: Labels = {
    Readiness.NOT_READY: _l("At least one blocker is open."),
    Readiness.READY_WITH_PLAN: _l("No blocker is open, but at least one major statement is."),
    Readiness.READY: _l("No blocker and no major statement is open."),
}
STATUS: Labels = {
    ReviewStatus.IN_PROGRESS: _l("In progress"),
    ReviewStatus.SUBMITTED: _l("Waiting for sign-off"),
    ReviewStatus.SIGNED_OFF: _l("Signed off"),
}
PRACTICE: Labels = {
    "ci": _l("CI"),
    "canary": _l("Canary"),
    "synthetic": _l("Synthetic monitoring"),
}
PRACTICE_MEANING: Labels = {
    "ci": _l("every change is built and tested by a pipeline"),
    "canary": _l("new versions reach a small slice first"),
    "synthetic": _l("an outside probe exercises the main journey"),
}
FIELD: Labels = {
    "value": _l("Answer"),
    "reason": _l("Why it does not apply"),
    "evidence": _l("Evidence"),
    "evidence_url": _l("Link to it"),
    "evidence_on": _l("Dated"),
    "note": _l("Note"),
}
