"""OpenGRC: the export of its risks; both sides from 1 to 5."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect

DIALECT = Dialect(
    name="opengrc",
    label="OpenGRC",
    signatures=(
        frozenset({"code", "name", "inherent likelihood", "residual likelihood", "residual risk"}),
    ),
    aliases={
        "code": "external_ref",
        "name": "title",
        "department": "team",
        "scope": "",
        "active": "",
        "created at": "identified_on",
        "updated at": "",
    },
)
