"""Forms of incidents and post-mortems, and the filter of the list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # older stubs
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from riskreg.actions.forms import (
    ActionFields,
    day_of,
    number_from,
    one_of,
    text_from,
)
from riskreg.fields import Needed, clean, form_key_field
from riskreg.lib.dates import day_start
from riskreg.metrics.incidents import TIMES
from riskreg.org.models import System, Team
from riskreg.org.tree import Branch
from riskreg.postmortems.incidents import BUDGET_PERCENT_MAX, time_faults
from riskreg.postmortems.instants import InstantField
from riskreg.postmortems.kinds import Cause, FoundBy, IncidentSeverity, PostmortemStatus
from riskreg.postmortems.queries import IncidentFilter, Progress
from riskreg.postmortems.words import found_by_names, severity_names

NOT_SAID = ""


class IncidentForm(Form):
    """What went wrong, how bad it was, and its six times."""

    title = StringField(
        _l("What went wrong"),
        [Needed(), Length(max=200)],
        filters=[clean],
        description=_l("As a customer would say it."),
    )
    team = SelectField(_l("Team"), [Needed()])
    severity = RadioField(_l("Severity"), [Needed()])
    customer_impact = BooleanField(_l("Customers were affected"))
    budget_percent = IntegerField(
        _l("Share of an error budget it spent, in percent"),
        [Optional(), NumberRange(min=0, max=BUDGET_PERCENT_MAX)],
        description=_l("From 20 on, a post-mortem is needed. Leave it out if nobody measured."),
    )
    zone = SelectField(
        _l("Times are on the clocks of"), description=_l("They are stored as instants.")
    )
    impact_start_at = InstantField(
        _l("Impact start"), [Needed()], description=_l("When it began to hurt.")
    )
    detected_at = InstantField(_l("Detected"), description=_l("When anything or anybody noticed."))
    paged_at = InstantField(_l("Paged"), description=_l("When a person was called."))
    acknowledged_at = InstantField(_l("Acknowledged"), description=_l("When the person answered."))
    mitigated_at = InstantField(_l("Mitigated"), description=_l("When it stopped hurting."))
    resolved_at = InstantField(_l("Resolved"), description=_l("When all was as before."))
    found_by = RadioField(
        _l("Who or what noticed first"), [Optional()], default=NOT_SAID, filters=[clean]
    )
    systems = SelectMultipleField(
        _l("Systems"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    summary = TextAreaField(_l("What happened"), [Length(max=5000)], filters=[clean])
    customer_effect = TextAreaField(
        _l("Customer effect"),
        [Length(max=5000)],
        filters=[clean],
        description=_l("In numbers: who, how many, how long."),
    )
    is_confidential = BooleanField(
        _l("Confidential"),
        description=_l(
            "Only you, the owner of its post-mortem and whoever has an action of it see it; "
            "name more later."
        ),
    )
    form_key = form_key_field()
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def offer(
        self, *, teams: Iterable[Team], systems: Iterable[System], zones: Sequence[str]
    ) -> "IncidentForm":
        """Fill the choices and read the times on the clocks of the chosen zone; returns self."""
        self.team.choices = [(team.slug, team.name) for team in teams]
        self.systems.choices = [(system.key, system.name) for system in systems]
        self.severity.choices = [
            (str(int(each)), words) for each, words in severity_names().items()
        ]
        self.found_by.choices = [*found_by_names().items(), (NOT_SAID, _("Not known"))]
        self.zone.choices = [(zone, zone) for zone in zones]
        self.zone.data = self.zone.data or zones[0]
        zone = self.zone.data if self.zone.data in zones else zones[0]
        for field in self.instants():
            field.zone = ZoneInfo(zone)
        return self

    def instants(self) -> list[InstantField]:
        """The fields of the six times, in order."""
        return [field for field in self if isinstance(field, InstantField)]

    def check(self) -> bool:
        """Whether everything is acceptable, also the order of the times."""
        fine = self.validate()
        times = {name: self[name].data for name in TIMES if not self[name].errors}
        for name, sentence in time_faults(times).items():
            if not self[name].errors:
                self[name].errors = [sentence]
                fine = False
        return fine

    def values(self) -> dict[str, Any]:
        """What `create_incident` and `update_incident` take, but team and systems."""
        found_by = self.found_by.data
        return {
            "title": self.title.data,
            "severity": IncidentSeverity(int(self.severity.data)),
            "customer_impact": self.customer_impact.data,
            "budget_percent": self.budget_percent.data,
            "found_by": FoundBy(found_by) if found_by else None,
            "summary": self.summary.data or "",
            "customer_effect": self.customer_effect.data or "",
            **{name: self[name].data for name in TIMES},
        }


class SectionForm(Form):
    """The text of one section, and the mark of the text it started from."""

    text = TextAreaField(filters=[clean])
    base = HiddenField()


class IdeaForm(Form):
    """Something considered."""

    text = TextAreaField(_l("An idea"), [Needed(), Length(max=2000)], filters=[clean])
    form_key = form_key_field()


class OwnerForm(Form):
    """Who sees to the post-mortem."""

    owner = SelectField(_l("Owner"), [Optional()], filters=[clean])


class CausesForm(Form):
    """Words for the contributing conditions."""

    causes = SelectMultipleField(
        _l("Causes"), choices=[SelectChoice(cause.value, cause.value) for cause in Cause]
    )


class RecordForm(Form):
    """The record of the review."""

    note = TextAreaField(
        _l("Record"),
        [Needed(), Length(max=10_000)],
        filters=[clean],
        description=_l("Who was there, what was decided, what follows. Markdown."),
    )


class ReopenForm(Form):
    """Why a reviewed text has to change."""

    reason = TextAreaField(
        _l("Why does it have to change?"), [Needed(), Length(max=2000)], filters=[clean]
    )


class CommitmentForm(ActionFields):
    """An action item of a post-mortem; its team is the incident's."""

    due_on = DateField(
        _l("Due"),
        [Optional()],
        description=_l("Left empty, the priority sets it. This first date never changes."),
    )
    form_key = form_key_field()


def filter_from(args: Mapping[str, str], *, team: Branch | None, zone_name: str) -> IncidentFilter:
    """The filter that an address asks for; what it does not understand it leaves out."""
    severity = number_from(args.get("severity"))
    start, until = (day_of(args.get(name)) for name in ("from", "until"))
    return IncidentFilter(
        below=team,
        severity=severity if severity in list(IncidentSeverity) else None,
        system_id=number_from(args.get("system")),
        status=one_of(PostmortemStatus, args.get("postmortem")),
        progress=one_of(Progress, args.get("postmortem")),
        cause=one_of(Cause, args.get("cause")),
        text=text_from(args.get("q")),
        required=args.get("required") == "1",
        start_from=_begin(start, zone_name),
        start_until=_begin(until, zone_name),
        due_from=day_of(args.get("due_from")),
        due_until=day_of(args.get("due_until")),
    )


def filter_values() -> dict[str, tuple[str, Iterable[str]]]:
    """What the closed filters of the list are called, and the values they know."""
    return {
        "severity": (_("Severity"), [str(int(each)) for each in IncidentSeverity]),
        "postmortem": (_("Post-mortem"), [*PostmortemStatus, *Progress]),
        "cause": (_("Cause"), Cause),
    }


def _begin(day: Any, zone_name: str) -> datetime | None:
    return day_start(day, zone_name) if day else None
