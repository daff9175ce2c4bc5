"""Forms of the import: the file and its team, and what a person decides about the reading."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, SelectField, StringField
from wtforms.validators import Length, ValidationError

from riskreg.fields import Needed, choices_of, clean
from riskreg.imports import labels
from riskreg.imports.days import DayOrder
from riskreg.imports.decisions import Decisions, ends_of
from riskreg.imports.fields import FIELDS_BY_NAME, RISK_FIELDS, Axis
from riskreg.imports.models import SavedMapping
from riskreg.imports.saved_mappings import MAPPING_NAME_CHARS_MAX
from riskreg.org.tree import Branch

KEPT_BESIDE, LEFT_OUT = "-", ""
NOT_DECIDED = ""


class UploadForm(Form):
    """A file and the team whose register it is."""

    file = FileField(_l("The file"))
    team = SelectField(
        _l("Team"),
        [Needed()],
        description=_l("For rows that name no team in which you may file risks."),
    )

    def offer(self, teams: Sequence[Branch], *, megabytes: int) -> "UploadForm":
        """Set the teams to choose from, and say how large a file may be."""
        self.file.description = _(
            "CSV, XLSX, XLS, ODS or JSON, at most %(n)s MB. Drop it here or choose it.", n=megabytes
        )
        self.team.choices = choices_of((t.slug, "\u2003" * t.depth + t.name) for t in teams)
        return self

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Choose a file."))


class DecisionsForm(Form):
    """The choices about a file; its columns are read by `column_decisions`."""

    sheet = SelectField(_l("Sheet"), validate_choice=False)
    date_order = SelectField(_l("Dates such as 2/3/2026"), default=NOT_DECIDED)
    decimal = SelectField(_l("Decimal sign"), default=NOT_DECIDED)
    likelihood_ends = StringField(
        _l("Ends of the likelihood's numbers"),
        [Length(max=20)],
        filters=[clean],
        description=_l("Such as 1-10; empty: as the file tells."),
    )
    impact_ends = StringField(
        _l("Ends of the impact's numbers"),
        [Length(max=20)],
        filters=[clean],
        description=_l("Such as 1-10; empty: as the file tells."),
    )
    saved = SelectField(_l("Saved mapping"), default=NOT_DECIDED)
    name = StringField(
        _l("Save this mapping as"), [Length(max=MAPPING_NAME_CHARS_MAX)], filters=[clean]
    )

    def offer(self, sheets: Sequence[str], saved: Sequence[SavedMapping]) -> "DecisionsForm":
        """Set what can be chosen."""
        as_told = (NOT_DECIDED, _("As the file tells"))
        self.sheet.choices = choices_of((name, name) for name in sheets)
        self.date_order.choices = choices_of([as_told, *labels.DATE_ORDER.items()])
        self.decimal.choices = choices_of([as_told, *labels.DECIMAL.items()])
        self.saved.choices = choices_of(
            [(NOT_DECIDED, _("None")), *((mapping.name, mapping.name) for mapping in saved)]
        )
        return self

    def validate_likelihood_ends(self, field: StringField) -> None:
        """Refuse what is no scale."""
        if field.data and ends_of(field.data) is None:
            raise ValidationError(_("Write the two ends, such as 1-10."))

    def validate_impact_ends(self, field: StringField) -> None:
        """Refuse what is no scale."""
        self.validate_likelihood_ends(field)

    def is_named(self) -> bool:
        """Whether there is a name to save the mapping under; says so where there is none."""
        if not self.name.data:
            self.name.errors = [*self.name.errors, _("Give the mapping a name.")]
        return bool(self.name.data)

    def decisions(self, columns: Mapping[str, str | None]) -> Decisions:
        """What was decided; call it on a valid form."""
        texts = {Axis.LIKELIHOOD: self.likelihood_ends.data, Axis.IMPACT: self.impact_ends.data}
        found = {axis: ends_of(text or "") for axis, text in texts.items()}
        return Decisions(
            columns=columns,
            sheet=self.sheet.data or None,
            date_order=DayOrder(self.date_order.data) if self.date_order.data else None,
            decimal=self.decimal.data or None,
            ends={axis: ends for axis, ends in found.items() if ends is not None},
        )


def data_of(decisions: Decisions, sheet: str) -> dict[str, Any]:
    """What the form of stored decisions begins with."""
    ends = {axis: f"{low}-{high}" for axis, (low, high) in decisions.ends.items()}
    return {
        "sheet": sheet,
        "date_order": decisions.date_order or NOT_DECIDED,
        "decimal": decisions.decimal or NOT_DECIDED,
        "likelihood_ends": ends.get(Axis.LIKELIHOOD, ""),
        "impact_ends": ends.get(Axis.IMPACT, ""),
    }


def field_choices() -> list[tuple[str, str]]:
    """(value, words) of what a column can be."""
    return [
        (KEPT_BESIDE, _("No field, kept as text")),
        (LEFT_OUT, _("Left out")),
        *((field.name, str(field.label)) for field in RISK_FIELDS),
    ]


def shown_field(column: Mapping[str, Any]) -> str:
    """What the select of a column in a report shows."""
    return column["field"] or (LEFT_OUT if column["certainty"] else KEPT_BESIDE)


def column_decisions(
    sent: Mapping[str, str], columns: Sequence[Mapping[str, Any]], known: Decisions
) -> dict[str, str | None]:
    """The corrections of the columns after a form was sent: only what a person changed is one.

    `columns` are those of the report that the form showed, `known` the corrections before.
    """
    decided: dict[str, str | None] = dict(known.columns)
    for position, column in enumerate(columns):
        value = sent.get(f"column-{position}", shown_field(column))
        is_known = value in {KEPT_BESIDE, LEFT_OUT} or value in FIELDS_BY_NAME
        if is_known and value != shown_field(column):
            decided[column["name"]] = None if value == KEPT_BESIDE else value
    return decided


def decisions_to_save(decisions: Decisions, columns: Sequence[Mapping[str, Any]]) -> Decisions:
    """The decisions with every column's field, so that they hold for the next file too."""
    shown = {column["name"]: shown_field(column) for column in columns}
    read = {name: value for name, value in shown.items() if value != KEPT_BESIDE}
    return Decisions(
        columns={**read, **decisions.columns},
        date_order=decisions.date_order,
        decimal=decisions.decimal,
        ends=decisions.ends,
    )
