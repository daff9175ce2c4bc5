"""riskreg restore: a backup comes back whole, into an empty place, or nothing is done."""

import json
import random
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from riskreg.audit.models import AuditEntry
from riskreg.cli import build_parser, main
from riskreg.commands.backup import run_backup
from riskreg.commands.copies import Manifest, contents_of
from riskreg.db import db, sqlite_module, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import create_person, grant_role
from tests import postgres
from tests.factories import make_team

HOSTILE = 'Ünï\\cödé\t"tab"\nline\r\\N 🙈 \x0b'


@pytest.fixture
def file(app: Flask, tmp_path: Path) -> Path:
    """A backup of a register with two teams and a trail that is hard to read back."""
    if db.engine.dialect.name == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on this machine")
    root = make_team("Root")
    make_team("Payments", parent=root)
    with transaction():
        person = create_person(SYSTEM_ACTOR, name=HOSTILE, email="ada@example.org", password=None)
        grant_role(SYSTEM_ACTOR, person, root, Role.ENGINEER)
    file = tmp_path / "copy.db"
    back_up(file)
    return file


@pytest.fixture
def place(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], sa.Engine]]:
    """An empty home, set in the environment; called, the engine of its database."""
    home = tmp_path / "other"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("RISKREG_HOME", str(home))
    monkeypatch.delenv("RISKREG_DATABASE_URL", raising=False)
    if db.engine.dialect.name == "sqlite":
        module = sqlite_module()
        yield lambda: sa.create_engine(f"sqlite:///{home / 'riskreg.db'}", module=module)
        return
    name = f"{db.engine.url.database}_restored"
    url = postgres.create_database(name)
    monkeypatch.setenv("RISKREG_DATABASE_URL", url)
    yield lambda: sa.create_engine(url, poolclass=sa.NullPool)
    postgres.drop_database(name)


def back_up(file: Path) -> None:
    assert run_backup(build_parser().parse_args(["backup", str(file)])) == 0


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that does nothing says in one line."""
    capsys.readouterr()
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    return str(line)


def test_everything_comes_back(file: Path, place: Callable[[], sa.Engine]) -> None:
    assert main(["restore", str(file)]) == 0
    manifest = Manifest.read(file)
    with place().connect() as connection:
        assert contents_of(connection) == manifest.contents
        assert connection.scalars(sa.select(Team.name).order_by(Team.id)).all() == [
            "Root",
            "Payments",
        ]
    assert manifest.contents.tables["team"] == 2
    assert manifest.contents.entries == db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    assert manifest.contents.entries >= 2
    for command in ("db upgrade", "db check", "audit verify"):
        assert main(command.split()) == 0


def test_a_restored_file_is_read_by_its_owner_only(
    file: Path, place: Callable[[], sa.Engine]
) -> None:
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL keeps its own files")
    main(["restore", str(file)])
    restored = Path(str(place().url.database))
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600
    assert {path.name for path in restored.parent.iterdir()} == {"riskreg.db", "secret.key"}


def test_nothing_is_restored_over_what_is_there(
    file: Path, place: Callable[[], sa.Engine], capsys: pytest.CaptureFixture[str]
) -> None:
    with place().begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept (id INTEGER)"))
    assert "into an empty" in refused(capsys, "restore", str(file))
    with place().connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["kept"]


def test_a_whole_backup_is_told(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKREG_HOME", "/nowhere/at/all")  # none is needed
    assert main(["backup", "--verify", str(file)]) == 0
    assert "It is whole" in capsys.readouterr().out
    assert main(["backup", "--verify", "--format", "json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["contents"]["tables"]["team"] == 2


@pytest.mark.parametrize("seed", range(5))
def test_one_flipped_bit_is_told_and_not_restored(
    file: Path, place: Callable[[], sa.Engine], capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    content = bytearray(file.read_bytes())
    content[random.Random(seed).randrange(len(content))] ^= 1
    file.write_bytes(content)
    told = "is not as it was written: its SHA-256 is"
    assert told in refused(capsys, "backup", "--verify", str(file))
    assert told in refused(capsys, "restore", str(file))
    with place().connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_backup_that_is_too_short_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(file.read_bytes()[:-1])
    assert "is not whole: it has" in refused(capsys, "backup", "--verify", str(file))


def test_a_backup_without_its_manifest_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Manifest.place(file).unlink()
    assert "cannot be read: No such file" in refused(capsys, "backup", "--verify", str(file))
    Manifest.place(file).write_text("[]")
    assert "does not say what" in refused(capsys, "backup", "--verify", str(file))


def test_a_manifest_that_counts_otherwise_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(Manifest.place(file).read_text())
    content["contents"]["tables"]["team"] = 3
    Manifest.place(file).write_text(json.dumps(content))
    assert "does not hold what" in refused(capsys, "backup", "--verify", str(file))


def test_a_trail_that_was_changed_before_the_backup_is_told(
    app: Flask, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction():
        db.session.execute(sa.update(AuditEntry).where(AuditEntry.id == 1).values(note="x"))
    back_up(tmp_path / "later.db")
    told = refused(capsys, "backup", "--verify", str(tmp_path / "later.db"))
    assert "is not sound: Entry 1 is not as it was written" in told


@pytest.mark.parametrize(("field", "value", "told"), [
    ("database", "other", "is a backup of other"),
    ("schema", "9999", "made by a newer riskreg"),
])  # fmt: skip
def test_what_does_not_fit_here_is_not_restored(
    *,
    file: Path,
    place: Callable[[], sa.Engine],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    field: str,
    value: str,
    told: str,
) -> None:
    content = json.loads(Manifest.place(file).read_text())
    (content if field in content else content["contents"])[field] = value
    Manifest.place(file).write_text(json.dumps(content))
    monkeypatch.setattr("riskreg.commands.copies.verified", Manifest.read)
    assert told in refused(capsys, "restore", str(file))


def test_a_backup_under_writers_holds_all_that_was_acknowledged_before(
    app: Flask, tmp_path: Path, file: Path
) -> None:
    acknowledged: list[int] = []
    enough, stop = Event(), Event()

    def write(writer: int) -> None:
        with app.app_context():
            number = 0
            while not stop.is_set():
                number += 1
                name = f"w{writer}-{number}"
                with transaction():
                    create_person(
                        SYSTEM_ACTOR, name=name, email=f"{name}@example.org", password=None
                    )
                acknowledged.append(writer * 1_000_000 + number)
                if len(acknowledged) > 40:
                    enough.set()
            db.session.remove()

    threads = [Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(60)
        before = len(acknowledged)
        back_up(tmp_path / "busy.db")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert main(["backup", "--verify", str(tmp_path / "busy.db")]) == 0
    contents = Manifest.read(tmp_path / "busy.db").contents
    assert before + 1 <= contents.tables["person"] <= len(acknowledged) + 1
