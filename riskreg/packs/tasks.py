"""Background work of packs: make the PDF; put old files away."""

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from riskreg.db import db, transaction
from riskreg.jobs.registry import Context, task
from riskreg.lib.dates import now
from riskreg.packs.document import kept_parts, pack_pdf
from riskreg.packs.engine import Progress, Step
from riskreg.packs.models import Pack
from riskreg.packs.services import TASK, keep_pdf, put_away

KEPT = timedelta(days=1)
SWEPT_AT_ONCE = 500


@task(TASK, title=_l("Make a pack"))
def make_pack(context: Context) -> dict[str, int]:
    """Make one PDF from its snapshot; doing it twice gives the same file."""
    pack = db.session.get_one(Pack, context.payload["pack_id"])
    progress = progress_of(context, pages=pack.page_count)
    progress(Step.READING, 0)
    pdf = pack_pdf(pack.snapshot, paper=pack.paper, progress=progress)
    with transaction():
        pack = db.session.get_one(Pack, context.payload["pack_id"])
        keep_pdf(pack, pdf, home=current_app.config["SETTINGS"].home)
    return {"pages": pdf.page_count, "bytes": len(pdf.content)}


def progress_of(context: Context, *, pages: int | None) -> Progress:
    """What a job's row shows of the engine's steps; `pages` where it is known how many come."""
    laid_out = 0

    def show(step: Step, page: int) -> None:
        nonlocal laid_out
        laid_out = max(laid_out, page)
        context.progress(laid_out, pages, format_step(step, page, laid_out))

    return show


def format_step(step: Step, page: int, laid_out: int) -> str:
    """Laying out page 7."""
    if step is Step.JOINING:
        return str(_("Joining %(n)s pages", n=laid_out))
    if step is Step.DRAWING:
        return str(_("Drawing %(n)s pages", n=laid_out))
    return str(_("Laying out page %(n)s", n=page)) if page else str(_("Reading the snapshot"))


@task("pack.sweep", title=_l("Put old PDFs away"), every=timedelta(hours=1))
def sweep_packs(_context: Context) -> dict[str, int]:
    """Put files away that are older than a day; their snapshots stay and give the same again.

    Parts that large packs may share go when nobody has used them for a while.
    """
    home = current_app.config["SETTINGS"].home
    with transaction():
        old = db.session.scalars(
            select(Pack)
            .where(Pack.ready_at < now() - KEPT, Pack.file_name != "")
            .order_by(Pack.id)
            .limit(SWEPT_AT_ONCE)
        ).all()
        for pack in old:
            put_away(pack, home=home)
    return {"put_away": len(old), "parts_gone": kept_parts(home).sweep()}
