"""Forms of operability reviews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, Length, NumberRange, Optional, ValidationError

from riskreg.fields import Needed, clean, form_key_field
from riskreg.metrics.reviews import Readiness
from riskreg.reviews.answers import AnswerValues
from riskreg.reviews.kinds import AnswerValue, ReviewStatus
from riskreg.reviews.models import Answer
from riskreg.risks.values import is_web_address

TEXT_CHARS_MAX = 4_000


class ReviewFilterForm(Form):
    """Filters of the list."""

    status = StringField(_l("Status"), default="")
    readiness = StringField(_l("Readiness"), default="")
    q = StringField(_l("System"), [Length(max=100)], filters=[clean])

    def wanted_status(self) -> ReviewStatus | None:
        """The chosen status; anything else is none."""
        chosen = self.status.data
        return ReviewStatus(chosen) if chosen in set(ReviewStatus) else None

    def wanted_readiness(self) -> Readiness | None:
        """The chosen readiness; anything else is none."""
        chosen = self.readiness.data
        return Readiness(chosen) if chosen in set(Readiness) else None


class StartForm(Form):
    """Which system to review."""

    system = HiddenField(_l("System"), [Needed(), Length(max=80)], filters=[clean])
    carry_over = BooleanField(_l("Begin with the answers of the last signed review"))
    is_confidential = BooleanField(
        _l("Confidential"),
        description=_l("Only you and whoever has an action of it see it; name more later."),
    )


class AnswerForm(Form):
    """What a person says about one statement."""

    value = StringField(
        _l("Answer"),
        [Optional(), AnyOf([*AnswerValue], message=_l("Choose one of the answers."))],
        filters=[clean],
    )
    reason = TextAreaField(
        _l("Why it does not apply"), [Length(max=TEXT_CHARS_MAX)], filters=[clean]
    )
    evidence = StringField(_l("Evidence"), [Length(max=TEXT_CHARS_MAX)], filters=[clean])
    evidence_url = StringField(_l("Link to it"), [Length(max=1000)], filters=[clean])
    evidence_on = DateField(_l("Dated"), [Optional()])
    note = TextAreaField(_l("Note"), [Length(max=TEXT_CHARS_MAX)], filters=[clean])
    version = IntegerField(_l("Version"), [Needed(), NumberRange(min=0)])

    def validate_evidence_url(self, field: StringField) -> None:
        """Only web addresses are linked to."""
        if field.data and not is_web_address(field.data):
            raise ValidationError(
                _("A link starts with http:// or https://. Other places go into the text.")
            )

    def values(self) -> AnswerValues:
        """The answer as the service takes it."""
        value = AnswerValue(self.value.data) if self.value.data else None
        return AnswerValues(
            value=value,
            reason=(self.reason.data or "") if value is AnswerValue.NOT_APPLICABLE else "",
            evidence=self.evidence.data or "",
            evidence_url=self.evidence_url.data or "",
            evidence_on=self.evidence_on.data,
            note=self.note.data or "",
        )


class CommentForm(Form):
    """Something to say."""

    text = TextAreaField(_l("Comment"), [Needed(), Length(max=TEXT_CHARS_MAX)], filters=[clean])
    about = StringField(_l("About"), [Length(max=40)], filters=[clean])
    form_key = form_key_field()


class WaiverForm(Form):
    """Until when a statement may wait, and why."""

    until = DateField(_l("Until"), [Needed()])
    why = StringField(_l("Why it may wait"), [Needed(), Length(max=2000)], filters=[clean])


class ReturnForm(Form):
    """What is missing."""

    why = TextAreaField(_l("What is missing"), [Length(max=TEXT_CHARS_MAX)], filters=[clean])


class SignOffForm(Form):
    """The decision."""

    note = TextAreaField(_l("What you decided"), [Length(max=TEXT_CHARS_MAX)], filters=[clean])
    version = IntegerField(_l("Version"), [Needed()])


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the fields of one statement hold: as stored, or as typed and refused."""

    value: str = ""
    reason: str = ""
    evidence: str = ""
    evidence_url: str = ""
    evidence_on: str = ""
    note: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)

    @property
    def wants_more(self) -> bool:
        """Whether the evidence should be in sight: it is missing, or something is wrong."""
        is_bare = self.value == AnswerValue.MET and not (self.evidence or self.evidence_url)
        return bool(is_bare or self.errors or self.theirs)


def draft_of(answer: Answer | None) -> Draft:
    """The fields as stored."""
    if answer is None:
        return Draft()
    return Draft(
        value=answer.value or "",
        reason=answer.reason,
        evidence=answer.evidence,
        evidence_url=answer.evidence_url,
        evidence_on=_iso(answer.evidence_on),
        note=answer.note,
        version=answer.version,
    )


def refused_draft(
    form: AnswerForm,
    stored: Answer | None,
    *,
    errors: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> Draft:
    """The fields as typed, with what is wrong about them, ready to be saved over what is stored."""
    found = {each.name: str(each.errors[0]) for each in form if each.errors}
    typed = form.evidence_on.raw_data
    return Draft(
        value=form.value.data or "",
        reason=form.reason.data or "",
        evidence=form.evidence.data or "",
        evidence_url=form.evidence_url.data or "",
        evidence_on=_iso(form.evidence_on.data) or (str(typed[0]) if typed else ""),
        note=form.note.data or "",
        version=stored.version if stored else 0,
        errors={**found, **(errors or {})},
        theirs=theirs or {},
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
