"""Forms of the register; each turns what was sent into the values its service takes."""

from collections.abc import Sequence
from typing import Any

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
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from riskreg.fields import Needed, choices_of, clean, form_key_field
from riskreg.lib.units import EFFORT_DAYS, UnitError, parse_effort
from riskreg.metrics.matrix import Rating
from riskreg.org.tree import Branch
from riskreg.risks import labels
from riskreg.risks.kinds import Kind, Tier, Treatment
from riskreg.risks.models import Risk
from riskreg.risks.scoring import rating_of
from riskreg.risks.values import TEXT_CHARS_MAX, TITLE_CHARS_MAX, is_web_address

PASTE_LINES_MAX = 200
TEXT = Length(max=TEXT_CHARS_MAX)


class Level(IntegerField):
    """A level of a scale; empty is not rated."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """An empty value is an answer too: not rated."""
        if valuelist and not str(valuelist[0]).strip():
            self.data = None
        else:
            super().process_formdata(valuelist)


class RatingsForm(Form):
    """What the preview needs: kind, ratings, effort."""

    kind = RadioField(
        _l("Kind"), [InputRequired(_l("Choose a kind."))], choices=choices_of(labels.KIND.items())
    )
    current_likelihood = Level(_l("How likely is it?"))
    current_impact = Level(_l("How bad would it be?"))
    target_likelihood = Level(_l("How likely afterwards?"))
    target_impact = Level(_l("How bad afterwards?"))
    inherent_likelihood = Level(_l("How likely without any control?"))
    inherent_impact = Level(_l("How bad without any control?"))
    effort_size = RadioField(
        _l("What would it take?"),
        choices=choices_of(
            [
                ("", _l("Not known")),
                *[(str(size), f"{size} · {days} d") for size, days in EFFORT_DAYS.items()],
            ]
        ),
        default="",
        validate_choice=True,
    )
    effort = StringField(
        _l("or in days"),
        [Length(max=40)],
        filters=[clean],
        description=_l("3 d, 2w, 1.5 months; this counts."),
    )

    def validate_effort(self, field: StringField) -> None:
        """Refuse what cannot be read as an amount of work."""
        if field.data:
            try:
                parse_effort(field.data)
            except UnitError as error:
                raise ValidationError(_("Write an amount of work such as 3 d, 2w or M.")) from error

    @property
    def effort_values(self) -> dict[str, Any]:
        """`effort_days` and `effort_size` as sent; call it on a valid form."""
        if not self.effort.data:
            return {"effort_days": None, "effort_size": self.effort_size.data or None}
        text = self.effort.data
        size = text.strip().upper() if text.strip().upper() in EFFORT_DAYS else None
        return {"effort_days": parse_effort(text), "effort_size": size}

    def rating(self, tier: Tier) -> Rating:
        """The rating sent for a tier."""
        return Rating(
            likelihood=self[f"{tier}_likelihood"].data, impact=self[f"{tier}_impact"].data
        )


class RiskForm(RatingsForm):
    """A risk, new or edited."""

    title = StringField(
        _l("What could happen?"),
        [DataRequired(_l("Give the risk a title.")), Length(max=TITLE_CHARS_MAX)],
        filters=[clean],
        description=_l("One line that a colleague would recognise."),
    )
    team = SelectField(_l("Team"), [Needed()])
    system = SelectField(_l("System"))
    owner = SelectField(_l("Owner"))
    treatment = SelectField(
        _l("Treatment"),
        choices=choices_of(labels.TREATMENT.items()),
        default=Treatment.UNDECIDED.value,
    )
    cause = TextAreaField(_l("Because"), [TEXT], filters=[clean])
    event = TextAreaField(_l("this may happen"), [TEXT], filters=[clean])
    consequence = TextAreaField(_l("leading to"), [TEXT], filters=[clean])
    description = TextAreaField(
        _l("Description"), [TEXT], filters=[clean], description=_l("Markdown is understood.")
    )
    controls = TextAreaField(_l("Controls in place"), [TEXT], filters=[clean])
    category = StringField(_l("Category"), [Length(max=80)], filters=[clean])
    tags = StringField(
        _l("Tags"),
        [Length(max=1_300)],
        filters=[clean],
        description=_l("Separated by commas."),
    )
    knowers = SelectMultipleField(
        _l("Knowledge holders"), description=_l("Who knows how this really works.")
    )
    links = TextAreaField(
        _l("Links"),
        [TEXT],
        filters=[clean],
        description=_l("One address a line; words after it become its label."),
    )
    external_ref = StringField(_l("Reference elsewhere"), [Length(max=120)], filters=[clean])
    identified_on = DateField(_l("Identified on"), [Optional()])
    why = TextAreaField(
        _l("Why this rating?"),
        [Length(max=4_000)],
        filters=[clean],
        description=_l("One sentence helps whoever reads it in a year."),
    )
    is_confidential = BooleanField(
        _l("Confidential"),
        description=_l(
            "Only you, its owner and whoever has an action of it see it; name more later."
        ),
    )
    version = HiddenField()
    form_key = form_key_field()

    def validate_links(self, field: TextAreaField) -> None:
        """Refuse what is no web address."""
        for url, _label in self.link_pairs:
            if not is_web_address(url):
                raise ValidationError(
                    _("“%(url)s” is no web address; it starts with https://.", url=url[:60])
                )

    @property
    def link_pairs(self) -> list[tuple[str, str]]:
        """(address, label) of each line."""
        lines = (line.strip() for line in (self.links.data or "").splitlines())
        parted = (line.partition(" ") for line in lines if line)
        return [(url, label.strip()) for url, _space, label in parted]

    @property
    def seen_version(self) -> int | None:
        """The version that the person saw."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def offer(
        self,
        *,
        teams: Sequence[Branch],
        systems: Sequence[tuple[str, str]],
        people: Sequence[tuple[int, str]],
    ) -> "RiskForm":
        """Set what can be chosen: `systems` are (key, name), `people` (id, name)."""
        persons = [(str(number), name) for number, name in people]
        self.team.choices = choices_of(team_choices(teams))
        self.system.choices = choices_of([("", _("No single system")), *systems])
        self.owner.choices = choices_of([("", _("Nobody yet")), *persons])
        self.knowers.choices = choices_of(persons)
        return self

    @property
    def owner_id(self) -> int | None:
        """The owner sent; call it on a valid form."""
        return int(self.owner.data) if self.owner.data else None

    @property
    def knower_ids(self) -> list[int]:
        """Who was said to know; call it on a valid form."""
        return [int(number) for number in self.knowers.data or []]

    def values(self) -> dict[str, Any]:
        """What `create_risk` takes, without system and people; call it on a valid form."""
        names = ("title", "cause", "event", "consequence", "description", "controls")
        kept: dict[str, Any] = {name: self[name].data or "" for name in names}
        kept |= {
            "kind": Kind(self.kind.data),
            "category": self.category.data or "",
            "external_ref": self.external_ref.data or "",
            "treatment": Treatment(self.treatment.data),
            "tags": [tag for tag in (self.tags.data or "").split(",") if tag.strip()],
            "links": self.link_pairs,
            **self.effort_values,
            **{tier.value: self.rating(tier) for tier in Tier},
        }
        if self.identified_on.data is not None:
            kept["identified_on"] = self.identified_on.data
        return kept


def team_choices(teams: Sequence[Branch]) -> list[tuple[str, str]]:
    """(slug, name) of each team, indented as the tree reads."""
    return [(team.slug, "\u2003" * team.depth + team.name) for team in teams]


class AssessmentForm(Form):
    """A new rating of one tier."""

    tier = RadioField(
        _l("Which rating"), choices=choices_of(labels.TIER.items()), default=Tier.CURRENT.value
    )
    likelihood = Level(_l("How likely is it?"))
    impact = Level(_l("How bad would it be?"))
    why = TextAreaField(
        _l("Why?"),
        [DataRequired(_l("Say in a sentence why it is rated so.")), Length(max=4_000)],
        filters=[clean],
        description=_l("What changed, or what you know now."),
    )
    version = HiddenField()

    @property
    def rating(self) -> Rating:
        """The rating sent."""
        return Rating(likelihood=self.likelihood.data, impact=self.impact.data)


class ClosureForm(Form):
    """Why a risk is closed."""

    close_reason = RadioField(
        _l("Why is it closed?"),
        [InputRequired(_l("Choose a reason."))],
        choices=choices_of(labels.CLOSE_REASON.items()),
    )
    note = TextAreaField(
        _l("How do we know?"),
        [DataRequired(_l("Say in a word how we know.")), Length(max=4_000)],
        filters=[clean],
    )


class ReopeningForm(Form):
    """Why a risk is open again."""

    why = TextAreaField(
        _l("Why is it open again?"),
        [DataRequired(_l("Say in a sentence why it is open again.")), Length(max=4_000)],
        filters=[clean],
    )


class PinForm(Form):
    """Why a risk comes first."""

    reason = TextAreaField(
        _l("Why does it come first?"),
        [
            DataRequired(_l("Say why it comes first; the reason is printed.")),
            Length(max=500),
        ],
        filters=[clean],
        description=_l("The reason is printed wherever the ten is."),
    )


class ReviewForm(Form):
    """Why a risk is kept as it is."""

    sentence = TextAreaField(
        _l("Why is it still right?"),
        [DataRequired(_l("Say in a sentence why it is still right.")), Length(max=4_000)],
        filters=[clean],
    )


class PasteForm(Form):
    """A list of titles, one a line."""

    team = SelectField(_l("Team"), [Needed()])
    kind = RadioField(
        _l("Kind"),
        [InputRequired(_l("Choose a kind."))],
        choices=choices_of(labels.KIND.items()),
        default=Kind.OPERATIONAL.value,
        description=_l("Of all of them; change single ones later."),
    )
    lines = TextAreaField(
        _l("One risk a line"),
        [DataRequired(_l("Write at least one line."))],
        filters=[clean],
    )

    @property
    def titles(self) -> list[str]:
        """The lines without bullets and numbers, each once."""
        lines = (line.strip(" \t-*•–·") for line in (self.lines.data or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate_lines(self, _field: TextAreaField) -> None:
        """Refuse too many and too long ones."""
        if len(self.titles) > PASTE_LINES_MAX:
            raise ValidationError(_("At most %(n)s lines at once.", n=PASTE_LINES_MAX))
        for number, title in enumerate(self.titles, start=1):
            if len(title) > TITLE_CHARS_MAX:
                raise ValidationError(
                    _(
                        "Line %(n)s is longer than %(max)s characters.",
                        n=number,
                        max=TITLE_CHARS_MAX,
                    )
                )


def data_of(risk: Risk) -> dict[str, Any]:
    """What the form of a stored risk begins with."""
    names = ("title", "kind", "treatment", "cause", "event", "consequence", "description")
    more = ("controls", "category", "external_ref", "identified_on", "version")
    data: dict[str, Any] = {name: getattr(risk, name) for name in (*names, *more)}
    for tier in Tier:
        rating = rating_of(risk, tier)
        data |= {f"{tier}_likelihood": rating.likelihood, f"{tier}_impact": rating.impact}
    size = risk.effort_size
    own_days = size is None and risk.effort_days is not None
    return data | {
        "team": risk.team.slug,
        "system": risk.system.key if risk.system else "",
        "owner": str(risk.owner_id or ""),
        "tags": ", ".join(entry.tag for entry in risk.tags),
        "knowers": [str(person.id) for person in risk.knowers],
        "links": "\n".join(f"{link.url} {link.label}".strip() for link in risk.links),
        "effort_size": size or "",
        "effort": f"{risk.effort_days} d" if own_days else "",
    }
