"""Every part of the look on one page, in both themes; in the demo and in development only."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Final

from flask import Blueprint, abort, current_app, render_template
from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # older stubs
from wtforms.validators import InputRequired

from riskreg.charts.bars import Bar, Part, Stack, bars, stacked_bars
from riskreg.charts.heatmap import Matrix, MatrixCell, heatmap
from riskreg.charts.lines import Series, Zone, lines, sparkline
from riskreg.charts.quadrant import Point, Quadrants, quadrant
from riskreg.lib.dates import now
from riskreg.web.security import PUBLIC, requires

bp = Blueprint("styleguide", __name__)

BANDS: Final = ("", "Low", "Medium", "High", "Critical")
GRID: Final = ((1, 1, 1, 2, 2), (1, 1, 2, 2, 3), (1, 2, 2, 3, 3), (2, 2, 3, 3, 4), (2, 3, 3, 4, 4))
LIKELIHOODS: Final = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
IMPACTS: Final = ("Negligible", "Minor", "Moderate", "Major", "Severe")
ANCHORS: Final = (
    ("Needs an attacker with months to spend", "Once in fifty years"),
    ("A skilled insider could do it", "Once in ten years"),
    ("A known technique, with some effort", "Once in three years"),
    ("Tools for it are for sale", "Every year"),
    ("It is being tried every day", "Several times a year"),
)
PAGES: Final = (9, 8, 7.5, 7, 8, 6, None, None, 5, 4.5, 4, 5, 3, 3.5, 2, 2.5, 1.5, 1)


class SampleForm(Form):
    """One field of every sort, one of them refused."""

    title = StringField(
        "What could happen?",
        [InputRequired("Say in one line what could happen.")],
        description="One line, as you would say it to a colleague.",
    )
    kind = RadioField(
        "Kind",
        choices=[
            SelectChoice("security", "Security"),
            SelectChoice("operational", "Operational"),
            SelectChoice("both", "Both"),
        ],
        default="both",
    )
    likelihood = IntegerField("Likelihood", default=4)
    impact = IntegerField("Impact")
    effort = RadioField(
        "Effort to reduce it",
        choices=[
            SelectChoice("", "Not known"),
            SelectChoice("S", "S · 10 d"),
            SelectChoice("M", "M · 25 d"),
            SelectChoice("L", "L · 60 d"),
        ],
        default="M",
    )
    owner = SelectField(
        "Owner", choices=[SelectChoice("1", "Ada Okafor"), SelectChoice("2", "Ben Lindqvist")]
    )
    answer = RadioField(
        "Is it true today?", choices=[SelectChoice("met", "Met"), SelectChoice("not", "Not met")]
    )
    cause = TextAreaField("Because")
    due_on = DateField("Review it by")
    file = FileField("Evidence")
    confidential = BooleanField("Only named readers may see it")


@bp.get("/styleguide")
@requires(PUBLIC)
def index() -> str:
    """Show it, or nothing outside the demo and development."""
    settings = current_app.config["SETTINGS"]
    if not (settings.demo or settings.debug or settings.testing):
        abort(404)
    samples = [(name, _sample(name)) for name in ("light", "dark")]
    return render_template("styleguide/index.html", samples=samples)


def _sample(theme: str) -> SimpleNamespace:
    form = SampleForm(prefix=f"{theme}-")
    form.title.errors = [_("Say in one line what could happen.")]
    return SimpleNamespace(
        theme=theme,
        form=form,
        levels=_levels(),
        matrix=_matrix(),
        charts=_charts(),
        risks=_risks(),
        columns=[
            SimpleNamespace(key=key, label=key, shown=key != "Tags")
            for key in ("Kind", "Effort", "Tags")
        ],
        page=SimpleNamespace(prev_url=None, next_url="#", first=1, last=5, total=38),
        soon=now().date() + timedelta(days=5),
    )


def _levels() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(position=i, label=label, security=security, operational=operational)
        for i, (label, (security, operational)) in enumerate(
            zip(LIKELIHOODS, ANCHORS, strict=True), 1
        )
    ]


def _matrix() -> Matrix:
    cells = []
    for i, row in enumerate(GRID, 1):
        for j, rank in enumerate(row, 1):
            count = (i * 3 + j * 5) % 7 if (i + j) % 2 else 0
            name = f"{LIKELIHOODS[j - 1]} × {IMPACTS[i - 1]}, {BANDS[rank]}, {count}"
            cells.append(
                MatrixCell(
                    likelihood=j,
                    impact=i,
                    band_rank=rank,
                    count=count,
                    targets=1 if (i, j) in {(2, 2), (4, 2), (3, 3)} else 0,
                    name=name,
                    href="#",
                )
            )
    return Matrix(
        likelihood_labels=LIKELIHOODS,
        impact_labels=IMPACTS,
        cells=cells,
        likelihood_title="Likelihood",
        impact_title="Impact",
    )


def _charts() -> dict[str, str]:
    zones = (
        Zone(label="Healthy, under 2", low=0, high=2, ink="good"),
        Zone(label="Edge, 2 to 5", low=2, high=5, ink="warn"),
        Zone(label="Unhealthy, over 5", low=5, high=None, ink="bad"),
    )
    pages = Series(label="pages", values=PAGES)
    weeks = [f"W{week}" for week in range(30, 48)]
    return {
        "heatmap": heatmap(_matrix(), title="38 open risks by likelihood and impact"),
        "lines": lines(weeks, [pages], title="Pages a week", zones=zones, running=True),
        "spark": sparkline(PAGES, title="Pages a week, 18 weeks"),
        "bars": bars(_team_bars(), title="Exposure by team"),
        "stacks": stacked_bars(_team_stacks(), title="Open risks by team and band"),
        "quadrant": quadrant(_points(), _words(), title="Severity against effort"),
    }


def _team_bars() -> list[Bar]:
    rows = (("Payments", 2140, "2 140 d"), ("Checkout", 900, "900 d"), ("Screening", None, ""))
    return [Bar(label=name, value=value, shown=shown) for name, value, shown in rows]


def _team_stacks() -> list[Stack]:
    rows = (("Payments", (3, 8, 12, 5)), ("Checkout", (1, 2, 9, 4)), ("Platform", (0, 5, 3, 1)))
    return [
        Stack(
            label=name,
            parts=[
                Part(label=BANDS[rank], value=value, ink=f"band-{rank}")
                for rank, value in zip((4, 3, 2, 1), values, strict=True)
            ],
            shown=str(sum(values)),
        )
        for name, values in rows
    ]


def _points() -> list[Point]:
    efforts, severities = (3, 10, 25, 60, 150), (0.5, 1.5, 7.5, 25, 75, 187, 625)
    return [
        Point(
            ref=f"R-{i}",
            effort_days=efforts[i * 7 % 5],
            severity=severities[i * 3 % 7],
            band_rank=1 + (i * 3 % 7) // 2,
        )
        for i in range(1, 25)
    ]


def _words() -> Quadrants:
    return Quadrants(
        effort_title="Effort, person-days",
        severity_title="Exposure, person-days a year",
        first="Do first",
        plan="Plan and fund",
        quick="When there is time",
        later="Watch",
    )


def _risks() -> list[SimpleNamespace]:
    rows = (
        ("Card tokens reach the log pipeline in clear text", "Payments gateway", 4, "security", 25),
        ("Ledger failover has never been tried", "Ledger", 4, "operational", 60),
        ("One person can rotate the signing keys", "Signing", 3, "both", 10),
        ("The wiki page for refunds is out of date", "Refunds", 1, "operational", 3),
        ("The vendor's list may arrive late", "Screening", None, "operational", None),
    )
    return [
        SimpleNamespace(ref=f"R-{i}", title=title, system=system, rank=rank, kind=kind, days=days)
        for i, (title, system, rank, kind, days) in enumerate(rows, 12)
    ]
