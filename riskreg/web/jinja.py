"""Filters and globals of the templates: words for values, never formulas."""

import hashlib
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.lib import dates
from riskreg.lib.markdown import to_html
from riskreg.lib.units import format_percent
from riskreg.paths import STATIC
from riskreg.web.compiling import PageEnvironment
from riskreg.web.left_out import left_out
from riskreg.web.security import csp_nonce
from riskreg.web.texts import has_translations

DAYS_KEPT = 4_096
STATIC_URLS = "riskreg_static_urls"  # app.extensions: (where it is served, name) -> address


def init_app(app: Flask) -> None:
    """Attach them."""
    app.extensions[STATIC_URLS] = {}
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    if isinstance(env, PageEnvironment):
        env.fold_texts = not has_translations(app)
        env.fold_icons = not env.auto_reload
    env.filters.update(
        day=day,
        instant=instant,
        wall_time=wall_time,
        told=told,
        initials=initials,
        relative_day=relative_day,
        markdown=markdown,
        days=days,
        thousands=thousands,
        percent=format_percent,
    )
    env.globals.update(
        csp_nonce=csp_nonce,
        static_url=static_url,
        today=today,
        tells_times=tells_times,
        left_out=left_out,
    )


def zone() -> ZoneInfo:
    """The signed-in person's time zone, else the organisation's."""
    actor = g.get("actor")
    if actor is not None and actor.timezone:
        return ZoneInfo(actor.timezone)
    zone_info: ZoneInfo = current_app.config["SETTINGS"].zone
    return zone_info


def today() -> date:
    """Today where the reader is."""
    return dates.now().astimezone(zone()).date()


def day(value: date | datetime | None) -> str:
    """23 Nov 2026; – for unknown."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(zone()).date()
    return _day(value, str(get_locale()))


def instant(value: datetime | None) -> str:
    """23 Nov 2026, 14:05 in the reader's zone; – for unknown."""
    if value is None:
        return "–"
    local = _on_the_clock(value)
    return f"{_day(local.date(), str(get_locale()))}, {local:%H:%M}"


def wall_time(value: datetime | None) -> str:
    """14:05 on the reader's clock; – for unknown."""
    return "–" if value is None else f"{_on_the_clock(value):%H:%M}"


def tells_times() -> str:
    """The zone of the times that this page has told so far; empty where it told none."""
    return str(zone()) if g.get("tells_times") else ""


def _on_the_clock(value: datetime) -> datetime:
    g.tells_times = True
    return value.astimezone(zone())


def told(value: str) -> str:
    """A text of the trail: a day or an instant as people write them, all else as it stands."""
    moment = dates.parse_moment(value)
    if moment is None:
        return value
    return instant(moment) if isinstance(moment, datetime) else day(moment)


def initials(name: str) -> str:
    """AM for Arjun Mehta; one letter for a single name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def relative_day(value: date | datetime | None) -> Markup:
    """A <time> that reads "in 5 days", with the date for screen readers and on hover."""
    if value is None:
        return Markup("–")
    local = value.astimezone(zone()).date() if isinstance(value, datetime) else value
    return _relative_day(local, today(), str(get_locale()))


@lru_cache(maxsize=DAYS_KEPT)
def _day(value: date, _locale: str) -> str:
    return str(format_date(value, "d MMM y", rebase=False))


@lru_cache(maxsize=DAYS_KEPT)
def _relative_day(local: date, now: date, locale: str) -> Markup:
    distance = local - now
    if distance.days == 0:
        words = _("today")
    elif distance.days == 1:
        words = _("tomorrow")
    elif distance.days == -1:
        words = _("yesterday")
    else:
        words = format_timedelta(distance, granularity="day", add_direction=True, locale=locale)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(), _day(local, locale), words
    )


def markdown(text: str | None) -> Markup:
    """Sanitised HTML of a Markdown text."""
    return Markup(to_html(text or ""))  # noqa: S704 - sanitised by to_html


def days(value: int | None) -> str:
    """25 d; – for unknown."""
    return "–" if value is None else _("%(n)s d", n=value)


def thousands(value: float | None) -> str:
    """12 345 with narrow spaces; – for unknown."""
    return "–" if value is None else f"{value:,}".replace(",", "\u202f")


@lru_cache(maxsize=512)
def _fingerprint(name: str, _mtime: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a static file with its hash, so that it can be cached for ever."""
    known: dict[tuple[str, str], str] = current_app.extensions[STATIC_URLS]
    key = (request.script_root if has_request_context() else "", name)
    if key not in known:
        path = STATIC / name
        mark = _fingerprint(name, path.stat().st_mtime_ns) if path.is_file() else "missing"
        address = url_for("static", filename=name, v=mark)
        if current_app.debug or mark == "missing":
            return address  # the file may change, or come, while the program runs
        known[key] = address
    return known[key]
