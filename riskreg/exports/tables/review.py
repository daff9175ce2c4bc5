"""The answers of one operability review, statement by statement."""

from collections.abc import Iterator

from flask_babel import gettext as _

from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import word
from riskreg.org.permissions import Permission
from riskreg.reviews.queries import review_for
from riskreg.reviews.sheet import Line, sheet_of

COLUMNS = (
    "ref",
    "system",
    "code",
    "area",
    "text",
    "severity",
    "level",
    "is_required",
    "value",
    "state",
    "reason",
    "evidence",
    "evidence_url",
    "evidence_on",
    "note",
    "waived_until",
    "answered_by",
    "answered_at",
    "risk",
)


def read(asked: Asked) -> Book:
    """Every statement with its answer and what that is worth today; NotFound for an unseen one."""
    review = review_for(asked.actor, asked.ref)
    lines = sheet_of(asked.actor, review, day=asked.today).lines
    found = [(review.ref, review.system.key, *_cells(line)) for line in lines]

    def rows() -> Iterator[Row]:
        yield from found

    return Book(
        name=review.ref,
        data=Sheet(name="data", columns=COLUMNS, rows=rows),
        count=len(found),
        about=review if review.is_confidential else None,
    )


def _cells(line: Line) -> Row:
    answer = line.answer
    statement = (
        *(line.code, line.words.area, line.words.text),
        *(word(line.statement.severity), word(line.statement.level), line.is_required),
    )
    if answer is None:
        return (*statement, None, line.state.value, *[None] * 9)
    return (
        *statement,
        *(word(answer.value), line.state.value, answer.reason),
        *(answer.evidence, answer.evidence_url, answer.evidence_on, answer.note),
        answer.waived_until,
        answer.answered_by.name if answer.answered_by else None,
        answer.answered_at,
        line.risk.ref if line.risk else None,
    )


TABLE = ExportTable(
    name="review",
    label=lambda: _("One operability review"),
    permission=Permission.REVIEW_VIEW,
    read=read,
    needs_ref=True,
)
