"""A form field for an instant, typed as the clock on the wall of a chosen zone showed it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import html_params


def from_wall(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which clocks of the zone show this naive time, earlier first.

    None where the clocks skip it, two where they show it twice.
    """
    found: list[datetime] = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)
        if shown == wall.replace(fold=0) and instant not in found:
            found.append(instant)
    return sorted(found)


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks of the zone show at an instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None)


class InstantInput:
    """A date and time; where clocks show that time twice, also which of the two is meant."""

    def __call__(self, field: "InstantField", **kwargs: Any) -> Markup:
        """The HTML."""
        written = field.written()
        attributes = {"id": field.id, "name": field.name, "type": "datetime-local", **kwargs}
        attributes |= {"value": written, "step": 1 if written.count(":") == 2 else 60}
        html = Markup("<input {}>").format(Markup(html_params(**attributes)))  # noqa: S704 - escaped
        return html + self._choice(field)

    def _choice(self, field: "InstantField") -> Markup:
        both = field.both()
        if len(both) < 2:
            return Markup("")
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                fold, Markup(" selected") if field.fold == fold else "", words
            )
            for fold, words in ((None, _("Which one?")), *field.named(both))
        )
        return Markup('<select class="input" name="{}" aria-label="{}">{}</select>').format(
            field.name, _("This time came twice: which one?"), options
        )


class InstantField(Field):
    """An aware instant in UTC as `data`; None when left empty.

    The form sets `zone` before it validates. A time that the clocks skipped is refused; one that
    they showed twice asks which one is meant.
    """

    widget = InstantInput()
    zone = ZoneInfo("UTC")
    data: datetime | None
    fold: int | None
    _typed: str

    def process_data(self, value: Any) -> None:
        """From a stored instant."""
        self.data = value
        self._typed, self.fold = "", None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """What was typed, and which of two equal times was chosen."""
        self.data = None
        self._typed = str(valuelist[0]).strip() if valuelist else ""
        chosen = str(valuelist[1]) if len(valuelist) > 1 else ""
        self.fold = int(chosen) if chosen in {"0", "1"} else None

    def pre_validate(self, form: BaseForm) -> None:
        """Turn what was typed into an instant of the zone."""
        if not self._typed:
            return
        wall = self._wall()
        if wall is None:
            raise ValidationError(_("Write the date and the time, such as 2026-03-29 14:05."))
        found = from_wall(wall, self.zone)
        if not found:
            words = {"time": f"{wall:%H:%M}", "zone": self.zone.key}
            raise ValidationError(_("The clocks of %(zone)s skipped %(time)s that day.", **words))
        if len(found) == 2 and self.fold is None:
            words = {"time": f"{wall:%H:%M}", "zone": self.zone.key}
            raise ValidationError(
                _("The clocks of %(zone)s showed %(time)s twice that day: say which.", **words)
            )
        self.data = found[self.fold or 0] if len(found) == 2 else found[0]

    def written(self) -> str:
        """What stands in the field."""
        if self._typed or self.data is None:
            return self._typed
        wall = to_wall(self.data, self.zone)
        return wall.isoformat(timespec="seconds" if wall.second else "minutes")

    def _value(self) -> str:
        """What stands in the field, as people read it."""
        return self.written().replace("T", " ")

    def both(self) -> list[datetime]:
        """The two instants that the typed or stored time can mean; fewer when it is clear."""
        wall = self._wall() if self._typed else None
        if wall is None and self.data is not None:
            wall = to_wall(self.data, self.zone).replace(fold=0)
            found = from_wall(wall, self.zone)
            if len(found) == 2:
                self.fold = found.index(self.data.astimezone(UTC)) if self.data in found else None
            return found
        return from_wall(wall, self.zone) if wall is not None else []

    def named(self, both: Sequence[datetime]) -> list[tuple[int, str]]:
        """What the two instants are called."""
        words = (_("the first, %(time)s UTC"), _("the second, %(time)s UTC"))
        return [
            (fold, words[fold] % {"time": f"{instant:%H:%M}"}) for fold, instant in enumerate(both)
        ]

    def _wall(self) -> datetime | None:
        try:
            wall = datetime.fromisoformat(self._typed)
        except ValueError:
            return None
        return None if wall.tzinfo else wall
