"""The pages of the register against R: a Core query and a template of 50 rows by 9 columns."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from jinja2 import Environment
from sqlalchemy import select

from bench.registers import register
from bench.rows import Row, cpu_ms
from riskreg.db import db
from riskreg.risks.models import Risk

SIZES = (1_000, 10_000, 100_000)
# Address, times R at 10,000 risks, times itself from 1,000 to 100,000.
PAGES = (
    ("list", "/risks", 5, 1.5),
    ("list by value", "/risks?order=value", 5, 1.5),
    ("list of one band", "/risks?band=4", 5, 1.5),
    ("list of one team", "/risks?team=team-3", 5, 1.5),
    ("list by text", "/risks?q=certificate", 6, 3),
    ("top ten", "/risks/top", 4, 2),
    ("matrix", "/risks/matrix", 4, 2),
    ("quadrant", "/risks/quadrant", 4, 2),
    ("one risk", "/risks/R-500", 5, 1.2),
    ("home", "/", 8, 2),
)
BASELINE_TEMPLATE = """<table>{% for a, b, c, d, e, f, g, h, i in rows %}
<tr><td>{{ a }}</td><td>{{ b }}</td><td>{{ c }}</td><td>{{ d }}</td><td>{{ e }}</td>
<td>{{ f }}</td><td>{{ g }}</td><td>{{ h }}</td><td>{{ i }}</td></tr>{% endfor %}</table>"""


def run() -> list[Row]:
    """CPU time of each page at 10,000 risks in R, and at 100,000 against 1,000."""
    taken: dict[int, dict[str, float]] = {}
    baseline = 0.0
    for size in SIZES:
        with register(size) as (app, client):
            if size == 10_000:
                with app.app_context():
                    baseline = cpu_ms(_baseline())
            taken[size] = {what: cpu_ms(_get(client, url)) for what, url, _, _ in PAGES}
            if size == 10_000:
                created = cpu_ms(_create(client))
    rows = [
        Row(what=f"{what}, 10k, in R", ours=taken[10_000][what], baseline=baseline, budget=budget)
        for what, _, budget, _ in PAGES
    ]
    rows.append(Row(what="create a risk, 10k, in R", ours=created, baseline=baseline, budget=5))
    rows += [
        Row(
            what=f"{what}, 100k against 1k",
            ours=taken[100_000][what],
            baseline=taken[1_000][what],
            budget=growth,
        )
        for what, _, _, growth in PAGES
    ]
    return rows


def _get(client: FlaskClient, url: str) -> Callable[[], Any]:
    def get() -> None:
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code)

    return get


def _create(client: FlaskClient) -> Callable[[], Any]:
    def create() -> None:
        response = client.post(
            "/risks/new",
            data={
                "title": "A restore was never tried",
                "kind": "operational",
                "likelihood": "3",
                "impact": "4",
                "effort": "10",
            },
        )
        assert response.status_code == 303, response.status_code

    return create


def _baseline() -> Callable[[], Any]:
    template = Environment(autoescape=True).from_string(BASELINE_TEMPLATE)
    columns = (
        Risk.id,
        Risk.title,
        Risk.kind,
        Risk.status,
        Risk.band_rank,
        Risk.current_likelihood,
        Risk.current_impact,
        Risk.effort_days,
        Risk.exposure_milli,
    )
    query = (
        select(*columns)
        .where(Risk.status == "open")
        .order_by(
            Risk.order_band, Risk.order_value, Risk.order_exposure, Risk.identified_on, Risk.id
        )
        .limit(50)
    )

    def render() -> str:
        rows = db.session.execute(query).all()
        db.session.rollback()
        return template.render(rows=rows)

    return render
