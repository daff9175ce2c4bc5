"""Vanta: the JSON of its risk scenarios; likelihood and impact hold before treatment."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect

DIALECT = Dialect(
    name="vanta",
    label="Vanta",
    signatures=tuple(
        frozenset({"risk id", "likelihood", "residual likelihood", mark})
        for mark in ("cia categories", "identification date", "is archived", "is sensitive")
    ),
    aliases={
        "risk id": "external_ref",
        "categories": "category",
        "note": "notes",
        "identification date": "identified_on",
        "is sensitive": "",
        "is archived": "",
        "cia categories": "",
        "custom fields": "",
        "review status": "",
        "required approvers": "",
        "risk register": "",
        "type": "",
    },
)
