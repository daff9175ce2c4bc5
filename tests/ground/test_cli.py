"""The command line: setting up, checking, and one clear sentence on every error."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.commands import riskreg

ADMIN = {
    "RISKREG_ADMIN_EMAIL": "ada@example.org",
    "RISKREG_ADMIN_NAME": "Ada",
    "RISKREG_ADMIN_PASSWORD": "a sentence is a fine password",
    "RISKREG_ADMIN_ORGANISATION": "Example",
}


def at_home(folder: Path) -> dict[str, str]:
    """The environment of an installation in this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RISKREG_")}
    return kept | {"RISKREG_HOME": str(folder)}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation in an empty folder."""
    return at_home(tmp_path / "home")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(the folder of an installation with an administrator, what the command said)."""
    home = tmp_path_factory.mktemp("set-up") / "home"
    done = subprocess.run(
        [sys.executable, "-m", "riskreg", "init", "--no-input"],
        env=at_home(home) | ADMIN,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return home, done.stdout


@pytest.fixture
def installed(set_up: tuple[Path, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a copy of it."""
    shutil.copytree(set_up[0], tmp_path / "home")
    return at_home(tmp_path / "home")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from riskreg.cli import build_parser; build_parser().format_help(); "
        "print([name for name in ('flask', 'sqlalchemy', 'weasyprint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    ["init", "serve", "worker", "db upgrade", "doctor", "demo", "user add", "import", "backup"],
)
def test_every_command_explains_itself(environ: dict[str, str], command: str) -> None:
    done = riskreg(*command.split(), "--help", environ=environ)
    assert done.status == 0
    assert "usage: riskreg" in done.out


def test_sets_up_with_an_administrator_once(
    set_up: tuple[Path, str], installed: dict[str, str]
) -> None:
    assert "ada@example.org can sign in" in set_up[1]
    again = riskreg("init", "--no-input", environ=installed | ADMIN)
    assert "nothing was changed" in again.out
    assert riskreg("db", "check", environ=installed).status == 0


def test_refuses_a_short_password_and_stores_nobody(environ: dict[str, str]) -> None:
    done = riskreg(
        "init", "--no-input", environ=environ | ADMIN | {"RISKREG_ADMIN_PASSWORD": "short"}
    )
    assert done.status == 1
    assert done.err.strip().splitlines()[-1].startswith("riskreg: A password has 15")
    assert "can sign in" in riskreg("init", "--no-input", environ=environ | ADMIN).out


def test_prints_a_set_up_code_without_an_administrator(environ: dict[str, str]) -> None:
    done = riskreg("init", "--no-input", environ=environ)
    assert "/setup" in done.out
    assert len(done.out.strip().splitlines()[-1]) >= 20


def test_the_doctor_says_what_to_do(environ: dict[str, str], installed: dict[str, str]) -> None:
    environ |= {"RISKREG_HOME": f"{environ['RISKREG_HOME']}-empty"}
    mail = {"RISKREG_SMTP_HOST": "127.0.0.1", "RISKREG_SMTP_PORT": "1"}  # where nothing listens
    mail |= {"RISKREG_SMTP_FROM": "a@example.org", "RISKREG_BASE_URL": "https://risks.example.org"}
    done = riskreg("doctor", "--format", "json", environ=environ | mail)
    assert done.status == 1
    found = {entry["check"]: entry for entry in json.loads(done.out)["data"]}
    assert set(found) >= {"python", "sqlite", "pango", "fonts", "database", "tables", "mail"}
    assert done.err == ""
    assert found["mail"]["state"] == found["tables"]["state"] == "fail"
    assert "127.0.0.1:1" in found["mail"]["advice"]
    assert found["tables"]["advice"] == "Run riskreg init."
    done = riskreg("doctor", "--format", "json", environ=installed)
    assert done.status == 0
    assert {entry["check"]: entry for entry in json.loads(done.out)["data"]}["worker"]["advice"]


def test_adds_a_person_and_shows_their_password_once(installed: dict[str, str]) -> None:
    done = riskreg("user", "add", "bo@example.org", "--role", "engineer", environ=installed)
    assert done.status == 0, done.err
    assert len(done.out.strip()) >= 15
    again = riskreg("user", "add", "bo@example.org", environ=installed)
    assert again.status == 1
    assert again.err.strip() == (
        "riskreg: There is a person with the e-mail bo@example.org already."
    )


def test_takes_a_lost_second_factor_away(installed: dict[str, str]) -> None:
    done = riskreg("user", "end-second-factor", " Ada@example.org", environ=installed)
    assert done.status == 0, done.err
    assert "ada@example.org signs in with the password alone" in done.out
    nobody = riskreg("user", "end-second-factor", "bo@example.org", environ=installed)
    assert nobody.status == 1
    assert nobody.err.strip() == "riskreg: There is nobody with the e-mail bo@example.org."


def test_a_wrong_setting_is_one_sentence(environ: dict[str, str]) -> None:
    done = riskreg("doctor", environ=environ | {"RISKREG_PORT": "eighty"})
    assert done.status == 1
    assert done.err.strip() == ("riskreg: RISKREG_PORT must be a whole number; it is 'eighty'.")


def test_refuses_to_serve_tables_of_another_version(environ: dict[str, str]) -> None:
    done = riskreg("serve", "--port", "0", environ=environ)
    assert done.status == 1
    assert "riskreg db upgrade" in done.err


def test_serves_and_stops_with_its_worker(installed: dict[str, str]) -> None:
    command = [sys.executable, "-m", "riskreg", "serve", "--port", "0"]
    with subprocess.Popen(command, env=installed, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said: list[str] = []
        while not all(any(word in line for line in said) for word in ("http://", "worker_started")):
            said.append(process.stderr.readline())
        line = next(line for line in said if "http://" in line)
        address = line[line.index("http://") :].strip()
        with urllib.request.urlopen(f"{address}healthz") as answer:  # noqa: S310 - our own server
            assert answer.status == 200
            assert "Server" not in answer.headers or "waitress" not in answer.headers["Server"]
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(timeout=40) == 0
    assert "worker_stopped" in rest


def test_a_demo_needs_an_empty_folder(environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "letter.txt").write_text("do not touch")
    done = riskreg("demo", "--home", str(folder), "--no-serve", environ=environ)
    assert done.status == 1
    assert "nothing was changed" in done.err
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
