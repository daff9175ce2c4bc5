"""Settings: wrong values stop the start with their name, and the table of settings is complete."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from riskreg import paths
from riskreg.errors import SettingsError
from riskreg.settings import Settings, admin_from_env

ROOT = Path(__file__).parents[2]


OIDC = {
    "BASE_URL": "https://risks.example.org",
    "OIDC_ISSUER": "https://id.example.org/realms/all/",
    "OIDC_CLIENT_ID": "riskreg",
    "OIDC_CLIENT_SECRET": "hunter2",
    "OIDC_DOMAINS": "Example.org, example.net",
}
MAIL = {
    "BASE_URL": "https://risks.example.org",
    "SMTP_HOST": "mail.example.org",
    "SMTP_FROM": "riskreg <riskreg@example.org>",
    "SMTP_USER": "riskreg",
    "SMTP_PASSWORD": "hunter2",
}
ANCHORS = {
    "ANCHOR_WEBHOOK": "https://anchors.example.org/riskreg",
    "ANCHOR_WEBHOOK_SECRET": f"whsec_{'c2Vj' * 8}",
    "OUTGOING_NETWORKS": "10.1.0.0/16, fd00::/8",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder that others cannot read."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def read(home: Path, **values: str) -> Settings:
    """Settings of an environment with these RISKREG_ variables."""
    return Settings.from_env(
        {"RISKREG_HOME": str(home)} | {f"RISKREG_{name}": value for name, value in values.items()}
    )


def test_works_without_any_but_the_folder(home: Path) -> None:
    settings = read(home)
    assert settings.database_url == f"sqlite:///{home / 'riskreg.db'}"
    assert settings.is_sqlite
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("SESSION_IDLE_MINUTES", "600"),
        ("DEBUG", "perhaps"),
        ("TIMEZONE", "Europe/Atlantis"),
        ("PAPER", "A3"),
        ("BASE_URL", "ftp://example.org"),
        ("SECRET_KEY", "changeme"),
        ("SECRET_KEY", "short"),
        ("PROT", "8000"),
        ("ADMIN_EMIAL", "ada@example.org"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///file::memory:?uri=true"),
        ("DATABASE_URL", "sqlite:////tmp/riskreg.db?mode=ro"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.db"),
        ("DATABASE_URL", "sqlite:////tmp"),
        ("DATABASE_URL", "mysql://riskreg@db/riskreg"),
        ("DATABASE_URL", "postgres://riskreg@db/riskreg"),
        ("DATABASE_URL", "postgresql+asyncpg://riskreg@db/riskreg"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql://riskreg@db:70000/riskreg"),
        ("SMTP_URL", "smtp://mail.example.org"),
        ("SMTP_HOST", "smtp://mail.example.org"),
        ("SMTP_HOST", "mail.example.org:25"),
        ("SMTP_PORT", "mail"),
        ("SMTP_SECURITY", "perhaps"),
        ("SMTP_SECURITY", "none"),
        ("SMTP_FROM", "riskreg"),
        ("SMTP_FROM", "a@example.org, b@example.org"),
        ("SMTP_FROM", "a@example.org\nBcc: b@example.org"),
        ("SMTP_PASSWORD", ""),
        ("SMTP_PASSWORD_FILE", "/nowhere"),
        ("OIDC_ISSUER", "http://id.example.org"),
        ("OIDC_ISSUER", "id.example.org"),
        ("OIDC_ISSUER", "https://id.example.org/?tenant=1"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_SCOPES", "email"),
        ("OIDC_DOMAINS", "ada@example.org"),
        ("OIDC_ONLY", "perhaps"),
        ("ANCHOR_WEBHOOK", "anchors.example.org"),
        ("ANCHOR_WEBHOOK", "https://user@anchors.example.org"),
        ("ANCHOR_WEBHOOK_SECRET", "c2hvcnQ="),
        ("ANCHOR_WEBHOOK_SECRET", "whsec_c2hvcnQ="),
        ("ANCHOR_WEBHOOK_SECRET", "whsec_!"),
        ("OUTGOING_NETWORKS", "10.0.0.1/8"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(home: Path, name: str, value: str) -> None:
    groups = {"SMTP": MAIL, "OIDC": OIDC, "ANCHOR": ANCHORS}
    rest = groups.get(name.split("_")[0], {})
    with pytest.raises(SettingsError, match=f"RISKREG_{name}"):
        read(home, **{**rest, name: value})


def test_the_identity_provider_is_taken_as_it_names_itself_but_not_in_the_demo(home: Path) -> None:
    settings = read(home, **OIDC)
    provider = settings.provider
    assert provider is not None
    assert provider.issuer == "https://id.example.org/realms/all/"
    assert provider.domains == {"example.org", "example.net"}
    assert provider.scopes == ("openid", "email", "profile")
    assert settings.takes_passwords
    assert "hunter2" not in repr(settings)
    assert not read(home, **OIDC, OIDC_ONLY="yes").takes_passwords
    assert read(home, **OIDC, DEMO="yes").provider is None
    with pytest.raises(SettingsError, match="RISKREG_BASE_URL"):
        read(home, **{**OIDC, "BASE_URL": ""})


def test_anchors_go_out_when_a_receiver_is_named_but_not_from_the_demo(home: Path) -> None:
    settings = read(home, **ANCHORS)
    assert settings.anchor_webhook is not None
    assert settings.anchor_webhook.secret == b"sec" * 8
    assert "sec" * 8 not in repr(settings)
    assert list(map(str, settings.outgoing_networks)) == ["10.1.0.0/16", "fd00::/8"]
    assert read(home, **ANCHORS, DEMO="yes").anchor_webhook is None


def test_mail_goes_out_when_a_server_is_named_but_not_from_the_demo(home: Path) -> None:
    server = read(home, **MAIL).mail
    assert server is not None
    assert (server.host, server.port, server.security) == ("mail.example.org", 587, "starttls")
    assert str(server.sender) == "riskreg <riskreg@example.org>"
    assert read(home).mail is None
    assert read(home, **MAIL, DEMO="yes").mail is None
    with pytest.raises(SettingsError, match="RISKREG_BASE_URL"):
        read(home, **{**MAIL, "BASE_URL": ""})


def test_the_password_of_the_mail_server_may_stand_in_a_file_and_is_never_shown(home: Path) -> None:
    (home / "password").write_text("hunter2\n")
    named = {name: value for name, value in MAIL.items() if name != "SMTP_PASSWORD"}
    settings = read(home, **named, SMTP_PASSWORD_FILE=str(home / "password"))
    assert settings.mail is not None
    assert settings.mail.password == "hunter2"
    assert "hunter2" not in repr(settings)
    assert settings.secret_key not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://riskreg:hunter2@db/riskreg"),
        ("DATABASE_URL", "postgresql://riskreg:hunter2@db:70000/riskreg"),
    ],
)
def test_a_refused_address_does_not_show_its_password(home: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(home, **{name: value})
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://riskreg:secret@db:5432/riskreg",
        "postgresql+psycopg://riskreg@/riskreg?host=/run/postgresql",
        "postgresql:///riskreg",
    ],
)
def test_a_database_elsewhere_is_taken_as_it_is_written(home: Path, url: str) -> None:
    assert read(home, DATABASE_URL=url).database_url == url


def test_a_database_file_is_the_same_from_every_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    url = read(home, DATABASE_URL="sqlite:///own 100%25.db").database_url
    assert make_url(url).database == str(home / "own 100%.db")
    assert read(home, DATABASE_URL=url).database_url == url


def test_the_first_administrators_names_are_known(home: Path) -> None:
    names = {"ADMIN_EMAIL": "ada@example.org", "ADMIN_PASSWORD": "long", "ADMIN_NAME": "Ada"}
    assert read(home, **names, ADMIN_ORGANISATION="Example").home == home.resolve()


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_from_the_command_line_must_exist_too(home: Path, port: int) -> None:
    with pytest.raises(SettingsError, match=f"between 0 and 65535; it is {port}"):
        replace(read(home), port=port).checked()


def test_keeps_a_random_key_that_only_the_owner_reads(home: Path) -> None:
    first, second = read(home).secret_key, read(home).secret_key
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600


def test_closes_an_empty_folder_to_others(home: Path) -> None:
    home.chmod(0o755)
    read(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_refuses_a_folder_that_others_can_read(home: Path) -> None:
    (home / "letter.txt").touch()
    home.chmod(0o755)
    with pytest.raises(SettingsError, match="chmod 700"):
        read(home)


def test_listens_beyond_loopback_only_with_a_name_and_without_debug(home: Path) -> None:
    named = {"BASE_URL": "https://risks.example.org", "TRUSTED_HOSTS": "risks.example.org"}
    with pytest.raises(SettingsError, match="RISKREG_BASE_URL"):
        read(home, HOST="192.0.2.1")
    with pytest.raises(SettingsError, match="RISKREG_DEBUG"):
        read(home, HOST="192.0.2.1", DEBUG="yes", **named)
    assert read(home, HOST="192.0.2.1", **named).trusted_hosts == ("risks.example.org",)


def test_a_folder_with_a_demo_is_served_as_a_demo_only(home: Path) -> None:
    (home / "demo").touch()
    with pytest.raises(SettingsError, match="demo"):
        read(home)
    assert read(home, DEMO="yes").demo


def test_the_first_administrator_comes_from_the_environment() -> None:
    assert admin_from_env({}) is None
    admin = admin_from_env({"RISKREG_ADMIN_EMAIL": "ada@example.org"})
    assert admin is not None
    assert admin["name"] == "ada@example.org"


def test_every_setting_is_in_the_table() -> None:
    table = (ROOT / "docs/operators/settings.md").read_text()
    source = (paths.PACKAGE / "settings.py").read_text()
    names = set(re.findall(r'reader\.\w+\(\s*"([A-Z_]+)"', source)) | {"HOME", "SECRET_KEY"}
    missing = [name for name in sorted(names) if f"| `RISKREG_{name}` |" not in table]
    assert missing == []
