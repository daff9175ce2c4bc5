"""The pages of the register against R: a Core query and a template of 50 rows by 9 columns."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from jinja2 import Environment
from sqlalchemy import Engine, select, update
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from bench.data import LONG_RISK
from bench.registers import COOKIE, Prepared, prepared
from bench.rows import Row, cpu_pair_ms
from riskreg.db import db, transaction
from riskreg.org.kinds import Scope
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.tokens import create_token
from riskreg.risks.models import Risk, RiskStamp

SIZES = (1_000, 10_000, 100_000)
# Address, times R at 10,000 risks, times itself from 1,000 to 100,000. Home is that of the root
# team, which has all systems below it.
PAGES = (
    ("list", "/risks", 5, 1.5),
    ("list by value", "/risks?order=value", 5, 1.5),
    ("list of one band", "/risks?band=4", 5, 1.5),
    ("list of one team", "/risks?team=team-3", 5, 1.5),
    ("list by text", "/risks?q=certificate", 6, 3),
    ("search", "/search?q=certificate", 6, 3),
    ("top ten", "/risks/top", 4, 2),
    ("matrix", "/risks/matrix", 4, 2),
    ("quadrant", "/risks/quadrant", 4, 2),
    ("one risk", f"/risks/R-{LONG_RISK}", 5, 1.2),
    ("home", "/", 8, 2),
)
CREATE = ("create a risk", 5, 1.2)
API = ("list of 50 by the API", 3, 1.5)
FORM = {
    "title": "A restore was never tried",
    "kind": "operational",
    "team": "team-3",
    "system": "",
    "owner": "",
    "effort_size": "",
    "treatment": "mitigate",
    "current_likelihood": "3",
    "current_impact": "4",
    "effort": "10",
    "why": "Nobody has tried it since the move.",
}
BASELINE_TEMPLATE = """<table>{% for a, b, c, d, e, f, g, h, i in rows %}
<tr><td>{{ a }}</td><td>{{ b }}</td><td>{{ c }}</td><td>{{ d }}</td><td>{{ e }}</td>
<td>{{ f }}</td><td>{{ g }}</td><td>{{ h }}</td><td>{{ i }}</td></tr>{% endfor %}</table>"""


def run() -> list[Row]:
    """CPU time of each page at 10,000 risks in R, and at 100,000 against 1,000."""
    taken = {size: _measured(size) for size in SIZES}
    budgets = [(what, budget, growth) for what, _, budget, growth in PAGES] + [API, CREATE]
    in_r = [_row(f"{what}, 10k, in R", *taken[10_000][what], budget) for what, budget, _ in budgets]
    grown = [
        _grown(what, taken[SIZES[-1]][what], taken[SIZES[0]][what], growth)
        for what, _, growth in budgets
    ]
    return in_r + grown


def _measured(size: int) -> dict[str, tuple[float, float]]:
    """Each page's time and that of R, taken in turn."""
    with prepared(size) as made:
        with made.app.app_context():
            baseline = _baseline(db.engine)
        taken = {what: cpu_pair_ms(_get(made, url), baseline) for what, url, _, _ in PAGES}
        taken[API[0]] = cpu_pair_ms(_program(made), baseline)
        commit, _ = cpu_pair_ms(_within(made.app, _commit), baseline)
        whole, in_turn = cpu_pair_ms(_create(made), baseline)
        return {**taken, CREATE[0]: (whole - commit, in_turn)}


def _row(what: str, ours: float, baseline: float, budget: float) -> Row:
    return Row(what=what, ours=ours, baseline=baseline, budget=budget)


def _grown(what: str, many: tuple[float, float], few: tuple[float, float], growth: float) -> Row:
    """Both in the R of their own run: the machine may have been busier in one of them."""
    return Row(
        what=f"{what}, 100k against 1k, in R",
        ours=many[0] / many[1],
        baseline=few[0] / few[1],
        budget=growth,
        unit="R ",
    )


def _get(made: Prepared, url: str) -> Callable[[], None]:
    path, _, query = url.partition("?")
    environ = _environ(made, path=path, query_string=query)

    def get() -> None:
        answer(made.app, environ, "200")

    return get


def _program(made: Prepared) -> Callable[[], None]:
    """What a program asks with a token of its own."""
    with made.app.app_context(), transaction():
        person = db.session.scalars(select(Person).order_by(Person.id)).first()
        team = db.session.scalars(select(Team).where(Team.parent_id.is_(None))).one()
        assert person is not None
        _token, words = create_token(
            SYSTEM_ACTOR, person=person, team=team, name="bench", scope=Scope.READ
        )
    headers = [("Authorization", f"Bearer {words}")]
    environ = EnvironBuilder(path="/api/v1/risks?limit=50", headers=headers).get_environ()

    def ask() -> None:
        answer(made.app, environ, "200")

    return ask


def _create(made: Prepared) -> Callable[[], None]:
    body = urlencode(FORM).encode()
    kind = "application/x-www-form-urlencoded"
    environ = _environ(made, path="/risks/new", method="POST", data=body, content_type=kind)

    def create() -> None:
        answer(made.app, environ | {"wsgi.input": BytesIO(body)}, "303")

    return create


def _environ(made: Prepared, **asked: Any) -> dict[str, Any]:
    """A request of a browser that was here before: it has the cookie of forms too."""
    cookies = f"{COOKIE}={made.token}"
    first = EnvironBuilder(path="/me", headers=[("Cookie", cookies)]).get_environ()
    given = answer(made.app, first, "200").get("Set-Cookie", "").partition(";")[0]
    return EnvironBuilder(headers=[("Cookie", f"{cookies}; {given}")], **asked).get_environ()


def answer(app: Flask, environ: dict[str, Any], expected: str) -> Headers:
    """The headers of the answer to a request, without the cost of a client."""
    seen: list[str] = []
    received = Headers()

    def start_response(status: str, headers: Any, _error: Any = None) -> Any:
        seen.append(status)
        received.extend(headers)

    parts: Iterable[bytes] = app(dict(environ), start_response)
    b"".join(parts)
    parts.close()  # type: ignore[attr-defined]  # WSGI asks for it
    assert seen[0].startswith(expected), (environ["PATH_INFO"], seen[0])
    return received


def _within(app: Flask, work: Callable[[], object]) -> Callable[[], None]:
    """The work in a context of its own, as a request has one."""

    def inside() -> None:
        with app.app_context():
            work()

    return inside


def _commit() -> None:
    """The smallest transaction that writes."""
    with transaction():
        db.session.execute(update(RiskStamp).values(version=RiskStamp.version))


def _baseline(engine: Engine) -> Callable[[], str]:
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
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        return template.render(rows=rows)

    return render
