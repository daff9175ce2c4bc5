"""Files that are something else get a sentence that says what they are."""

import pytest

from riskreg.imports.kinds import ImportRefused
from riskreg.imports.limits import FILE_BYTES_MAX
from riskreg.imports.other_exports import refuse_other_exports
from riskreg.imports.reading import likeliest, read

THREAT_MODEL = b"""{"summary": {"title": "Shop"}, "detail": {"diagrams": [
  {"title": "Main", "diagramJson": {"cells": [{"type": "tm.Store", "threats": []}]}}]}}"""
THREAT_MODEL_2 = b"""{"version": "2.0", "detail": {"threatTop": 3, "diagrams": [{"cells": []}]}}"""
MATRIX = b"""urn: urn:example:library\nname: ours\nobjects:\n  risk_matrix:\n  - name: 5x5\n"""


@pytest.mark.parametrize(
    ("data", "filename", "sentence"),
    [
        (THREAT_MODEL, "model.json", "This is a threat model (Threat Dragon);"),
        (THREAT_MODEL_2, "model.json", "This is a threat model (Threat Dragon);"),
        (MATRIX, "matrix.yaml", "This is a matrix library (CISO Assistant);"),
        (MATRIX, "matrix", "This is a matrix library (CISO Assistant);"),
        (b"a: 1\n", "a.yml", "This is a YAML file;"),
        (b"%PDF-1.7", "a.pdf", "This is a file of kind PDF, not a table."),
        (b"\n<html><table>", "a.xls", "This is a file of kind HTML, not a table."),
        (b"", "a.csv", "The file is empty."),
        (b"x" * (FILE_BYTES_MAX + 1), "a.csv", "The file is larger than 10 MB."),
        (b"\n\n ,\n", "a.csv", "There is no table in the file."),
    ],
)
@pytest.mark.asvs("v5.0.0-5.2.1")
@pytest.mark.asvs("v5.0.0-5.2.2")
def test_says_what_the_file_is(data: bytes, filename: str, sentence: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read(data, filename)
    assert refusal.value.message.startswith(sentence)
    assert refusal.value.message.endswith("Nothing was stored.")
    assert refusal.value.status == 422


@pytest.mark.parametrize(
    ("data", "filename", "sentence"),
    [
        (b"a,b\n1,2\n", "review.md", "This is a Markdown text"),
        (b"# What happened\n\n- Summary, a\n", "text", "This is a Markdown text"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "rota.ics", "This is a file of kind iCalendar"),
    ],
)
def test_texts_and_calendars_are_no_registers(data: bytes, filename: str, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read(data, filename)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"ref,title,original_due_on,slips,verify_how\nA-1,Do,,0,\n", "but not of risks"),
        (b"slug,name,parent\na,A,\n", "but not of risks"),
        (b"incident_number,urgency,seconds_to_resolve,title\n1,high,3,x\n", "list of incidents"),
    ],
)
def test_lists_of_other_things_are_no_registers(data: bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        refuse_other_exports(likeliest(read(data, "list.csv")))


def test_a_register_is_none_of_these() -> None:
    for data in (b"ref,title\nR-1,Risk\n", b"ref,title\nA-1,Risk\nS-2,Risk\n", b"title\nRisk\n"):
        refuse_other_exports(likeliest(read(data, "list.csv")))
