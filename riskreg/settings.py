"""Settings from RISKREG_* variables: read once, checked, frozen. The only reader of os.environ."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from riskreg.errors import SettingsError

MIN_SECRET_BYTES = 32
KNOWN_SAMPLE_SECRETS = frozenset({"changeme", "secret", "dev", "development", "please-change-me"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PORT_MAX = 65535
POSTGRESQL = ("postgresql", "postgresql+psycopg")
ADMIN_NAMES = frozenset({"ADMIN_EMAIL", "ADMIN_NAME", "ADMIN_PASSWORD", "ADMIN_ORGANISATION"})


class MailSecurity(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


MAIL_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail is handed in, as whom, and from which address it comes."""

    host: str
    port: int
    security: MailSecurity
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be configured; see docs/operators/settings.md."""

    home: Path
    database_url: str
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    threads: int = 8
    unready_seconds: int = 0
    job_lease_seconds: int = 60
    session_idle_minutes: int = 30
    session_hours: int = 12
    require_second_factor: bool = False  # from_env: yes, but in the demo
    upload_megabytes: int = 10
    mail: MailServer | None = None  # None: no mail is sent
    anchor_file: str = ""
    paper: str = "A4"
    debug: bool = False
    demo: bool = False
    testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read RISKREG_* variables; raises SettingsError naming the variable that is wrong."""
        reader = _Reader(os.environ if environ is None else environ)
        home = reader.home()
        settings = cls(
            home=home,
            database_url=reader.database("DATABASE_URL", home / "riskreg.db"),
            secret_key=reader.secret_key(home),
            host=reader.text("HOST", "127.0.0.1"),
            port=reader.integer("PORT", 8000, low=0, high=PORT_MAX),
            base_url=reader.url("BASE_URL"),
            trusted_hosts=reader.words("TRUSTED_HOSTS"),
            trusted_proxies=reader.integer("TRUSTED_PROXIES", 0, low=0, high=10),
            timezone=reader.zone("TIMEZONE", "UTC"),
            threads=reader.integer("THREADS", 8, low=1, high=64),
            unready_seconds=reader.integer("UNREADY_SECONDS", 0, low=0, high=60),
            job_lease_seconds=reader.integer("JOB_LEASE_SECONDS", 60, low=3, high=600),
            session_idle_minutes=reader.integer("SESSION_IDLE_MINUTES", 30, low=5, high=60),
            session_hours=reader.integer("SESSION_HOURS", 12, low=1, high=24),
            require_second_factor=reader.boolean(
                "REQUIRE_SECOND_FACTOR", default=not reader.boolean("DEMO")
            ),
            upload_megabytes=reader.integer("UPLOAD_MEGABYTES", 10, low=1, high=100),
            mail=reader.mail_server(),
            anchor_file=reader.text("ANCHOR_FILE", ""),
            paper=reader.choice("PAPER", "A4", ("A4", "Letter")),
            debug=reader.boolean("DEBUG"),
            demo=reader.boolean("DEMO"),
        )
        reader.refuse_unknown()
        if (home / "demo").exists() and not settings.demo:
            raise SettingsError(
                f"RISKREG_HOME ({home}) holds a demo; use another folder, "
                f"or: riskreg demo --home {home}"
            )
        return settings.checked()

    def checked(self) -> Self:
        """Refuse a port that does not exist and combinations that are not safe; returns self."""
        if not 0 <= self.port <= PORT_MAX:
            raise SettingsError(
                f"The port (--port or RISKREG_PORT) must be between 0 and {PORT_MAX}; "
                f"it is {self.port}."
            )
        if self.mail is not None and not self.base_url:
            raise SettingsError(
                "RISKREG_BASE_URL must be set where RISKREG_SMTP_HOST is: mails hold links."
            )
        if self.host in LOOPBACK:
            return self
        if self.debug:
            raise SettingsError(
                "RISKREG_DEBUG may only be on while RISKREG_HOST is a loopback address."
            )
        if not self.base_url or not self.trusted_hosts:
            raise SettingsError(
                "RISKREG_BASE_URL and RISKREG_TRUSTED_HOSTS must be set when RISKREG_HOST is not a "
                f"loopback address (it is {self.host})."
            )
        return self

    def with_database(self, url: str) -> Self:
        """The same on another database; raises SettingsError for what is no address of one."""
        address = _Reader({"RISKREG_DATABASE_URL": url}).database("DATABASE_URL", self.home)
        return replace(self, database_url=address)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)


def admin_from_env(environ: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The first administrator from RISKREG_ADMIN_*; None when there is no e-mail."""
    environ = os.environ if environ is None else environ
    email = environ.get("RISKREG_ADMIN_EMAIL", "").strip()
    if not email:
        return None
    return {
        "email": email,
        "name": environ.get("RISKREG_ADMIN_NAME", "").strip() or email,
        "organisation": environ.get("RISKREG_ADMIN_ORGANISATION", "").strip() or "Organisation",
        "password": environ.get("RISKREG_ADMIN_PASSWORD", ""),
    }


def demo_environment(home: Path) -> dict[str, str]:
    """The environment of a demo kept in `home`: nothing of the real one, loopback, no mail."""
    home.chmod(0o700)
    kept = {"RISKREG_HOME": str(home), "RISKREG_DEMO": "yes", "RISKREG_SESSION_IDLE_MINUTES": "60"}
    return kept | {
        name: value for name, value in os.environ.items() if name.startswith("RISKREG_TEST_")
    }


class _Reader:
    """Typed access to the environment that remembers which names it knows."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known = {"HOME", "SECRET_KEY", "SECRET_KEY_FILE"}

    def text(self, name: str, default: str) -> str:
        self._known.add(name)
        return self._environ.get(f"RISKREG_{name}", "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in self.text(name, "").replace(",", " ").split() if word)

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        raw = self.text(name, str(default))
        try:
            value = int(raw)
        except ValueError:
            raise SettingsError(f"RISKREG_{name} must be a whole number; it is {raw!r}.") from None
        if not low <= value <= high:
            raise SettingsError(f"RISKREG_{name} must be between {low} and {high}; it is {value}.")
        return value

    def boolean(self, name: str, *, default: bool = False) -> bool:
        raw = self.text(name, "yes" if default else "no").lower()
        if raw in {"1", "yes", "true", "on"}:
            return True
        if raw in {"0", "no", "false", "off"}:
            return False
        raise SettingsError(f"RISKREG_{name} must be yes or no; it is {raw!r}.")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        raw = self.text(name, default)
        if raw not in choices:
            raise SettingsError(
                f"RISKREG_{name} must be one of {', '.join(choices)}; it is {raw!r}."
            )
        return raw

    def zone(self, name: str, default: str) -> str:
        raw = self.text(name, default)
        if raw not in available_timezones():
            raise SettingsError(
                f"RISKREG_{name} must be a time zone such as Europe/Berlin; it is {raw!r}."
            )
        return raw

    def url(self, name: str) -> str:
        raw = self.text(name, "").rstrip("/")
        if raw and not raw.startswith(("https://", "http://")):
            raise SettingsError(
                f"RISKREG_{name} must start with https:// or http://; it is {raw!r}."
            )
        return raw

    def database(self, name: str, default: Path) -> str:
        """The database's address; its password is never shown."""
        raw = self.text(name, f"sqlite:///{quote(str(default))}")
        scheme, _, rest = raw.partition("://")
        if scheme == "sqlite":
            return f"sqlite:///{quote(str(_database_file(f'RISKREG_{name}', raw)))}"
        if scheme not in POSTGRESQL or not rest or _split(raw) is None:
            raise SettingsError(
                f"RISKREG_{name} must be sqlite:///path or "
                "postgresql://user:password@host/name; it is neither."
            )
        return raw

    def secret(self, name: str) -> str:
        """A secret from the variable, or from the file that RISKREG_…_FILE names."""
        given, path = self.text(name, ""), self.text(f"{name}_FILE", "")
        if not path:
            return given
        if given:
            raise SettingsError(f"Set RISKREG_{name} or RISKREG_{name}_FILE, not both.")
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"RISKREG_{name}_FILE ({path}) cannot be read: {error}.") from error

    def mail_server(self) -> MailServer | None:
        """The mail server; None where no host is named, and always in the demo."""
        host = self.text("SMTP_HOST", "")
        security = MailSecurity(self.choice("SMTP_SECURITY", "starttls", tuple(MailSecurity)))
        port = self.integer("SMTP_PORT", MAIL_PORTS[security], low=1, high=PORT_MAX)
        user, password = self.text("SMTP_USER", ""), self.secret("SMTP_PASSWORD")
        sender = self.text("SMTP_FROM", "")
        if not host or self.boolean("DEMO"):
            return None
        if _split(f"//{host}:{port}") is None or not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
            raise SettingsError(f"RISKREG_SMTP_HOST must be the name of a host; it is {host!r}.")
        if bool(user) != bool(password):
            raise SettingsError("RISKREG_SMTP_USER and RISKREG_SMTP_PASSWORD go together.")
        if user and security is MailSecurity.NONE and host not in LOOPBACK:
            raise SettingsError(
                "RISKREG_SMTP_SECURITY must not be none where a password is sent to another host."
            )
        return MailServer(
            host=host,
            port=port,
            security=security,
            sender=_sender(sender),
            user=user,
            password=password,
        )

    def home(self) -> Path:
        """The data folder, made with mode 0700 where it is missing."""
        raw = self._environ.get("RISKREG_HOME", "").strip()
        home = Path(raw).expanduser() if raw else Path.home() / ".riskreg"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"RISKREG_HOME ({home}) cannot be made: {error.strerror}."
            ) from error
        if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not any(home.iterdir()):
            home.chmod(0o700)  # nobody uses it yet
        if home.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise SettingsError(
                f"RISKREG_HOME ({home}) can be read by others; run: chmod 700 {home}"
            )
        return home.resolve()

    def secret_key(self, home: Path) -> str:
        """RISKREG_SECRET_KEY, or the key kept in the data folder (made on the first start)."""
        raw = self._environ.get("RISKREG_SECRET_KEY", "")
        if not raw:
            raw = _kept_secret(
                Path(self._environ.get("RISKREG_SECRET_KEY_FILE") or home / "secret.key")
            )
        if raw.lower() in KNOWN_SAMPLE_SECRETS or len(raw.encode()) < MIN_SECRET_BYTES:
            raise SettingsError(
                f"RISKREG_SECRET_KEY must be random and at least {MIN_SECRET_BYTES} bytes long."
            )
        return raw

    def refuse_unknown(self) -> None:
        """A misspelt name must not be ignored in silence."""
        for name in sorted(self._environ):
            if not name.startswith("RISKREG_") or name.startswith("RISKREG_TEST_"):
                continue
            if name.removeprefix("RISKREG_") not in self._known | ADMIN_NAMES | {"SAMPLES"}:
                raise SettingsError(
                    f"{name} is not a setting of riskreg; see docs/operators/settings.md."
                )


def _split(raw: str) -> SplitResult | None:
    """The parts of an address; None when it is none, or when its port does not exist."""
    try:
        url = urlsplit(raw)
        _port = url.port  # raises ValueError too
    except ValueError:
        return None
    return url


def _sender(raw: str) -> Address:
    """An address as mails show it: riskreg@example.org or riskreg <riskreg@example.org>."""
    name, spec = parseaddr(raw)
    try:
        address = Address(display_name=name, addr_spec=spec)
    except (MessageError, ValueError, IndexError):
        address = Address()
    if not address.username or not address.domain or raw.count("@") != 1 or not raw.isprintable():
        raise SettingsError(
            f"RISKREG_SMTP_FROM must be an address such as riskreg@example.org; it is {raw!r}."
        )
    return address


def _database_file(name: str, raw: str) -> Path:
    """The file of an SQLite address, absolute; nothing that is kept in memory only."""
    path = unquote(raw.removeprefix("sqlite:///"))
    if not raw.startswith("sqlite:///") or not path or path.startswith((":", "file:")):
        raise SettingsError(f"{name} must name a file, such as sqlite:////srv/riskreg/riskreg.db.")
    if "?" in path:
        raise SettingsError(f"{name} must name a file and nothing else; take off what follows “?”.")
    file = Path(path).absolute()
    if file.is_dir() or not file.parent.is_dir():
        raise SettingsError(f"{name} must name a file in a folder that exists; it is {file}.")
    return file


def _kept_secret(path: Path) -> str:
    try:
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"RISKREG_SECRET_KEY_FILE ({path}) cannot be used: {error.strerror}."
        ) from error
