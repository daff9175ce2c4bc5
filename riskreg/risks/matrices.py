"""The stored matrix versions as the formulas want them, parsed once and kept."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.db import db
from riskreg.errors import Unavailable
from riskreg.metrics.matrix import Matrix
from riskreg.risks.models import MatrixVersion

_VERSIONS = select(MatrixVersion.id, MatrixVersion.created_at).order_by(
    MatrixVersion.retired_at.is_(None), MatrixVersion.number
)
_CURRENT = (
    select(MatrixVersion)
    .where(MatrixVersion.retired_at.is_(None))
    .order_by(MatrixVersion.number.desc())
    .limit(1)
)
_parsed: dict[tuple[int, datetime], Matrix] = {}


def current_matrix() -> MatrixVersion:
    """The version that new risks are scored on; raises Unavailable before set-up."""
    version = db.session.scalar(_CURRENT)
    if version is None:
        raise Unavailable(_("There is no matrix yet; the administrator runs “riskreg init” once."))
    return version


def matrix_of(version: MatrixVersion) -> Matrix:
    """The parsed matrix of a version; a version is never edited, so it is parsed once."""
    key = (version.id, version.created_at)
    if key not in _parsed:
        _parsed[key] = Matrix.from_definition(version.definition)
    return _parsed[key]


def matrices() -> Mapping[int, Matrix]:
    """Every version's matrix by its id; the current one (see `current_matrix_id`) comes last."""
    keys = db.session.connection().execute(_VERSIONS).all()
    if not all((matrix_id, created_at) in _parsed for matrix_id, created_at in keys):
        for version in db.session.scalars(select(MatrixVersion)):
            matrix_of(version)
    return {matrix_id: _parsed[matrix_id, created_at] for matrix_id, created_at in keys}


def current_matrix_id(known: Mapping[int, Matrix]) -> int:
    """The id of the current version among `matrices()`; raises Unavailable when there is none."""
    if not known:
        raise Unavailable(_("There is no matrix yet; the administrator runs “riskreg init” once."))
    return list(known)[-1]
