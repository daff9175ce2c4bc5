"""Uploads that were never meant well: always an answer in words, never a crash."""

import io
import random
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.db import db, transaction
from riskreg.org.limits import RULES, Limit, Rule
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.imports.tables import csv_bytes, xlsx_bytes
from tests.imports.test_pages import seal

UNLIMITED = Rule(times=10**6, within=timedelta(hours=1))
UPLOADS = 60  # drills/uploads.py sends more
ANSWERS = {200, 303, 409, 422}
NAMES = (
    "a.csv",
    "a.xlsx",
    "a.json",
    "a.ods",
    "a.xls",
    "a",
    "../../etc/passwd",
    "x" * 400,
    "\0.csv",
)
CELLS = (
    *("", "\0", "=cmd()", "1e999", "-1", "9" * 400, "NaN", "x" * 30_000, "\U0001f600", "R-1"),
    *(
        "2026-13-45",
        "0001-01-01",
        "9999-12-31",
        "1/1/1",
        "50%",
        "https://x y",
        "### Notes",
        "\u202e",
    ),
    *(
        "\u202e",
        "é" * 250,
        "a;" * 300,
        '"',
        "--",
        "closed",
        "5",
        "1,5",
        "999999999999",
        "XL",
        "10000000 d",
    ),
)
HEADERS = (
    *("ref", "id", "title", "kind", "category", "cause", "likelihood", "impact", "effort days"),
    *("owner", "team", "system", "tags", "links", "actions", "due date", "status", "resolution"),
    *("identified on", "next review", "notes", "cost", "residual likelihood", "score", "Zürich"),
)


def table(rng: random.Random) -> list[list[str]]:
    columns = rng.sample(HEADERS, rng.randint(1, len(HEADERS)))
    rows = [[rng.choice(CELLS) for _ in columns] for _ in range(rng.randint(0, 8))]
    return [columns, *rows]


def as_csv(rng: random.Random) -> bytes:
    text = csv_bytes(*table(rng), encoding="utf-16" if rng.random() < 0.1 else "utf-8")
    return text if rng.random() < 0.7 else mangled(rng, text)


def as_workbook(rng: random.Random) -> bytes:
    rows = [[cell.replace("\0", "")[:30_000] for cell in row] for row in table(rng)]
    book = xlsx_bytes({"Sheet": rows})
    return book if rng.random() < 0.5 else mangled(rng, book)


def as_json(rng: random.Random) -> bytes:
    import json  # noqa: PLC0415 - beside its only use

    columns, *rows = table(rng)
    data = {"data": [dict(zip(columns, row, strict=True)) for row in rows]}
    text = json.dumps(data).replace("50%", rng.choice(("50%", "\\ud83d", "\\u0000"))).encode()
    return text if rng.random() < 0.6 else mangled(rng, text)


def as_bomb(rng: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        name = rng.choice(("xl/worksheets/sheet1.xml", "content.xml", "[Content_Types].xml"))
        archive.writestr(name, b"0" * rng.choice((10, 1_000_000, 30_000_000)))
    return buffer.getvalue()


def as_noise(rng: random.Random) -> bytes:
    start = rng.choice(
        (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"{", b"[" * 3_000, b"a: ")
    )
    return start + rng.randbytes(rng.randint(0, 2_000))


def mangled(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data[: rng.randint(1, len(data))])
    for _ in range(rng.randint(0, 20)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def attacked(client: RegisterClient, slug: str, rng: random.Random) -> list[int]:
    """Upload something, decide something about it, import it; the statuses of the answers."""
    make = rng.choice((as_csv, as_csv, as_csv, as_workbook, as_json, as_bomb, as_noise))
    data = {"team": slug, "file": (io.BytesIO(make(rng)), rng.choice(NAMES))}
    response = client.post("/risks/import", data=data)
    statuses = [response.status_code]
    if response.status_code != 303:
        return statuses
    address = str(response.location)
    decisions = {
        "column-0": rng.choice(("title", "cause", "-", "", "nonsense")),
        "column-99": "title",
        "sheet": rng.choice(("", "Sheet", "\0")),
        "impact_ends": rng.choice(("", "1-10", "0-9999", "5")),
        "then": rng.choice(("", "save", "use")),
        "name": rng.choice(("", "A", "n" * 90, "\0")),
        "saved": rng.choice(("", "A")),
    }
    statuses.append(client.post(f"{address}/decisions", data=decisions).status_code)
    page = client.get(address)
    imported = client.post(f"{address}/application", data={"seal": seal(page.text)})
    return [*statuses, page.status_code, imported.status_code, client.get(address).status_code]


@pytest.mark.parametrize("seed", range(6))
def test_no_upload_crashes_a_page(
    app: Flask, client: RegisterClient, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setitem(RULES, Limit.IMPORT, UNLIMITED)
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    team = make_team()
    client.sign_in(make_person(team))
    rng = random.Random(seed)
    for _ in range(UPLOADS // 6):
        assert set(attacked(client, team.slug, rng)) <= ANSWERS
    count = db.session.scalar(select(func.count(Risk.id)))
    assert count is not None
