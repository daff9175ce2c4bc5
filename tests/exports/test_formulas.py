"""Texts that look like formulas, in every field of every kind of export."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from flask import Flask

from riskreg.db import db
from riskreg.exports.kinds import Asked
from riskreg.exports.queries import book_of, known_formats, known_tables
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from tests.attacks.planted import make_things, plant
from tests.corpora import cases
from tests.exports.test_formats import BEGIN
from tests.factories import make_person, make_team
from tests.imports.registers import brought_file, counts, risks
from tests.imports.test_round_trip import exported
from tests.risks.factories import make_risk

PRINTED = [text for text in cases("formulas") if not set(text) & set("\r")]
FILES = [known_formats()[name] for name in ("csv", "xlsx")]


@pytest.mark.asvs("v5.0.0-1.2.10")
def test_no_kind_of_export_has_a_cell_that_runs(app: Flask) -> None:
    team = make_team("Company")
    things = make_things(team, make_person(team, Role.ADMIN))
    planted = [text for text in PRINTED if BEGIN.match(text)]
    plant(planted, offset=0)
    held = 0
    for kind in known_tables():
        asked = Asked(
            actor=SYSTEM_ACTOR, team=None, today=date(2026, 11, 23), ref=things["reviews/ref"]
        )
        files = {form.name: b"".join(form.write(book_of(kind, asked))) for form in FILES}
        text = files["csv"].decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert [cell for cell in cells if BEGIN.match(cell) and not _is_number(cell)] == []
        held += sum(cell[:1] == "'" for cell in cells)
        for sheet in openpyxl.load_workbook(io.BytesIO(files["xlsx"])):
            assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= set("snd")
    assert held >= len(known_tables()) * 2


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def test_a_register_of_formulas_comes_back_without_a_change(app: Flask) -> None:
    team = make_team()
    for text in PRINTED:
        make_risk(team, title=text, category=text[:40], description=text, cause=text)
    assert len(risks()) == len(PRINTED)
    for form in known_formats():
        done = brought_file(db.session.get_one(Team, team.id), exported(form), f"risks.{form}")
        assert counts(done) == (0, 0, len(PRINTED))
