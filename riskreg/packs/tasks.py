"""Background work of packs: make the PDF; forget old ones."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from riskreg.db import db, transaction
from riskreg.jobs.registry import Context, task
from riskreg.lib.dates import now
from riskreg.packs.document import pack_pdf
from riskreg.packs.models import Pack
from riskreg.packs.services import TASK, keep_pdf

KEPT = timedelta(days=1)


@task(TASK)
def make_pack(context: Context) -> dict[str, int]:
    """Make one PDF from its snapshot; doing it twice gives the same file."""
    pack = db.session.get_one(Pack, context.payload["pack_id"])
    snapshot, paper = pack.snapshot, pack.paper
    context.progress(0, None, "Laying out")
    pdf = pack_pdf(snapshot, paper=paper, progress=context.progress)
    with transaction():
        pack = db.session.get_one(Pack, context.payload["pack_id"])
        keep_pdf(pack, pdf, home=current_app.config["SETTINGS"].home)
    return {"pages": pdf.page_count, "bytes": len(pdf.content)}


@task("pack.sweep", every=timedelta(hours=1))
def sweep_packs(_context: Context) -> dict[str, int]:
    """Delete files older than a day; their snapshots stay and give the same file again."""
    folder = current_app.config["SETTINGS"].home / "packs"
    with transaction():
        old = db.session.scalars(
            select(Pack).where(Pack.ready_at < now() - KEPT, Pack.file_name != "").limit(500)
        ).all()
        for pack in old:
            (folder / f"{pack.id}.pdf").unlink(missing_ok=True)
            pack.file_name = ""
    return {"deleted": len(old)}
